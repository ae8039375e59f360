//! How many messages of others somebody has not read.

use whisper_schema::prelude::{ConversationMember, Message, Timestamp};
use whisper_store::{Count, Filter, Query};

/// The most unread messages that are counted; a client shows "999+".
pub const UNREAD_CAP: u64 = 999;

/// A count of unread messages, up to [`UNREAD_CAP`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Unread {
    /// How many, at most the cap.
    pub count: u64,
    /// Whether there are more than the cap.
    pub capped: bool,
}

impl Unread {
    /// From what [`count`] gave.
    pub fn of(counted: u64) -> Self {
        Unread {
            count: counted.min(UNREAD_CAP),
            capped: counted > UNREAD_CAP,
        }
    }
}

/// Counts the others' messages after the last one read, or since joining if none was, that are
/// still to be seen.
pub fn count(member: &ConversationMember, now: Timestamp) -> Count<Message> {
    let not_seen = match member.last_read_at.filter(|at| *at >= member.joined_at) {
        Some(at) => Filter::gt(Message::CREATED_AT, at),
        // A message of the same millisecond came after the joining: one must be a member to see it.
        None => Filter::ge(Message::CREATED_AT, member.joined_at),
    };
    Query::new()
        .filter(Filter::eq(
            Message::CONVERSATION_ID,
            member.conversation_id.as_str(),
        ))
        .filter(not_seen)
        .filter(Filter::ne(Message::SENDER_ID, member.user_id.as_str()))
        .filter(Filter::is_null(Message::DELETED_AT))
        .filter(Filter::or([
            Filter::is_null(Message::EXPIRES_AT),
            Filter::gt(Message::EXPIRES_AT, now),
        ]))
        .count(UNREAD_CAP + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_count_stops_at_the_cap_and_says_so() {
        for (counted, count, capped) in [(0, 0, false), (999, 999, false), (1000, 999, true)] {
            assert_eq!(Unread::of(counted), Unread { count, capped });
        }
    }
}
