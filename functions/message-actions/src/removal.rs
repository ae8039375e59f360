//! The batch that removes messages with everything that copies or names them.

use serde_json::json;
use whisper_kit::ids::{delivery_id, mention_id, poll_id, reply_reference_id};
use whisper_kit::jobs::{Budget, Due};
use whisper_kit::{Ctx, Result, events};
use whisper_schema::Document;
use whisper_schema::prelude::{
    Column, Conversation, FanOut, Message, MessageContentType, MessageExpiry, MessageReference,
    Notification, Poll, PollBallot, PollChoice, PollTally, Push, QueuedMessage, Timestamp,
};
use whisper_store::{Batch, Doc, Filter, Order, Patch, Query};

use crate::hanging;
use crate::naming::references;

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
    let previews = previews(ctx, due).await?;
    let rows = run.bounds.rows_per_commit;
    let batch = Batch::new()
        .delete_where(pushes(due), rows)
        .expect_none(pushes(due))
        .expect_none(references(due.iter().map(|due| due.id.as_str())));
    let batch = match polls(due).is_empty() {
        true => batch,
        false => batch
            .delete_where(ballots(due), rows)
            .expect_none(ballots(due))
            .delete_where(choices(due), rows)
            .expect_none(choices(due))
            .delete_where(tallies(due), rows)
            .expect_none(tallies(due)),
    };
    let batch = hanging::remove(batch, &messages(due), rows);
    let mut batch = everything_else(batch, due, ctx.now());
    for (conversation, last, patch) in previews {
        let unchanged = Filter::eq(Conversation::LAST_MESSAGE_ID, last);
        batch = batch.update_if(&conversation, patch, unchanged);
    }
    for message in due.iter().filter_map(|due| due.item.as_ref()) {
        let what = json!({"conversationId": message.conversation_id});
        batch = events::append(ctx, batch, "message.expired", &message.id, None, &what)?;
    }
    Ok(batch)
}

/// The ids of the messages that go.
pub fn messages(due: &[DueMessage]) -> Vec<&str> {
    let messages = due.iter().filter_map(|due| due.item.as_ref());
    messages.map(|message| message.id.as_str()).collect()
}

/// Holds for the pushes that these messages wait for.
pub fn pushes(due: &[DueMessage]) -> Filter<Push> {
    Filter::is_in(Push::QUEUE_ID, due.iter().map(|due| delivery_id(&due.id)))
}

/// Holds for the ballots of the polls that these messages show.
pub fn ballots(due: &[DueMessage]) -> Filter<PollBallot> {
    Filter::is_in(PollBallot::POLL_ID, polls(due))
}

/// Holds for the choices in them.
pub fn choices(due: &[DueMessage]) -> Filter<PollChoice> {
    Filter::is_in(PollChoice::POLL_ID, polls(due))
}

/// Holds for their tallies.
pub fn tallies(due: &[DueMessage]) -> Filter<PollTally> {
    Filter::is_in(PollTally::POLL_ID, polls(due))
}

/// Ids of the polls that these messages show.
fn polls(due: &[DueMessage]) -> Vec<String> {
    due.iter()
        .filter_map(|due| due.item.as_ref())
        .filter(|message| message.content_type == MessageContentType::Poll)
        .map(|message| poll_id(&message.id))
        .collect()
}

/// Changes of the conversations whose previews show one of these messages: the conversation's id, the message that it
/// shows, and the change to the newest message that stands.
async fn previews(
    ctx: &Ctx,
    due: &[DueMessage],
) -> Result<Vec<(String, String, Patch<Conversation>)>> {
    let conversations = due.iter().filter_map(|due| due.item.as_ref());
    let conversations = conversations.map(|message| message.conversation_id.as_str());
    let query = Query::<Conversation>::new()
        .filter(Filter::is_in(Column::id(), conversations))
        .limit(u32::try_from(due.len().max(1)).unwrap_or(u32::MAX));
    let conversations = ctx.read(query).await?;
    let shown: Vec<(String, String)> = conversations
        .into_iter()
        .map(Doc::into_inner)
        .filter_map(|conversation| Some((conversation.id, conversation.last_message_id?)))
        .filter(|(_, last)| due.iter().any(|due| due.id == *last))
        .collect();
    let newest = shown.iter().map(|(conversation, _)| {
        Query::<Message>::new()
            .filter(Filter::eq(Message::CONVERSATION_ID, conversation.as_str()))
            .filter(Filter::stands(ctx.now()))
            .order(Order::desc(Column::seq()))
            .first()
    });
    let newest = ctx.read(newest.collect::<Vec<_>>()).await?;
    let previews = shown.into_iter().zip(newest);
    Ok(previews
        .map(|((conversation, last), newest)| (conversation, last, preview(newest)))
        .collect())
}

/// The change that makes a conversation show this newest message, or none. The time of its last activity stays: lists
/// are sorted by it.
fn preview(of: Option<Doc<Message>>) -> Patch<Conversation> {
    let of = of.map(Doc::into_inner);
    let of = of.as_ref();
    let (id, sender) = (of.map(|m| m.id.clone()), of.map(|m| m.sender_id.clone()));
    Patch::new()
        .set(Conversation::LAST_MESSAGE_ID, id)
        .set(
            Conversation::LAST_MESSAGE_TEXT,
            of.and_then(|m| m.plain_text.clone()),
        )
        .set(Conversation::LAST_MESSAGE_SENDER_ID, sender)
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
    let batch = delete::<Notification>(batch, mentions.collect());
    let batch = delete::<Poll>(batch, polls(due));
    let batch = delete::<FanOut>(batch, deliveries().collect());
    let batch = delete::<QueuedMessage>(batch, deliveries().collect());
    let ended = Filter::and([
        Filter::is_in(Column::id(), ids()),
        Filter::le(Message::EXPIRES_AT, now),
    ]);
    let batch = batch.delete_where(ended, due.len() as u64);
    let batch = delete::<MessageExpiry>(batch, ids().collect());
    // Of those that answer others which end.
    let answers = messages().filter(|message| message.reply_to_message_id.is_some());
    let answers = answers.map(|message| reply_reference_id(&message.id));
    delete::<MessageReference>(batch, answers.collect())
}

/// Deletes the documents with these ids that are there.
fn delete<D: Document>(batch: Batch, ids: Vec<String>) -> Batch {
    ids.chunks(IDS).fold(batch, |batch, ids| {
        let these = Filter::is_in(Column::<D>::id(), ids.iter().map(String::as_str));
        batch.delete_where(these, ids.len() as u64)
    })
}
