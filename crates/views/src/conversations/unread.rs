//! How many messages of others somebody has not read.

use whisper_messages::{ADMINS, ALL, in_sight_of, is_admin, is_reader};
use whisper_people::{in_use, unblocked};
use whisper_schema::prelude::{
    ChannelPost, Column, Conversation, ConversationKind, ConversationMember, MentionEntry, Message,
    Timestamp,
};
use whisper_store::{Count, Filter, Query};

/// The most unread messages that are counted; a client shows "999+".
pub const UNREAD_CAP: u64 = 999;

/// The most members of a conversation whose accounts are looked at for a count.
const LOOKED_AT: i64 = 100;

const DAY: i64 = 24 * 3_600_000;

/// A count of unread messages, up to [`UNREAD_CAP`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Unread {
    /// How many, at most the cap.
    pub count: u64,
    /// Whether there are more than the cap.
    pub capped: bool,
}

impl Unread {
    /// From the outcome of [`count`].
    pub fn of(counted: u64) -> Self {
        Unread {
            count: counted.min(UNREAD_CAP),
            capped: counted > UNREAD_CAP,
        }
    }
}

/// Counts the others' messages that stand behind the last one read, and behind the messages there were when
/// the member joined: by commit numbers, not by the clocks. System messages don't count. Messages of people with a block in between don't count, nor do
/// those that have expired or were deleted, for all or by the member for themselves. In conversations of up to a hundred, those of accounts out of
/// use don't either.
pub fn count(of: &Conversation, member: &ConversationMember, now: Timestamp) -> Count<Message> {
    messages(of, member, now).count(UNREAD_CAP + 1)
}

/// Counts those of them that mention the member, by name or with a group of members they belong to.
pub fn mentions(of: &Conversation, member: &ConversationMember, now: Timestamp) -> Count<Message> {
    let behind = member.read_position.max(member.joined_position);
    let admins = is_admin(member.role).then_some(ADMINS);
    let targets = [member.user_id.as_str(), ALL].into_iter().chain(admins);
    let entries = Filter::and([
        Filter::eq(MentionEntry::CONVERSATION_ID, of.id.as_str()),
        Filter::is_in(MentionEntry::TARGET, targets),
        Filter::gt(MentionEntry::POSITION, behind.unwrap_or(0)),
    ]);
    messages(of, member, now)
        .filter(Filter::is_among(
            Column::id(),
            MentionEntry::MESSAGE_ID,
            entries,
        ))
        .count(UNREAD_CAP + 1)
}

/// Holds for messages of people whose account is in use; for all in conversations of more than a hundred, where that costs too much.
pub(super) fn by_accounts_in_use(of: &Conversation) -> Filter<Message> {
    let in_use = (of.participant_count <= LOOKED_AT).then(|| in_use(Message::SENDER_ID, &of.id));
    Filter::and(in_use)
}

/// Asks for the messages that [`count`] counts.
fn messages(of: &Conversation, member: &ConversationMember, now: Timestamp) -> Query<Message> {
    let behind = member.read_position.max(member.joined_position);
    Query::new()
        .filter(by_accounts_in_use(of))
        .filter(in_sight_of(of, member, behind.unwrap_or(0)))
        .filter(Filter::ne(Message::SENDER_ID, member.user_id.as_str()))
        .filter(Filter::eq(Message::IS_SYSTEM_MESSAGE, false))
        .filter(Filter::stands(now))
        .filter(unblocked(Message::SENDER_ID, &member.user_id))
        .filter(Filter::and(not_written(of, member, now)))
}

/// Leaves out the messages that the member wrote for a channel, which doesn't name them: those since the newest one that they
/// read, and a day before, as the times of commits are no exact order. A clock may have been ahead when that one was sent; its time says
/// nothing then, and all that they wrote since they joined are left out.
fn not_written(
    of: &Conversation,
    member: &ConversationMember,
    now: Timestamp,
) -> Option<Filter<Message>> {
    let may_write = of.kind == ConversationKind::Channel && !is_reader(of, member.role);
    may_write.then(|| {
        let since = member
            .last_read_at
            .filter(|at| *at <= now)
            .unwrap_or(member.joined_at);
        let written = Filter::and([
            Filter::eq(ChannelPost::CONVERSATION_ID, of.id.as_str()),
            Filter::eq(ChannelPost::AUTHOR_ID, member.user_id.as_str()),
            Filter::gt(ChannelPost::SENT_AT, since.plus(-DAY)),
        ]);
        Filter::is_not_among(Column::id(), Column::<ChannelPost>::id(), written)
    })
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
