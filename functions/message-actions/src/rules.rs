//! The rights to change messages. Pure: no store, no clock.

use whisper_kit::error::{Code, Error, Result};
use whisper_messages::{Access, is_view_once, is_voice};
use whisper_schema::Timestamp;
use whisper_schema::prelude::{
    ConversationKind, ConversationMemberRole as Role, ConversationRight, Message,
    MessageContentType,
};

/// Roles that may delete messages of others, and read the words that edits replaced.
pub const MODERATORS: [Role; 3] = [Role::Owner, Role::Admin, Role::Moderator];

const HOUR: i64 = 3_600_000;

/// Whether a member moderates a conversation; a direct one has no moderators.
pub fn moderates(access: &Access) -> bool {
    access.conversation.kind != ConversationKind::Direct && MODERATORS.contains(&access.member.role)
}

/// Whether a message was sent no longer ago than so many hours; 0 for however long.
pub fn is_recent(message: &Message, hours: u64, now: Timestamp) -> bool {
    let hours = i64::try_from(hours).unwrap_or(i64::MAX);
    let sent = message.created_at.unwrap_or_default();
    hours == 0 || now <= sent.plus(hours.saturating_mul(HOUR))
}

/// Refuses members who may not delete a message for all: its sender may for some hours, and moderators of the conversation
/// at any time.
///
/// # Errors
/// `forbidden`, `too_late`.
pub fn may_take_back(message: &Message, access: &Access, hours: u64, now: Timestamp) -> Result<()> {
    if message.is_system_message {
        let detail = "The server's own messages can't be deleted for all.";
        return Err(Error::forbidden(detail));
    }
    if moderates(access) {
        return Ok(());
    }
    if message.sender_id != access.member.user_id {
        let detail =
            "Only its sender, and moderators of the conversation, may delete a message for all.";
        return Err(Error::forbidden(detail));
    }
    match is_recent(message, hours, now) {
        true => Ok(()),
        false => Err(too_late("deleted for all", hours)),
    }
}

/// Refuses members who may not edit a message: its sender may for some hours, while they may send; forwarded messages, polls,
/// messages that can be viewed once, and the server's own stay as they are.
///
/// # Errors
/// `forbidden`, `not_editable`, `too_late`.
pub fn may_edit(message: &Message, access: &Access, hours: u64, now: Timestamp) -> Result<()> {
    let is_copy = message.forwarded_from_message_id.is_some();
    let kind = message.content_type;
    let is_fixed =
        is_copy || matches!(kind, MessageContentType::Forward | MessageContentType::Poll);
    // A message of a channel that doesn't sign is edited by everybody who may send there.
    let is_theirs = is_voice(message) || message.sender_id == access.member.user_id;
    if message.is_system_message || !is_theirs {
        return Err(Error::forbidden("Only its sender may edit a message."));
    }
    if is_fixed || message.deleted_at.is_some() || is_view_once(message) {
        let detail = "Messages that were forwarded or deleted, or can be viewed once, and polls, can't be edited.";
        return Err(Error::new(Code::NotEditable, detail));
    }
    if access.member.is_blocked {
        return Err(Error::forbidden("You can't send to this conversation."));
    }
    if !access.has(ConversationRight::SendMessages) {
        let detail = "The settings of this conversation don't let you send messages.";
        return Err(Error::forbidden(detail));
    }
    match is_recent(message, hours, now) {
        true => Ok(()),
        false => Err(too_late("edited", hours)),
    }
}

/// The refusal of a change that comes too late.
pub fn too_late(change: &str, hours: u64) -> Error {
    let detail = format!("A message can be {change} for {hours} hours after it was sent.");
    Error::new(Code::TooLate, detail)
}

#[cfg(test)]
mod tests {
    use super::*;
    use whisper_schema::prelude::{Conversation, ConversationMember};

    fn outcome(kind: ConversationKind, role: Role, own: bool, hours_ago: i64) -> &'static str {
        let now = Timestamp::from_millis(1_000 * HOUR);
        let message = Message {
            sender_id: if own { "me" } else { "other" }.into(),
            created_at: Some(now.plus(-hours_ago * HOUR)),
            ..Message::default()
        };
        let access = Access {
            conversation: Conversation {
                kind,
                ..Conversation::default()
            },
            member: ConversationMember {
                user_id: "me".into(),
                role,
                ..ConversationMember::default()
            },
        };
        match may_take_back(&message, &access, 48, now) {
            Ok(()) => "deleted",
            Err(error) => error.code().as_str(),
        }
    }

    #[test]
    fn senders_have_their_hours_and_moderators_all_the_time() {
        use ConversationKind::{Direct, Group};
        for (kind, role, own, hours_ago, wanted) in [
            (Direct, Role::Member, true, 48, "deleted"),
            (Direct, Role::Member, true, 49, "too_late"),
            (Direct, Role::Member, false, 0, "forbidden"),
            (Direct, Role::Owner, false, 0, "forbidden"),
            (Group, Role::Member, true, 48, "deleted"),
            (Group, Role::Member, true, 49, "too_late"),
            (Group, Role::Member, false, 0, "forbidden"),
            (Group, Role::Moderator, false, 49, "deleted"),
            (Group, Role::Admin, false, 49, "deleted"),
            (Group, Role::Owner, true, 49, "deleted"),
        ] {
            let found = outcome(kind, role, own, hours_ago);
            assert_eq!(found, wanted, "{kind} {role} own={own} {hours_ago} h");
        }
    }

    #[test]
    fn no_hours_are_all_hours() {
        let old = Message::default();
        let now = Timestamp::from_millis(1_000 * HOUR);
        assert!(is_recent(&old, 0, now));
        assert!(!is_recent(&old, 999, now));
        assert!(is_recent(&old, u64::MAX, now));
    }
}
