//! The end of contents that could be viewed once: when all recipients have opened a message, its content goes. The place
//! stays as long as the message would have, so that its sender sees that it was opened.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use whisper_kit::jobs::{Budget, Due, Expiring};
use whisper_kit::{Result, events};
use whisper_messages::{MOST_FOR_STATUS, is_spent, is_view_once, spent_metadata};
use whisper_people::by_ids;
use whisper_schema::prelude::{
    Column, Conversation, ConversationMember, ConversationMemberStatus, Ephemeral, Message,
    MessageOpening, OpenedMessage, Timestamp,
};
use whisper_store::{Batch, Doc, Filter, First, Order, Patch, Query};

use crate::files;

/// A message that somebody opened, and when it was to be looked at; the message itself where all have opened it.
pub struct Look {
    due_at: Timestamp,
    spent: Option<Message>,
}

/// Messages that somebody opened.
pub struct Opened;

impl Expiring for Opened {
    type End = OpenedMessage;
    type Item = Look;
    const NOT_REMOVED: (&'static str, &'static str) = ("message_content_not_removed", "messageId");

    fn ended(&self, now: Timestamp) -> Query<OpenedMessage> {
        Query::new()
            .filter(Filter::le(OpenedMessage::DUE_AT, now))
            .order(Order::asc(OpenedMessage::DUE_AT))
    }

    async fn due(
        &self,
        run: &Budget<'_>,
        ended: Vec<Doc<OpenedMessage>>,
    ) -> Result<Vec<Due<Look>>> {
        let spent = opened_by_all(run, &ended).await?;
        let due = ended.into_iter().map(|end| Due {
            rows: 1 + spent.get(&end.id).map_or(0, files::rows) as u64,
            item: Look {
                due_at: end.due_at,
                spent: spent.get(&end.id).cloned(),
            },
            id: end.into_inner().id,
        });
        Ok(due.collect())
    }

    async fn remove(&self, run: &Budget<'_>, due: &[Due<Look>]) -> Result<u64> {
        let mut batch = Batch::new();
        for one in due {
            // Somebody else may have opened it meanwhile: then it is looked at later.
            let as_read = Filter::and([
                Filter::eq(Column::id(), one.id.as_str()),
                Filter::eq(OpenedMessage::DUE_AT, one.item.due_at),
            ]);
            batch = batch.delete_where::<OpenedMessage>(as_read, 1);
            if let Some(message) = &one.item.spent {
                batch = batch.update_if(
                    &message.id,
                    without_content(),
                    Filter::stands(Timestamp::AT_COMMIT),
                );
                let what = json!({
                    "conversationId": message.conversation_id,
                    "senderId": message.sender_id,
                });
                batch = events::append(run.ctx, batch, "message.spent", &message.id, None, &what)?;
            }
        }
        let spent = due.iter().filter_map(|one| one.item.spent.as_ref());
        let batch = files::let_go(run.ctx, batch, spent).await?;
        run.commit(batch).await?;
        Ok(due.len() as u64)
    }

    async fn clear(&self, _: &Budget<'_>, _: &Due<Look>) -> Result<()> {
        Ok(())
    }
}

/// The messages of these that all recipients have opened, by their ids. In a larger conversation the openings aren't looked at,
/// and the content goes with the message.
async fn opened_by_all(
    run: &Budget<'_>,
    ended: &[Doc<OpenedMessage>],
) -> Result<BTreeMap<String, Message>> {
    let ctx = run.ctx;
    let ids = ended.iter().map(|end| end.id.as_str());
    let places = ended.iter().map(|end| end.conversation_id.as_str());
    let asked = (by_ids::<Message>(ids), by_ids::<Conversation>(places));
    let (messages, places) = ctx.read(asked).await?;
    let places = places.into_iter().flatten();
    let sizes: BTreeMap<String, i64> = places
        .map(|place| (place.id.clone(), place.participant_count))
        .collect();
    let is_small = |message: &Message| {
        let size = sizes.get(&message.conversation_id);
        size.is_some_and(|size| *size <= MOST_FOR_STATUS)
    };
    let messages: Vec<Doc<Message>> = messages
        .into_iter()
        .flatten()
        .filter(|message| message.stands(ctx.now()) && is_view_once(message))
        .filter(|message| !is_spent(message) && is_small(message))
        .collect();
    let waiting = messages.iter().map(yet_to_open);
    let waiting = ctx.read(waiting.collect::<Vec<_>>()).await?;
    let messages = messages.into_iter().zip(waiting);
    let spent = messages.filter(|(_, waiting)| waiting.is_none());
    Ok(spent
        .map(|(message, _)| (message.id.clone(), message.into_inner()))
        .collect())
}

/// Asks for a recipient who hasn't opened a message.
fn yet_to_open(message: &Doc<Message>) -> First<ConversationMember> {
    let openings = Filter::eq(MessageOpening::MESSAGE_ID, message.id.as_str());
    Query::new()
        .filter(Filter::eq(
            ConversationMember::CONVERSATION_ID,
            message.conversation_id.as_str(),
        ))
        .filter(Filter::eq(
            ConversationMember::STATUS,
            ConversationMemberStatus::Active,
        ))
        .filter(Filter::ne(
            ConversationMember::USER_ID,
            message.sender_id.as_str(),
        ))
        .filter(Filter::is_not_among(
            ConversationMember::USER_ID,
            MessageOpening::USER_ID,
            openings,
        ))
        .first()
}

/// Nothing of the content is left.
fn without_content() -> Patch<Message> {
    let nothing = || Value::Array(Vec::new());
    Patch::new()
        .set(Message::CONTENT, "")
        .set(Message::MEDIA_URLS, nothing())
        .set(Message::MEDIA_FILE_IDS, nothing())
        .unset(Message::THUMBNAIL_URL)
        .unset(Message::THUMBNAIL_FILE_ID)
        .set(Message::LINKS, nothing())
        .set(Message::METADATA, spent_metadata())
        .set(Message::UPDATED_AT, Timestamp::AT_COMMIT)
}
