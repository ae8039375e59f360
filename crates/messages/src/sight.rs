//! Messages that a member sees: one rule for the history, for one message, for counts and previews.
//!
//! A member sees no message that they deleted for themselves, and none from before they cleared the conversation. Ends and
//! deletions for all are a matter of the message ([`Ephemeral`]), not of whoever sees it.

use whisper_kit::ids::mark_id;
use whisper_schema::main_db::Message;
use whisper_schema::system::{ConversationMember, MessageMark, MessageMarkKind};
use whisper_schema::{Column, Ephemeral, Timestamp};
use whisper_store::{Doc, Filter, Get};

/// Asks whether a user deleted a message for themselves.
pub fn deletion(user: &str, message: &str) -> Get<MessageMark> {
    Get::id(mark_id(MessageMarkKind::Deleted, user, message))
}

/// Whether a member sees a message, whose [`deletion`] was asked for: they neither deleted it for themselves nor cleared the
/// conversation since.
pub fn is_in_sight(
    message: &Doc<Message>,
    member: &ConversationMember,
    deletion: Option<&Doc<MessageMark>>,
) -> bool {
    deletion.is_none() && !member.has_cleared(message.seq)
}

/// Whether a member can refer to a message: it stands, and [`is_in_sight`] of them.
pub fn is_visible(
    message: &Doc<Message>,
    member: &ConversationMember,
    deletion: Option<&Doc<MessageMark>>,
    now: Timestamp,
) -> bool {
    message.stands(now) && is_in_sight(message, member, deletion)
}

/// Holds for the messages of a conversation behind a place (all without one) that are in sight of a member of it. Of members
/// who deleted nothing there for themselves it asks for no marks.
pub fn in_sight_of(member: &ConversationMember, behind: Option<i64>) -> Filter<Message> {
    let behind = behind.max(member.cleared_position);
    let later = behind.map(|place| Filter::gt(Column::seq(), place));
    let deleted = (member.deleted_position > behind).then(|| {
        let of_member = [
            Filter::eq(MessageMark::USER_ID, member.user_id.as_str()),
            Filter::eq(
                MessageMark::CONVERSATION_ID,
                member.conversation_id.as_str(),
            ),
            Filter::eq(MessageMark::KIND, MessageMarkKind::Deleted),
        ];
        let later = behind.map(|place| Filter::gt(MessageMark::POSITION, place));
        let of_member = Filter::and(of_member.into_iter().chain(later));
        Filter::is_not_among(Column::id(), MessageMark::MESSAGE_ID, of_member)
    });
    Filter::and(later.into_iter().chain(deleted))
}
