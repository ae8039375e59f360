//! The table of rules: points for each activity, and the caps that make spamming worthless.

use whisper_schema::prelude::UserActivityType;

/// The points of an activity.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Award {
    /// Experience points for each.
    pub points: i64,
    /// How many of a day earn something.
    pub daily: i64,
}

/// The most points of a day, over all activities.
pub const DAILY_POINTS: i64 = 500;

/// The points of an activity; none for others' doings to a user, and for leaving.
pub fn award(activity: UserActivityType) -> Option<Award> {
    use UserActivityType as A;
    let (points, daily) = match activity {
        A::MessageSent => (2, 50),
        A::StoryPosted => (20, 5),
        A::StoryViewed | A::PostLiked => (1, 50),
        A::PostCreated => (20, 5),
        A::CommentPosted => (5, 20),
        A::GiftSent => (25, 4),
        A::NftShared => (15, 2),
        A::Login => (5, 1),
        A::ProfileUpdate => (10, 1),
        A::MessageReceived | A::Logout => return None,
    };
    Some(Award { points, daily })
}

/// The activities that earn something.
pub const EARNING: [UserActivityType; 10] = [
    UserActivityType::MessageSent,
    UserActivityType::StoryPosted,
    UserActivityType::StoryViewed,
    UserActivityType::PostCreated,
    UserActivityType::PostLiked,
    UserActivityType::CommentPosted,
    UserActivityType::GiftSent,
    UserActivityType::NftShared,
    UserActivityType::Login,
    UserActivityType::ProfileUpdate,
];
