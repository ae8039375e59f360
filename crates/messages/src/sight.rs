//! Messages that a member sees: one rule for the history, for one message, for counts and previews.
//!
//! A member sees no message that they deleted for themselves, and none from before their history begins
//! (`Conversation::hidden_up_to`). Ends and deletions for all are a matter of the message ([`Ephemeral`]), not of its
//! viewer.

use whisper_schema::main_db::{Conversation, Message};
use whisper_schema::system::{ConversationMember, MessageMark, MessageMarkKind};
use whisper_schema::{Column, Ephemeral, Timestamp};
use whisper_store::{Doc, Filter, Get};

use crate::ids::mark_id;

/// Asks whether a user deleted a message for themselves.
pub fn deletion(user: &str, message: &str) -> Get<MessageMark> {
    Get::id(mark_id(MessageMarkKind::Deleted, user, message))
}

/// Whether a message, whose [`deletion`] was asked for, is one of the conversation and in sight of a member of it.
pub fn is_in_sight(
    message: &Doc<Message>,
    conversation: &Conversation,
    member: &ConversationMember,
    deletion: Option<&Doc<MessageMark>>,
) -> bool {
    message.conversation_id == conversation.id
        && message.seq > conversation.hidden_up_to(member)
        && deletion.is_none()
}

/// Whether a member can refer to a message of the conversation: it stands, somebody wrote it, and [`is_in_sight`] of them. A system
/// message can't be answered, copied or changed.
pub fn is_visible(
    message: &Doc<Message>,
    conversation: &Conversation,
    member: &ConversationMember,
    deletion: Option<&Doc<MessageMark>>,
    now: Timestamp,
) -> bool {
    message.stands(now)
        && !message.is_system_message
        && is_in_sight(message, conversation, member, deletion)
}

/// Holds for the messages of a conversation behind a place (0 for all) that are in sight of a member of it. It asks for no
/// marks of members who deleted nothing there for themselves.
pub fn in_sight_of(
    conversation: &Conversation,
    member: &ConversationMember,
    behind: i64,
) -> Filter<Message> {
    let behind = behind.max(conversation.hidden_up_to(member));
    let here = Filter::eq(Message::CONVERSATION_ID, conversation.id.as_str());
    let later = (behind > 0).then(|| Filter::gt(Column::seq(), behind));
    let deleted = member.may_have_deleted(behind + 1).then(|| {
        let of_member = Filter::and([
            Filter::eq(MessageMark::USER_ID, member.user_id.as_str()),
            Filter::eq(MessageMark::CONVERSATION_ID, conversation.id.as_str()),
            Filter::eq(MessageMark::KIND, MessageMarkKind::Deleted),
            Filter::gt(MessageMark::POSITION, behind),
        ]);
        Filter::is_not_among(Column::id(), MessageMark::MESSAGE_ID, of_member)
    });
    Filter::and([Some(here), later, deleted].into_iter().flatten())
}
