//! The audience of a story: the one rule that everything which shows or answers stories goes by.

use super::{Follow, FollowStatus, Story, StoryPrivacy};
use crate::main_db::Contact;
use crate::{Ephemeral, Timestamp};

/// The relation of a viewer to the author of a story.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum StoryAudience {
    /// The author.
    Author,
    /// One of the two blocked the other: as if there were no story.
    Blocked,
    /// Anybody else.
    Other {
        /// Both follow each other.
        friend: bool,
        /// The author counts the viewer among the close friends.
        close_friend: bool,
    },
}

impl StoryAudience {
    /// Neither friend nor close friend.
    pub const STRANGER: StoryAudience = StoryAudience::Other {
        friend: false,
        close_friend: false,
    };

    /// The relation of `viewer` to `author`, by their follows and contacts.
    ///
    /// Rows about other people may be among them, so that one query can ask about many authors.
    pub fn of<'a>(
        viewer: &str,
        author: &str,
        follows: impl IntoIterator<Item = &'a Follow>,
        contacts: impl IntoIterator<Item = &'a Contact>,
    ) -> StoryAudience {
        if viewer == author {
            return StoryAudience::Author;
        }
        let pair = |one: &str, other: &str| {
            (one == viewer && other == author) || (one == author && other == viewer)
        };
        if contacts
            .into_iter()
            .any(|c| c.is_blocked && pair(&c.user_id, &c.contact_user_id))
        {
            return StoryAudience::Blocked;
        }
        let (mut followed, mut following, mut close_friend) = (false, false, false);
        for follow in follows
            .into_iter()
            .filter(|f| pair(&f.follower_id, &f.following_id))
        {
            match follow.status {
                // A follower kept out is kept out of the stories too.
                FollowStatus::Blocked => return StoryAudience::Blocked,
                FollowStatus::Pending => {}
                FollowStatus::Accepted if follow.follower_id == viewer => following = true,
                FollowStatus::Accepted => {
                    followed = true;
                    close_friend = follow.is_close_friend;
                }
            }
        }
        StoryAudience::Other {
            friend: followed && following,
            close_friend,
        }
    }

    /// The privacy levels of the stories that this audience may see.
    pub const fn levels(self) -> &'static [StoryPrivacy] {
        use StoryPrivacy::{CloseFriends, Friends, Private, Public};
        match self {
            StoryAudience::Author => &[Public, Friends, CloseFriends, Private],
            StoryAudience::Blocked => &[],
            StoryAudience::Other {
                friend,
                close_friend,
            } => match (friend, close_friend) {
                (false, false) => &[Public],
                (true, false) => &[Public, Friends],
                (false, true) => &[Public, CloseFriends],
                (true, true) => &[Public, Friends, CloseFriends],
            },
        }
    }
}

impl Story {
    /// Whether this audience may see it now: that it [stands](Ephemeral::stands), for its author too. If not, it is as if
    /// there were no such story.
    pub fn is_visible(&self, audience: StoryAudience, now: Timestamp) -> bool {
        self.stands(now) && audience.levels().contains(&self.privacy)
    }
}

#[cfg(test)]
mod tests {
    use super::StoryPrivacy::{CloseFriends, Friends, Private, Public};
    use super::*;

    fn follow(follower: &str, following: &str, status: FollowStatus, close: bool) -> Follow {
        Follow {
            follower_id: follower.into(),
            following_id: following.into(),
            status,
            is_close_friend: close,
            ..Follow::default()
        }
    }

    fn contact(user: &str, other: &str, is_blocked: bool) -> Contact {
        Contact {
            user_id: user.into(),
            contact_user_id: other.into(),
            is_blocked,
            ..Contact::default()
        }
    }

    fn other(friend: bool, close_friend: bool) -> StoryAudience {
        StoryAudience::Other {
            friend,
            close_friend,
        }
    }

    #[test]
    fn what_follows_make_of_a_viewer() {
        use FollowStatus::{Accepted, Blocked, Pending};
        let there = |status| follow("viewer", "author", status, false);
        let back = |status, close| follow("author", "viewer", status, close);
        let cases = [
            (vec![], other(false, false)),
            (vec![there(Accepted)], other(false, false)),
            (vec![back(Accepted, false)], other(false, false)),
            (
                vec![there(Accepted), back(Accepted, false)],
                other(true, false),
            ),
            (
                vec![there(Accepted), back(Accepted, true)],
                other(true, true),
            ),
            (vec![back(Accepted, true)], other(false, true)),
            (
                vec![there(Pending), back(Accepted, true)],
                other(false, true),
            ),
            (
                vec![there(Accepted), back(Pending, true)],
                other(false, false),
            ),
            (
                vec![there(Blocked), back(Accepted, true)],
                StoryAudience::Blocked,
            ),
            // The viewer's own list of close friends says nothing about the author's.
            (
                vec![follow("viewer", "author", Accepted, true)],
                other(false, false),
            ),
            // Rows about others.
            (
                vec![there(Accepted), follow("author", "third", Accepted, true)],
                other(false, false),
            ),
            (
                vec![there(Accepted), follow("third", "viewer", Accepted, true)],
                other(false, false),
            ),
        ];
        for (follows, expected) in cases {
            assert_eq!(
                StoryAudience::of("viewer", "author", &follows, []),
                expected,
                "{follows:?}"
            );
        }
    }

    #[test]
    fn a_block_in_either_direction_hides() {
        let friends = [
            follow("viewer", "author", FollowStatus::Accepted, false),
            follow("author", "viewer", FollowStatus::Accepted, true),
        ];
        let cases = [
            (contact("viewer", "author", true), StoryAudience::Blocked),
            (contact("author", "viewer", true), StoryAudience::Blocked),
            (contact("author", "viewer", false), other(true, true)),
            (contact("third", "viewer", true), other(true, true)),
            (contact("author", "third", true), other(true, true)),
        ];
        for (contact, expected) in cases {
            assert_eq!(
                StoryAudience::of("viewer", "author", &friends, [&contact]),
                expected,
                "{contact:?}"
            );
        }
        let own_block = contact("author", "author", true);
        assert_eq!(
            StoryAudience::of("author", "author", &friends, [&own_block]),
            StoryAudience::Author
        );
    }

    #[test]
    fn who_sees_which_level() {
        let cases = [
            (StoryAudience::Author, [true, true, true, true]),
            (StoryAudience::Blocked, [false, false, false, false]),
            (StoryAudience::STRANGER, [true, false, false, false]),
            (other(true, false), [true, true, false, false]),
            (other(false, true), [true, false, true, false]),
            (other(true, true), [true, true, true, false]),
        ];
        for (audience, expected) in cases {
            let seen = [Public, Friends, CloseFriends, Private].map(|privacy| {
                let expires_at = Timestamp::from_millis(1);
                let story = Story {
                    privacy,
                    expires_at,
                    ..Story::default()
                };
                story.is_visible(audience, Timestamp::from_millis(0))
            });
            assert_eq!(seen, expected, "{audience:?}");
        }
    }

    #[test]
    fn a_story_is_gone_at_its_very_millisecond() {
        let story = Story {
            expires_at: Timestamp::from_millis(1000),
            ..Story::default()
        };
        for (now, expected) in [(999, true), (1000, false), (1001, false)] {
            let now = Timestamp::from_millis(now);
            assert_eq!(
                story.is_visible(StoryAudience::Author, now),
                expected,
                "{now}"
            );
        }
    }
}
