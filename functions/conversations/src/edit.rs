//! `PATCH /v1/conversations/{conversationId}`: changes name, description, picture and settings.

use serde_json::json;
use whisper_kit::events::append;
use whisper_kit::precondition::{IfMatch, if_match};
use whisper_kit::{Attempt, Code, Ctx, Endpoint, Error, Json, Method, Reply, Request, Result};
use whisper_messages::Told;
use whisper_people::{Swap, list_changed, swaps};
use whisper_schema::prelude::{
    Conversation, ConversationKind, ConversationRight, ConversationSettings, PublicConversation,
    SystemMessage, Timestamp,
};
use whisper_store::{Batch, Filter, Get, Patch};
use whisper_views::conversations::OneConversationView;
use whisper_views::conversations::shown::shown_members;

use crate::access::{Access, admit, door, this_unblocked_one};
use crate::details::{ConversationChange, fingerprint, unchanged};
use crate::directory::reworded;
use crate::get::answer;
use crate::limits::{CHANGES, Uses};
use crate::rules::{may_manage, may_set};

/// The operation.
pub fn endpoint() -> Endpoint {
    Endpoint::new(
        Method::PATCH,
        "/v1/conversations/{conversationId}",
        "updateConversation",
        "Changes name, description and picture, for members whom `editDetails` names; how long messages stay, for members whom \
         `setMessageTimer` names; and other settings, for the owner and admins. Between two, both may.",
        edit,
    )
    .for_bots()
    .headers(&["if-match"])
    .reply::<OneConversationView>(200, "The changed conversation.")
    .codes(&[
        Code::Forbidden,
        Code::PreconditionRequired,
        Code::PreconditionFailed,
        Code::RateLimited,
    ])
}

/// Answers 200 with the changed conversation and its new ETag.
async fn edit(ctx: Ctx, request: Request, Json(change): Json<ConversationChange>) -> Result<Reply> {
    let id = request.id("conversationId")?;
    let precondition = if_match(&request)?;
    ctx.retry(async || attempt(&ctx, id, precondition, &change).await)
        .await
}

async fn attempt(
    ctx: &Ctx,
    id: &str,
    precondition: IfMatch,
    change: &ConversationChange,
) -> Result<Attempt<Reply>> {
    let me = ctx.caller()?.user_id;
    let entry = Get::<PublicConversation>::id(id);
    let (found, entry, shown) = ctx.read((door(id, &me), entry, shown_members(id))).await?;
    let mut access = admit(found)?;
    refuse(&access, change)?;
    precondition.check(fingerprint(&access.conversation))?;
    let before = access.conversation.value.clone();
    let changed = change.clone().apply_to(&mut access.conversation.value)?;
    if access.conversation.kind != ConversationKind::Direct {
        let (before, after) = (before.own_settings(), access.conversation.own_settings());
        if !may_set(access.me.role, &before, &after) {
            let detail = "You may only give and take rights that you have yourself.";
            return Err(Error::forbidden(detail));
        }
    }
    if !changed.is_empty() {
        let fields: Vec<&str> = changed.iter().map(|(column, _)| column.key()).collect();
        let told = told(&before, &access.conversation);
        let told = Told::of(ctx, &access.conversation, &me, told)?;
        let mut what = json!({"fields": fields, "messageIds": told.ids()});
        if let Some(seconds) = timer_change(&before, &access.conversation) {
            what["messageTimerSeconds"] = seconds.into();
        }
        let patch = told
            .summarised(Patch::of(changed))
            .set(Conversation::UPDATED_AT, Timestamp::AT_COMMIT);
        // The directory's entry, if there is one, is as it was read as well.
        let as_read = Filter::and([
            unchanged(&before),
            Filter::eq(Conversation::IS_PUBLIC, before.is_public),
        ]);
        let batch = Batch::new()
            .expect_some(this_unblocked_one(&access.me))
            .update_if(id, patch, as_read);
        let batch = with_picture(ctx, batch, (&before, &access.conversation), &me).await?;
        let batch = reworded(batch, &access.conversation, entry.as_ref());
        let batch = told.insert_in(batch);
        let batch = append(ctx, batch, "conversation.updated", id, Some(&me), &what)?;
        let batch = list_changed(ctx, batch, id, id)?;
        let uses = Uses::of(ctx, &[(CHANGES, 1)]).await?;
        let Some(committed) = uses.try_commit(ctx, batch).await? else {
            return Ok(Attempt::Retry);
        };
        access.conversation.value.updated_at = Some(committed.at);
        if let Some(newest) = told.newest() {
            access.conversation.value.last_message_id = Some(newest.id.clone());
            access.conversation.value.last_message_sender_id = Some(newest.sender_id.clone());
        }
    }
    answer(ctx, access, shown).await.map(Attempt::Done)
}

