//! The commit that deletes messages for all: an empty message keeps the place of each.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use whisper_kit::rate_limit::Limit;
use whisper_kit::{Attempt, Ctx, Result, events};
use whisper_messages::Access;
use whisper_messages::ids::{mention_id, poll_id, reply_reference_id};
use whisper_schema::prelude::{
    BroadcastChange, Column, ConversationKind, ConversationMember, ConversationMemberStatus,
    Message, MessageContentType, MessageReference, MessageRemains, Notification, Poll, Timestamp,
};
use whisper_store::{Batch, Doc, Filter, Patch};

use crate::broadcast_change::changed;
use crate::files::let_go;
use crate::follow::copies;
use crate::hanging::Hanging;
use crate::preview::{Previews, shows_none_of};
use crate::removal::delete;
use crate::rules::MODERATORS;
use crate::threads;

/// The most rows of each kind about the messages that the commit deletes; the job removes the rest.
const ROWS: u64 = 200;

/// Deletes messages of one conversation for all, as one use of the limit if there is one; to be tried again when something changed in the meantime.
///
/// # Errors
/// `rate_limited`, and the store's.
pub async fn take_back(
    ctx: &Ctx,
    access: &Access,
    messages: &[Doc<Message>],
    limit: Option<&Limit>,
) -> Result<Attempt<()>> {
    let member = &access.member;
    // The group in which messages of a channel are talked about loses its copies too.
    let copies = copies(ctx, access, messages).await?;
    let going: Vec<&Doc<Message>> = messages.iter().chain(&copies).collect();
    let ids: Vec<&str> = going.iter().map(|message| message.id.as_str()).collect();
    let places = going.iter().map(|message| message.conversation_id.as_str());
    let places: BTreeSet<&str> = places.collect();
    let set = ids.iter().copied().collect();
    let previews = Previews::read(ctx, &places, &set, ids.len()).await?;
    let mut batch = Batch::new();
    if messages.iter().any(|m| m.sender_id != member.user_id) {
        batch = batch.expect_some(still_moderates(member));
    }
    let others = places.iter().filter(|place| !previews.has(place));
    batch = others.fold(batch, |batch, place| {
        batch.expect_some(shows_none_of(place, &ids))
    });
    batch = previews.change(ctx, batch, &places)?;
    for message in &going {
        batch = batch
            .update_if(&message.id, emptied(), stands())
            .insert(&remains_of(message));
        let what = json!({
            "conversationId": message.conversation_id,
            "senderId": message.sender_id,
            // Clients show how many answers it has.
            "replyToMessageId": message.reply_to_message_id,
        });
        let user = Some(member.user_id.as_str());
        batch = events::append(ctx, batch, "message.deleted", &message.id, user, &what)?;
    }
    let polls = going
        .iter()
        .filter(|message| message.content_type == MessageContentType::Poll);
    let polls: Vec<&str> = polls.map(|message| message.id.as_str()).collect();
    let hanging = Hanging::of(&ids, &polls).but_places();
    let batch = without_words(hanging.remove_some(batch, ROWS), &going, &polls);
    let going: Vec<&Message> = going.iter().map(|message| &message.value).collect();
    let batch = threads::lower(ctx, batch, &going).await?;
    let batch = let_go(ctx, batch, going).await?;
    let is_list = access.conversation.kind == ConversationKind::Broadcast;
    let batch = messages
        .iter()
        .filter(|_| is_list)
        .fold(batch, |batch, message| {
            changed(batch, &message.id, BroadcastChange::Deleted)
        });
    let committed = match limit {
        Some(limit) => limit.try_commit(ctx, batch).await?,
        None => ctx.try_commit(batch).await?,
    };
    Ok(committed.map_or(Attempt::Retry, |_| Attempt::Done(())))
}

/// Deletes the documents that belong to the messages alone: their mentions in inboxes, their polls, and that they answer
/// others which end.
fn without_words(batch: Batch, messages: &[&Doc<Message>], polls: &[&str]) -> Batch {
    let mentions = messages.iter().flat_map(|message| {
        let users = message.mentions.iter();
        users.map(|user| mention_id(&message.id, user))
    });
    let polls = polls.iter().map(|message| poll_id(message));
    let answers = messages
        .iter()
        .filter(|message| message.reply_to_message_id.is_some());
    let answers = answers.map(|message| reply_reference_id(&message.id));
    let batch = delete::<Notification>(batch, mentions.collect());
    let batch = delete::<Poll>(batch, polls.collect());
    delete::<MessageReference>(batch, answers.collect())
}

/// Nothing is left but the place, the sender and the time; and the end, at which the place goes too.
fn emptied() -> Patch<Message> {
    let nothing = || Value::Array(Vec::new());
    Patch::new()
        .set(Message::CONTENT, "")
        .set(Message::CONTENT_TYPE, MessageContentType::Text)
        .unset(Message::PLAIN_TEXT)
        .set(Message::MEDIA_URLS, nothing())
        .set(Message::MEDIA_FILE_IDS, nothing())
        .unset(Message::THUMBNAIL_URL)
        .unset(Message::THUMBNAIL_FILE_ID)
        .unset(Message::METADATA)
        .unset(Message::REPLY_TO_MESSAGE_ID)
        .unset(Message::FORWARDED_FROM_MESSAGE_ID)
        .unset(Message::FORWARDED_FROM_CONVERSATION_ID)
        .unset(Message::EDITED_AT)
        .set(Message::IS_PINNED, false)
        .unset(Message::PINNED_AT)
        .unset(Message::REACTIONS)
        .set(Message::MENTIONS, nothing())
        .set(Message::LINKS, nothing())
        .set(Message::DELETED_AT, Timestamp::AT_COMMIT)
        .set(Message::UPDATED_AT, Timestamp::AT_COMMIT)
}

fn remains_of(message: &Message) -> MessageRemains {
    MessageRemains {
        id: message.id.clone(),
        conversation_id: message.conversation_id.clone(),
        due_at: Timestamp::AT_COMMIT,
    }
}

fn stands() -> Filter<Message> {
    Filter::stands(Timestamp::AT_COMMIT)
}

fn still_moderates(member: &ConversationMember) -> Filter<ConversationMember> {
    Filter::and([
        Filter::eq(Column::id(), member.id.as_str()),
        Filter::eq(ConversationMember::STATUS, ConversationMemberStatus::Active),
        Filter::is_in(ConversationMember::ROLE, MODERATORS),
    ])
}
