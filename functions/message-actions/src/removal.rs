//! The batch that removes messages with everything that copies or names them.

use std::collections::BTreeSet;

use serde_json::json;
use whisper_kit::jobs::{Budget, Due};
use whisper_kit::{Result, events};
use whisper_messages::ids::{delivery_id, mention_id, poll_id, reply_reference_id};
use whisper_messages::{Mirror, message_reaction_notice_id};
use whisper_schema::Document;
use whisper_schema::prelude::{
    Column, FanOut, Message, MessageContentType, MessageExpiry, MessageReference, Notification,
    Poll, Push, QueuedMessage, Timestamp,
};
use whisper_store::{Batch, Filter};

use crate::files::let_go;
use crate::hanging::Hanging;
use crate::naming::references;
use crate::preview::Previews;
use crate::threads;

/// A message whose end has come; none where it is gone already, or lasts after all: then only its end is forgotten.
pub type DueMessage = Due<Option<Message>>;

/// Most ids that one condition names.
const IDS: usize = 500;

/// The batch that removes messages, on the condition that the previews of their conversations are as they were read, that
/// no more hangs on them than one commit takes, and that nothing names them any more.
///
/// # Errors
/// The store's.
pub async fn removal(run: &Budget<'_>, due: &[DueMessage]) -> Result<Batch> {
    let ctx = run.ctx;
    let messages = || due.iter().filter_map(|due| due.item.as_ref());
    let conversations = messages().map(|message| message.conversation_id.as_str());
    let going = due.iter().map(|due| due.id.as_str());
    let places = conversations.collect();
    let previews = Previews::read(ctx, &places, &going.collect(), 0).await?;
    let rows = run.bounds.rows_per_commit;
    let batch = Batch::new()
        .delete_where(pushes(due), rows)
        .expect_none(pushes(due))
        .expect_none(references(due.iter().map(|due| due.id.as_str())));
    let batch = hanging(due).remove(batch, rows);
    let gone: Vec<&Message> = messages().collect();
    let batch = threads::lower(ctx, batch, &gone).await?;
    let batch = let_go(ctx, batch, gone).await?;
    let mut batch = everything_else(batch, due, ctx.now());
    batch = previews.change(ctx, batch, &places)?;
    for message in messages() {
        let what = json!({
            "conversationId": message.conversation_id,
            // Clients show how many answers it has.
            "replyToMessageId": message.reply_to_message_id,
        });
        batch = events::append(ctx, batch, "message.expired", &message.id, None, &what)?;
    }
    Ok(batch)
}

/// The ids of the messages that go.
fn messages(due: &[DueMessage]) -> Vec<&str> {
    let messages = due.iter().filter_map(|due| due.item.as_ref());
    messages.map(|message| message.id.as_str()).collect()
}

/// Holds for the pushes that these messages wait for.
pub fn pushes(due: &[DueMessage]) -> Filter<Push> {
    Filter::is_in(Push::QUEUE_ID, due.iter().map(|due| delivery_id(&due.id)))
}

/// The rows that hang on these messages.
pub fn hanging(due: &[DueMessage]) -> Hanging {
    Hanging::of(&messages(due), &with_polls(due))
}

/// The ids of those that show polls.
fn with_polls(due: &[DueMessage]) -> Vec<&str> {
    due.iter()
        .filter_map(|due| due.item.as_ref())
        .filter(|message| message.content_type == MessageContentType::Poll)
        .map(|message| message.id.as_str())
        .collect()
}

/// Deletes the messages, their ends, and the documents that belong to them alone.
fn everything_else(batch: Batch, due: &[DueMessage], now: Timestamp) -> Batch {
    let messages = || due.iter().filter_map(|due| due.item.as_ref());
    let ids = || due.iter().map(|due| due.id.clone());
    let deliveries = || ids().map(|id| delivery_id(&id));
    let mentions = messages().flat_map(|message| {
        let users = message.mentions.iter();
        users.map(|user| mention_id(&message.id, user))
    });
    // Authors are told of reactions where messages carry who reacted.
    let reactions = messages().flat_map(|message| {
        let mirror = Mirror::of(message);
        let notices = mirror.users();
        let notices = notices.map(|user| message_reaction_notice_id(&message.id, user));
        notices.collect::<BTreeSet<String>>()
    });
    let batch = delete::<Notification>(batch, mentions.chain(reactions).collect());
    let polls = with_polls(due).into_iter().map(poll_id);
    let batch = delete::<Poll>(batch, polls.collect());
    let batch = delete::<FanOut>(batch, deliveries().collect());
    let batch = delete::<QueuedMessage>(batch, deliveries().collect());
    let ended = Filter::and([
        Filter::is_in(Column::id(), ids()),
        Filter::le(Message::EXPIRES_AT, now),
    ]);
    let batch = batch.delete_where(ended, due.len() as u64);
    let batch = delete::<MessageExpiry>(batch, ids().collect());
    // The references of answers to messages that end.
    let answers = messages().filter(|message| message.reply_to_message_id.is_some());
    let answers = answers.map(|message| reply_reference_id(&message.id));
    delete::<MessageReference>(batch, answers.collect())
}

/// Deletes the documents with these ids that are there.
pub fn delete<D: Document>(batch: Batch, ids: Vec<String>) -> Batch {
    ids.chunks(IDS).fold(batch, |batch, ids| {
        let these = Filter::is_in(Column::<D>::id(), ids.iter().map(String::as_str));
        batch.delete_where(these, ids.len() as u64)
    })
}
