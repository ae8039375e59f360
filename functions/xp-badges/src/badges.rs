//! The badges, and the requirements of each. Keys are kept in profiles: they never change.

use whisper_schema::prelude::UserActivityType;

/// The count that a badge goes by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Measure {
    /// How often the user did something, caps aside.
    Done(UserActivityType),
    /// The most days in a row with activity.
    Streak,
    /// The level.
    Level,
    /// The reputation, looked at when the user next does something.
    Reputation,
}

/// A badge that users earn once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Badge {
    /// Its key in `profiles.badges`.
    pub key: &'static str,
    /// Its name, as people read it.
    pub name: &'static str,
    /// The reason it is given for, in a sentence.
    pub about: &'static str,
    /// The thing that is counted.
    pub measure: Measure,
    /// How much it takes.
    pub takes: i64,
}

const fn badge(
    key: &'static str,
    name: &'static str,
    about: &'static str,
    measure: Measure,
    takes: i64,
) -> Badge {
    Badge {
        key,
        name,
        about,
        measure,
        takes,
    }
}

use Measure::{Done, Level, Reputation, Streak};
use UserActivityType as A;

/// All badges, in the order in which they are shown.
pub const BADGES: [Badge; 20] = [
    badge(
        "first_message",
        "Icebreaker",
        "Sent a first message.",
        Done(A::MessageSent),
        1,
    ),
    badge(
        "messages_100",
        "Talkative",
        "Sent 100 messages.",
        Done(A::MessageSent),
        100,
    ),
    badge(
        "messages_1000",
        "Chatterbox",
        "Sent 1,000 messages.",
        Done(A::MessageSent),
        1_000,
    ),
    badge(
        "messages_10000",
        "Never silent",
        "Sent 10,000 messages.",
        Done(A::MessageSent),
        10_000,
    ),
    badge(
        "first_story",
        "Storyteller",
        "Posted a first story.",
        Done(A::StoryPosted),
        1,
    ),
    badge(
        "stories_50",
        "Chronicler",
        "Posted 50 stories.",
        Done(A::StoryPosted),
        50,
    ),
    badge(
        "stories_seen_100",
        "Curious",
        "Watched 100 stories.",
        Done(A::StoryViewed),
        100,
    ),
    badge(
        "first_post",
        "Author",
        "Published a first post.",
        Done(A::PostCreated),
        1,
    ),
    badge(
        "comments_50",
        "Commentator",
        "Wrote 50 comments.",
        Done(A::CommentPosted),
        50,
    ),
    badge(
        "first_gift",
        "Generous",
        "Gave a first gift.",
        Done(A::GiftSent),
        1,
    ),
    badge(
        "profile_touched",
        "Hello, world",
        "Filled in the profile.",
        Done(A::ProfileUpdate),
        1,
    ),
    badge(
        "streak_7",
        "Regular",
        "Was active 7 days in a row.",
        Streak,
        7,
    ),
    badge(
        "streak_30",
        "Faithful",
        "Was active 30 days in a row.",
        Streak,
        30,
    ),
    badge(
        "streak_365",
        "Evergreen",
        "Was active 365 days in a row.",
        Streak,
        365,
    ),
    badge("level_5", "Getting warm", "Reached level 5.", Level, 5),
    badge("level_10", "Veteran", "Reached level 10.", Level, 10),
    badge("level_25", "Master", "Reached level 25.", Level, 25),
    badge("level_50", "Legend", "Reached level 50.", Level, 50),
    badge(
        "reputation_10",
        "Well liked",
        "Earned a reputation of 10.",
        Reputation,
        10,
    ),
    badge(
        "reputation_100",
        "Beloved",
        "Earned a reputation of 100.",
        Reputation,
        100,
    ),
];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::rules::award;

    #[test]
    fn keys_are_unique_and_fit_the_profile() {
        let keys: BTreeSet<_> = BADGES.iter().map(|badge| badge.key).collect();
        assert_eq!(keys.len(), BADGES.len());
        assert!(keys.iter().all(|key| key.len() <= 50));
    }

    #[test]
    fn every_badge_can_be_earned() {
        for badge in &BADGES {
            assert!(badge.takes > 0, "{}", badge.key);
            if let Done(activity) = badge.measure {
                assert!(award(activity).is_some(), "{}", badge.key);
            }
        }
    }
}
