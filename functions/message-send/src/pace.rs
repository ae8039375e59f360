//! Slow mode: ordinary members wait between two messages. The membership has the time of the last one, so a send costs no
//! further statement, and one row more where there is a wait.

use whisper_kit::error::{Code, Error, Result};
use whisper_schema::Timestamp;
use whisper_schema::main_db::{Conversation, ConversationKind};
use whisper_schema::system::ConversationMember;
use whisper_store::{Batch, Filter, Patch};

/// The wait of one member.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pace {
    /// Milliseconds between two messages.
    wait: i64,
    /// When the last one was sent.
    last: Option<Timestamp>,
}

impl Pace {
    /// The wait of a member; none where they needn't.
    pub fn of(conversation: &Conversation, member: &ConversationMember) -> Option<Self> {
        let seconds = match conversation.kind {
            ConversationKind::Direct => 0,
            _ => conversation.own_settings().slow_mode_of(member.role),
        };
        (seconds > 0).then_some(Pace {
            wait: seconds * 1000,
            last: member.last_sent_at,
        })
    }

    /// When the next message may come, as long as that lies ahead. A last message further ahead than a wait comes of a
    /// wrong clock, and delays no message.
    fn next(self, now: Timestamp) -> Option<Timestamp> {
        let last = self.last.filter(|last| *last <= now.plus(self.wait))?;
        Some(last.plus(self.wait)).filter(|next| *next > now)
    }

    /// Refuses a message that comes too early.
    ///
    /// # Errors
    /// `rate_limited`, with Retry-After.
    pub fn refuse(self, now: Timestamp) -> Result<()> {
        let Some(next) = self.next(now) else {
            return Ok(());
        };
        let left = next.as_millis() - now.as_millis();
        let seconds = (left + 999) / 1000;
        let wait = self.wait / 1000;
        let detail =
            format!("Members wait {wait} s between two messages here. Try again in {seconds} s.");
        Err(Error::new(Code::RateLimited, detail).with_header("retry-after", seconds.to_string()))
    }

    /// Notes the message as the last one, in the commit that sends it; of two at once the second fails the commit.
    pub fn count_in(self, batch: Batch, member: &ConversationMember, now: Timestamp) -> Batch {
        let last = ConversationMember::LAST_SENT_AT;
        let is_over = Filter::or([
            Filter::is_null(last),
            Filter::le(last, now.plus(-self.wait)),
            Filter::gt(last, now.plus(self.wait)),
        ]);
        let sent = Patch::new().set(last, Timestamp::AT_COMMIT);
        batch.update_if(&member.id, sent, is_over)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use whisper_schema::system::ConversationMemberRole as Role;

    #[test]
    fn ordinary_members_of_groups_wait() {
        let slow = |kind, seconds| Conversation {
            kind,
            settings: Some(format!(r#"{{"slowModeSeconds":{seconds}}}"#)),
            ..Conversation::default()
        };
        let (group, direct) = (ConversationKind::Group, ConversationKind::Direct);
        for (conversation, role, waits) in [
            (slow(group, 5), Role::Member, true),
            (slow(group, 5), Role::Moderator, false),
            (slow(group, 5), Role::Owner, false),
            (slow(group, 0), Role::Member, false),
            (slow(direct, 5), Role::Member, false),
            (Conversation::default(), Role::Member, false),
        ] {
            let member = ConversationMember {
                role,
                ..ConversationMember::default()
            };
            let pace = Pace::of(&conversation, &member);
            assert_eq!(pace.is_some(), waits, "{conversation:?} {role}");
        }
    }

    #[test]
    fn the_wait_is_told_in_whole_seconds_and_ends() {
        let pace = Pace {
            wait: 5_000,
            last: Some(Timestamp::from_millis(10_000)),
        };
        for (now, left) in [
            (10_000, Some("5")),
            (10_001, Some("5")),
            (14_999, Some("1")),
            (15_000, None),
            (5_000, Some("10")),
            (4_999, None),
        ] {
            let refused = pace.refuse(Timestamp::from_millis(now)).err();
            let told = refused.map(|refused| refused.to_string());
            let left = left.map(|left| format!("Try again in {left} s."));
            match (told, left) {
                (Some(told), Some(left)) => assert!(told.ends_with(&left), "{now}: {told}"),
                (told, left) => assert_eq!(told, left, "{now}"),
            }
        }
    }
}