/// With the file of another picture, or none, in place of the file of the former one. Whoever gave that, a member gives a file of their own.
async fn with_picture(
    ctx: &Ctx,
    batch: Batch,
    (before, after): (&Conversation, &Conversation),
    me: &str,
) -> Result<Batch> {
    let (former, new) = (&before.avatar_file_id, &after.avatar_file_id);
    let swap = Swap::conversation_avatar((&after.id, me), former.as_deref(), new.as_deref());
    let swapped = swaps(ctx, [swap]).await?.into_iter();
    Ok(swapped.fold(batch, |batch, swapped| swapped.add_to(ctx, batch)))
}

/// Refuses members who may not make this change. Between two, both may.
fn refuse(access: &Access, change: &ConversationChange) -> Result<()> {
    // Settings have words too: somebody who may not send may not write them either.
    if access.me.is_blocked {
        return Err(Error::forbidden("You can't send to this conversation."));
    }
    if access.conversation.kind == ConversationKind::Direct {
        return Ok(());
    }
    if change.has_details() && !access.has(ConversationRight::EditDetails) {
        let detail = "You may not change name, description and picture here.";
        return Err(Error::forbidden(detail));
    }
    let timer = ConversationRight::SetMessageTimer;
    if change.has_timer(&access.conversation) && !access.has(timer) {
        let detail = "You may not set how long messages stay here.";
        return Err(Error::forbidden(detail));
    }
    if change.has_settings() && !may_manage(access.me.role) {
        let detail = "Only the owner and admins may change the settings.";
        return Err(Error::forbidden(detail));
    }
    Ok(())
}

/// How long messages stay after a change, in seconds, where that differs.
fn timer_change(before: &Conversation, after: &Conversation) -> Option<i64> {
    let after = after.own_settings().message_timer();
    (before.own_settings().message_timer() != after).then_some(after)
}

/// The changes in the words of the conversation's history: all of a group, and of a direct one how long messages stay. Clients tell
/// of their own part of the settings themselves, if at all.
fn told(before: &Conversation, after: &Conversation) -> Vec<SystemMessage> {
    let timer = timer_change(before, after);
    let timer = timer.map(|seconds| SystemMessage::MessageTimerChanged { seconds });
    let mut told = match after.kind {
        ConversationKind::Direct => Vec::new(),
        _ => told_of_group(before, after),
    };
    told.extend(timer);
    told
}

fn told_of_group(before: &Conversation, after: &Conversation) -> Vec<SystemMessage> {
    let mut told = Vec::new();
    if before.name != after.name {
        told.push(SystemMessage::Renamed {
            name: after.name.clone().unwrap_or_default(),
            former_name: before.name.clone(),
        });
    }
    if before.description != after.description {
        told.push(SystemMessage::DescriptionChanged);
    }
    let picture = |of: &Conversation| (of.avatar_url.clone(), of.avatar_file_id.clone());
    if picture(before) != picture(after) {
        told.push(SystemMessage::PictureChanged);
    }
    let (before, after) = (
        before.own_settings().filled(),
        after.own_settings().filled(),
    );
    let settings = ConversationSettings {
        custom: None,
        message_timer_seconds: None,
        ..after.unlike(&before)
    };
    if settings != ConversationSettings::default() {
        told.push(SystemMessage::SettingsChanged { settings });
    }
    told
}
