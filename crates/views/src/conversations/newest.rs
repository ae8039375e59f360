//! The newest message of a conversation that a member sees: the preview in lists.

use whisper_kit::{Ctx, Result};
use whisper_messages::{in_sight_of, is_in_sight};
use whisper_people::{People, unblocked};
use whisper_schema::prelude::{Column, Conversation, ConversationMember, Message};
use whisper_store::{Doc, Filter, First, Get, Order, Query};

use super::unread::by_accounts_in_use;

/// Asks for the message that a conversation names as its newest.
pub fn named(conversation: &Conversation) -> Option<Get<Message>> {
    conversation.last_message_id.as_ref().map(Get::id)
}

/// The message that was [`named`], if the member sees it.
pub fn seen(
    named: Option<Doc<Message>>,
    conversation: &Conversation,
    member: &ConversationMember,
) -> Option<Doc<Message>> {
    named.filter(|newest| is_in_sight(newest, conversation, member, None))
}

/// Looks for the newest message that stands in conversations where the member deleted messages for themselves: the one that is
/// named may be among those. A conversation where they deleted none gets none in its place. One statement; no statement where
/// they deleted none in any conversation.
///
/// # Errors
/// The store's.
pub async fn looked_for(
    ctx: &Ctx,
    conversations: &[(&Conversation, &ConversationMember)],
) -> Result<Vec<Option<Option<Doc<Message>>>>> {
    let asked = conversations.iter().map(|(conversation, member)| {
        let begins = conversation.hidden_up_to(member) + 1;
        let may_have = member.may_have_deleted(begins);
        may_have.then(|| newest_for(ctx, conversation, member).first())
    });
    let asked: Vec<Option<First<Message>>> = asked.collect();
    if !asked.iter().any(Option::is_some) {
        return Ok(asked.iter().map(|_| None).collect());
    }
    ctx.read(asked).await
}

/// Whether the newest message comes from somebody whom its reader doesn't see: the one before is shown then.
pub fn is_hidden(newest: Option<&Message>, people: &People) -> bool {
    newest.is_some_and(|newest| people.is_hidden(&newest.sender_id))
}

/// Asks for the newest message that stands, that the member sees, and whose sender has no block in between and, in conversations of up to
/// a hundred, an account in use.
pub fn newest_for(
    ctx: &Ctx,
    conversation: &Conversation,
    member: &ConversationMember,
) -> Query<Message> {
    Query::new()
        .filter(in_sight_of(conversation, member, 0))
        .filter(Filter::stands(ctx.now()))
        .filter(by_accounts_in_use(conversation))
        .filter(unblocked(Message::SENDER_ID, &member.user_id))
        .order(Order::desc(Column::seq()))
}
