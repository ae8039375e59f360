//! The newest message of a conversation that a member sees: the preview in lists.

use whisper_kit::{Ctx, Result};
use whisper_messages::in_sight_of;
use whisper_schema::prelude::{Column, Conversation, ConversationMember, Message};
use whisper_store::{Doc, Filter, First, Get, Order, Query};

/// The newest message, as far as it is known.
#[derive(Debug)]
pub enum Newest {
    /// It is the one that the conversation names.
    Named(Option<String>),
    /// The member deleted messages there for themselves, so it was looked for.
    Found(Option<Box<Doc<Message>>>),
}

impl Newest {
    /// The newest messages of conversations for a member of them: no statement where the member deleted nothing for
    /// themselves in any of them, else one.
    ///
    /// # Errors
    /// The store's.
    pub async fn of(
        ctx: &Ctx,
        conversations: &[(&Conversation, &ConversationMember)],
    ) -> Result<Vec<Newest>> {
        let looked_for = conversations.iter().map(|(conversation, member)| {
            let deleted = member.deleted_position.is_some();
            deleted.then(|| newest_for(ctx, conversation, member))
        });
        let looked_for: Vec<Option<First<Message>>> = looked_for.collect();
        let found = match looked_for.iter().any(Option::is_some) {
            true => ctx.read(looked_for).await?,
            false => looked_for.iter().map(|_| None).collect(),
        };
        let newest = conversations.iter().zip(found);
        Ok(newest
            .map(|((conversation, _), found)| match found {
                Some(found) => Newest::Found(found.map(Box::new)),
                None => Newest::Named(conversation.last_message_id.clone()),
            })
            .collect())
    }

    /// Its sender, if there is such a message.
    pub fn sender<'a>(&'a self, conversation: &'a Conversation) -> Option<&'a str> {
        match self {
            Newest::Named(_) => conversation.last_message_sender_id.as_deref(),
            Newest::Found(found) => Some(found.as_ref()?.sender_id.as_str()),
        }
    }

    /// Asks for it where it is only named.
    pub fn get(&self) -> Option<Get<Message>> {
        match self {
            Newest::Named(Some(id)) => Some(Get::id(id)),
            _ => None,
        }
    }

    /// The message, with the answer to [`Newest::get`].
    pub fn message(self, answer: Option<Option<Doc<Message>>>) -> Option<Doc<Message>> {
        match self {
            Newest::Named(_) => answer.flatten(),
            Newest::Found(found) => found.map(|found| *found),
        }
    }
}

fn newest_for(
    ctx: &Ctx,
    conversation: &Conversation,
    member: &ConversationMember,
) -> First<Message> {
    Query::new()
        .filter(in_sight_of(conversation, member, 0))
        .filter(Filter::stands(ctx.now()))
        .order(Order::desc(Column::seq()))
        .first()
}
