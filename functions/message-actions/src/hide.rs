//! The commit that deletes messages for one member alone: they see them no more, and nobody else is told.

use serde_json::json;
use whisper_kit::rate_limit::Limit;
use whisper_kit::{Attempt, Ctx, Result, events};
use whisper_messages::ids::{mark_id, mention_id};
use whisper_people::list_changed;
use whisper_schema::prelude::{
    Column, ConversationMember, ConversationMemberStatus, Message, MessageMark, MessageMarkKind,
    Notification, Timestamp,
};
use whisper_store::{Batch, Doc, Filter, Patch};

/// Deletes messages of one conversation for a member; to be tried again when something changed in the meantime.
///
/// # Errors
/// `rate_limited`, and the store's.
pub async fn hide(
    ctx: &Ctx,
    member: &ConversationMember,
    messages: &[Doc<Message>],
    limit: &Limit,
) -> Result<Attempt<()>> {
    let Some(newest) = messages.iter().map(|message| message.seq).max() else {
        return Ok(Attempt::Done(()));
    };
    let mut batch = Batch::new();
    if !member.may_have_deleted(newest) {
        let patch = Patch::new().set(ConversationMember::DELETED_POSITION, newest);
        batch = batch.update_if(&member.id, patch, before(newest));
    }
    for message in messages {
        batch = batch
            .expect_some(still_there(message))
            .insert(&deletion(member, message));
        let what = json!({"conversationId": message.conversation_id});
        let user = Some(member.user_id.as_str());
        batch = events::append(ctx, batch, "message.hidden", &message.id, user, &what)?;
    }
    let (user, conversation) = (&member.user_id, &member.conversation_id);
    let batch = list_changed(ctx, batch, user, conversation)?;
    let most = messages.len() as u64;
    let user = member.user_id.as_str();
    let stars = messages
        .iter()
        .map(|message| mark_id(MessageMarkKind::Starred, user, &message.id));
    let mentions = messages.iter().map(|message| mention_id(&message.id, user));
    let batch = batch
        .delete_where(Filter::is_in(Column::<MessageMark>::id(), stars), most)
        .delete_where(Filter::is_in(Column::<Notification>::id(), mentions), most);
    let committed = limit.try_commit(ctx, batch).await?;
    Ok(committed.map_or(Attempt::Retry, |_| Attempt::Done(())))
}

fn deletion(member: &ConversationMember, message: &Doc<Message>) -> MessageMark {
    MessageMark {
        id: mark_id(MessageMarkKind::Deleted, &member.user_id, &message.id),
        user_id: member.user_id.clone(),
        message_id: message.id.clone(),
        conversation_id: message.conversation_id.clone(),
        kind: MessageMarkKind::Deleted,
        position: message.seq,
        created_at: Timestamp::AT_COMMIT,
    }
}

/// Holds while the message is not about to be removed, which would leave the mark behind.
fn still_there(message: &Message) -> Filter<Message> {
    Filter::and([
        Filter::eq(Column::id(), message.id.as_str()),
        Filter::lasts(Timestamp::AT_COMMIT),
    ])
}

/// Holds for a member whose marks end before this place.
fn before(position: i64) -> Filter<ConversationMember> {
    Filter::and([
        Filter::eq(ConversationMember::STATUS, ConversationMemberStatus::Active),
        Filter::or([
            Filter::is_null(ConversationMember::DELETED_POSITION),
            Filter::lt(ConversationMember::DELETED_POSITION, position),
        ]),
    ])
}
