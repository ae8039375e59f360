//! Rights of users: to see a conversation, and to write to it.

use whisper_kit::Ctx;
use whisper_kit::error::{Error, OptionExt, Result};
use whisper_people::ids::member_id;
use whisper_schema::main_db::{Conversation, ConversationRight, Message};
use whisper_schema::system::{ConversationMember, ConversationMemberStatus, MessageMark};
use whisper_schema::{Column, Timestamp};
use whisper_store::{Doc, Filter, Get, Order, Query};

use crate::sight::{in_sight_of, is_in_sight, is_visible};

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

    /// Holds for the messages of the conversation that are in the member's sight.
    pub fn history(&self) -> Filter<Message> {
        in_sight_of(&self.conversation, &self.member, 0)
    }

    /// Whether a message, whose [`deletion`](crate::deletion) was asked for, is one of those.
    pub fn is_in_history(
        &self,
        message: &Doc<Message>,
        deletion: Option<&Doc<MessageMark>>,
    ) -> bool {
        is_in_sight(message, &self.conversation, &self.member, deletion)
    }

    /// Whether the member can refer to a message, whose [`deletion`](crate::deletion) was asked for.
    pub fn is_visible(
        &self,
        message: &Doc<Message>,
        deletion: Option<&Doc<MessageMark>>,
        now: Timestamp,
    ) -> bool {
        is_visible(message, &self.conversation, &self.member, deletion, now)
    }
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

/// Refuses a member who may not send anything to a conversation, however long they wait. `is_unwanted`: the other one of a direct
/// conversation, who hasn't answered, doesn't want messages of theirs.
///
/// # Errors
/// `forbidden`, in the same words for a block and where the other one doesn't want messages.
pub fn refuse_sender(
    conversation: &Conversation,
    member: &ConversationMember,
    is_unwanted: bool,
) -> Result<()> {
    if member.is_blocked || is_unwanted {
        return Err(Error::forbidden("You can't send to this conversation."));
    }
    if !conversation.lets(member.role, ConversationRight::SendMessages) {
        let detail = "The settings of this conversation don't let you send messages.";
        return Err(Error::forbidden(detail));
    }
    Ok(())
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
