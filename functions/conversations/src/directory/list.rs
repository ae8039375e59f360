//! `PUT /v1/conversations/{conversationId}/listing`: makes a group public.

use serde_json::json;
use whisper_kit::events::append;
use whisper_kit::{Attempt, Code, Ctx, Endpoint, Method, OptionalJson, Reply, Request, Result};
use whisper_messages::Told;
use whisper_people::list_changed;
use whisper_schema::prelude::{Conversation, SystemMessage, Timestamp};
use whisper_store::{Batch, Filter, Patch};
use whisper_views::conversations::OneConversationView;

use super::entry::{listed, retagged};
use super::one::Owned;
use super::terms::PublicTerms;
use crate::access::this_one;
use crate::details::unchanged;
use crate::get::answer;
use crate::limits::{CHANGES, Uses};

/// The operation.
pub fn endpoint() -> Endpoint {
    Endpoint::new(
        Method::PUT,
        super::LISTING,
        "listConversationPublicly",
        "Makes a group public: anybody finds it in the directory, sees its name, picture, description and number of members, and joins \
         it; for the owner. Category and tags are as sent.",
        list,
    )
    .answers(&["etag"])
    .reply::<OneConversationView>(200, "The public group.")
    .codes(&[
        Code::Forbidden,
        Code::DirectConversation, Code::WrongKind,
        Code::RateLimited,
    ])
}

/// Answers 200 with the conversation.
async fn list(
    ctx: Ctx,
    request: Request,
    OptionalJson(listing): OptionalJson<PublicTerms>,
) -> Result<Reply> {
    let id = request.id("conversationId")?;
    let listing = listing.spelled()?;
    ctx.retry(async || attempt(&ctx, id, &listing).await).await
}

async fn attempt(ctx: &Ctx, id: &str, listing: &PublicTerms) -> Result<Attempt<Reply>> {
    let me = ctx.caller()?.user_id;
    let Owned {
        mut access,
        entry,
        shown,
    } = Owned::read(ctx, id).await?;
    let before = access.conversation.value.clone();
    let now = &mut access.conversation.value;
    now.is_public = true;
    now.category.clone_from(&listing.category);
    now.tags.clone_from(&listing.tags.0);
    let is_listed = entry.is_some() && before == *now;
    if is_listed {
        return answer(ctx, access, shown).await.map(Attempt::Done);
    }
    let told = (!before.is_public).then_some(SystemMessage::MadePublic);
    let told = Told::of(ctx, &access.conversation, &me, told)?;
    let patch = Patch::new()
        .set(Conversation::IS_PUBLIC, true)
        .set(Conversation::CATEGORY, access.conversation.category.clone())
        .set(Conversation::TAGS, access.conversation.tags.clone())
        .set(Conversation::UPDATED_AT, Timestamp::AT_COMMIT);
    // The words are those of the name and description that were read.
    let as_read = Filter::and([
        unchanged(&before),
        Filter::eq(Conversation::IS_PUBLIC, before.is_public),
    ]);
    let batch = Batch::new().expect_some(this_one(&access.me)).update_if(
        id,
        told.summarised(patch),
        as_read,
    );
    let batch = listed(batch, &access.conversation, entry.as_ref());
    let former = entry.as_ref().map(|entry| entry.tags.as_slice());
    let batch = retagged(batch, id, former.unwrap_or_default(), &listing.tags.0);
    let what = json!({"fields": ["isPublic", "category", "tags"], "messageIds": told.ids()});
    let batch = told.insert_in(batch);
    let batch = append(ctx, batch, "conversation.updated", id, Some(&me), &what)?;
    let batch = match told.ids().is_empty() {
        true => list_changed(ctx, batch, id, id)?,
        false => batch,
    };
    let uses = Uses::of(ctx, &[(CHANGES, 1)]).await?;
    let Some(committed) = uses.try_commit(ctx, batch).await? else {
        return Ok(Attempt::Retry);
    };
    let now = &mut access.conversation.value;
    now.updated_at = Some(committed.at);
    if let Some(newest) = told.newest() {
        now.last_message_id = Some(newest.id.clone());
        now.last_message_sender_id = Some(newest.sender_id.clone());
    }
    answer(ctx, access, shown).await.map(Attempt::Done)
}
