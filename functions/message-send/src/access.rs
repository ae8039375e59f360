//! Who may see a conversation, write to it, and see a message of it.

use whisper_kit::error::{OptionExt, Result};
use whisper_kit::ids::member_id;
use whisper_schema::main_db::{Conversation, Message};
use whisper_schema::system::{ConversationMember, ConversationMemberStatus};
use whisper_schema::{Column, Ephemeral, Timestamp};
use whisper_store::{Doc, Filter, First, Order, Query};

/// The membership of somebody who belongs to a conversation.
///
/// # Errors
/// The same 404 for a conversation that doesn't exist and for one the caller doesn't belong to.
pub fn member_of(found: Option<Doc<ConversationMember>>) -> Result<ConversationMember> {
    found.map(Doc::into_inner).filter(is_active).or_not_found()
}

/// Whether somebody belongs to the conversation.
pub fn is_active(member: &ConversationMember) -> bool {
    member.status == ConversationMemberStatus::Active
}

/// Holds while what was read about a sender stands: they belong to the conversation, and nobody blocked them.
pub fn may_still_send(member: &ConversationMember) -> Filter<ConversationMember> {
    Filter::and([
        Filter::eq(Column::id(), member.id.as_str()),
        Filter::eq(ConversationMember::STATUS, ConversationMemberStatus::Active),
        Filter::eq(ConversationMember::IS_BLOCKED, false),
    ])
}

/// The members who joined first.
pub fn first_members(conversation: &str, most: u32) -> Query<ConversationMember> {
    Query::new()
        .filter(Filter::eq(
            ConversationMember::CONVERSATION_ID,
            conversation,
        ))
        .filter(Filter::eq(
            ConversationMember::STATUS,
            ConversationMemberStatus::Active,
        ))
        .order(Order::asc(ConversationMember::JOINED_AT))
        .limit(most)
}

/// Whether a member can refer to a message: it stands, and they didn't delete it for themselves.
pub fn is_visible(message: &Message, user: &str, now: Timestamp) -> bool {
    message.stands(now) && !is_deleted_for(message, user)
}

/// Holds for what belongs to a conversation, which `column` names, while somebody is a member of it. So what a stranger asks
/// for is never looked up, and their refusal costs the same whether or not it is there.
pub fn to_member<D>(column: Column<D>, conversation: &str, user: &str) -> Filter<D> {
    let membership = Filter::and([
        Filter::eq(Column::id(), member_id(conversation, user)),
        Filter::eq(ConversationMember::STATUS, ConversationMemberStatus::Active),
    ]);
    Filter::and([
        Filter::eq(column, conversation),
        Filter::is_among(column, ConversationMember::CONVERSATION_ID, membership),
    ])
}

/// A conversation, for a member of it.
pub fn this_conversation(conversation: &str, user: &str) -> First<Conversation> {
    let this = to_member(Column::id(), conversation, user);
    Query::new().filter(this).first()
}

/// Whether a user deleted it for themselves.
pub fn is_deleted_for(message: &Message, user: &str) -> bool {
    message.deleted_for.iter().any(|who| who == user)
}
