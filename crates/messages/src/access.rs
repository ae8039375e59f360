//! Rights of users: to see a conversation, write to it, and see a message of it.

use whisper_kit::Ctx;
use whisper_kit::error::{OptionExt, Result};
use whisper_kit::ids::member_id;
use whisper_schema::main_db::{Conversation, ConversationRight, Message};
use whisper_schema::system::{ConversationMember, ConversationMemberStatus};
use whisper_schema::{Column, Ephemeral, Timestamp};
use whisper_store::{Doc, Filter, Get, Order, Query};

/// A conversation, and the membership of a user who belongs to it.
#[derive(Clone, Debug)]
pub struct Access {
    /// The conversation.
    pub conversation: Conversation,
    /// The membership, which is active.
    pub member: ConversationMember,
}

/// Refuses a user who is no member of a conversation. Asked before anything else is read: so a stranger's refusal costs
/// the same whether or not there is a conversation, and however large it is.
///
/// # Errors
/// The same 404 for a conversation that doesn't exist and for one the caller doesn't belong to.
pub async fn check_member(ctx: &Ctx, conversation: &str, user: &str) -> Result<Access> {
    let membership = Get::<ConversationMember>::id(member_id(conversation, user));
    let conversation = Get::<Conversation>::id(conversation);
    let (member, conversation) = ctx.read((membership, conversation)).await?;
    Ok(Access {
        member: member_of(member)?,
        conversation: conversation.or_not_found()?.into_inner(),
    })
}

impl Access {
    /// Whether the member has a right, by their role and the settings.
    pub fn has(&self, right: ConversationRight) -> bool {
        self.conversation.lets(self.member.role, right)
    }

    /// Holds for the messages of the conversation that were written while they are the member's to see.
    pub fn history(&self) -> Filter<Message> {
        let here = Filter::eq(Message::CONVERSATION_ID, self.conversation.id.as_str());
        match self.conversation.hidden_up_to(&self.member) {
            0 => here,
            position => Filter::and([here, Filter::gt(Column::seq(), position)]),
        }
    }

    /// Whether a message is one of those.
    pub fn is_in_history(&self, message: &Doc<Message>) -> bool {
        is_in_history(message, &self.conversation, &self.member)
    }
}

/// Whether a message is one of the conversation, and was written while its messages are the member's to see.
pub fn is_in_history(
    message: &Doc<Message>,
    conversation: &Conversation,
    member: &ConversationMember,
) -> bool {
    message.conversation_id == conversation.id && message.seq > conversation.hidden_up_to(member)
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

/// Holds while a sender's membership is as it was read: they belong to the conversation, in the same role, and the other
/// one of a direct conversation hasn't blocked them.
pub fn may_still_send(member: &ConversationMember) -> Filter<ConversationMember> {
    Filter::and([
        Filter::eq(Column::id(), member.id.as_str()),
        Filter::eq(ConversationMember::STATUS, ConversationMemberStatus::Active),
        Filter::eq(ConversationMember::IS_BLOCKED, false),
        Filter::eq(ConversationMember::ROLE, member.role),
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

/// Whether a member can refer to a message of the conversation: it stands, somebody wrote it, it is theirs to see, and they
/// didn't delete it for themselves. Nobody answers, copies or changes a system message.
pub fn is_visible(
    message: &Doc<Message>,
    conversation: &Conversation,
    member: &ConversationMember,
    now: Timestamp,
) -> bool {
    is_in_history(message, conversation, member)
        && message.stands(now)
        && !message.is_system_message
        && !is_deleted_for(message, &member.user_id)
}

/// Whether a user deleted it for themselves.
pub fn is_deleted_for(message: &Message, user: &str) -> bool {
    message.deleted_for.iter().any(|who| who == user)
}
