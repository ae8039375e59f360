//! Rights of users: to see a conversation, write to it, and see a message of it.

use whisper_kit::Ctx;
use whisper_kit::error::{OptionExt, Result};
use whisper_kit::ids::member_id;
use whisper_schema::main_db::Message;
use whisper_schema::system::{ConversationMember, ConversationMemberStatus};
use whisper_schema::{Column, Ephemeral, Timestamp};
use whisper_store::{Doc, Filter, Get, Order, Query};

/// Refuses a user who is no member of a conversation. Asked before anything else is read: so a stranger's refusal costs
/// the same whether or not there is a conversation, and however large it is.
///
/// # Errors
/// The same 404 for a conversation that doesn't exist and for one the caller doesn't belong to.
pub async fn check_member(ctx: &Ctx, conversation: &str, user: &str) -> Result<()> {
    let membership = Get::<ConversationMember>::id(member_id(conversation, user));
    member_of(ctx.read(membership).await?).map(|_| ())
}

/// The membership of a user who belongs to a conversation.
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

/// Holds while a sender's membership is as it was read: they belong to the conversation, and the other one of a direct
/// conversation hasn't blocked them.
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

/// Whether a user deleted it for themselves.
pub fn is_deleted_for(message: &Message, user: &str) -> bool {
    message.deleted_for.iter().any(|who| who == user)
}
