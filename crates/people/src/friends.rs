//! Friends of a user among several people: each follows the other.

use std::collections::BTreeSet;

use whisper_schema::prelude::{Column, Follow, FollowStatus};
use whisper_store::{Answers, Filter, Query, Questions, ReadSet, StoreError};

use crate::{asked, chunks};

/// Asks which of these a user follows and is followed by; gives their ids. Without any it asks nothing.
pub fn friends<'a>(user: &str, others: impl IntoIterator<Item = &'a str>) -> Befriending {
    let side = |mine: Column<Follow>, theirs: Column<Follow>, ids: &[&str]| {
        let both = Filter::and([
            Filter::eq(mine, user),
            Filter::is_in(theirs, ids.iter().copied()),
            Filter::eq(Follow::STATUS, FollowStatus::Accepted),
        ]);
        asked(ids, both)
    };
    let portions = chunks(others);
    let portions = portions.iter();
    let (following, followed) = portions
        .map(|ids| {
            (
                side(Follow::FOLLOWER_ID, Follow::FOLLOWING_ID, ids),
                side(Follow::FOLLOWING_ID, Follow::FOLLOWER_ID, ids),
            )
        })
        .unzip();
    Befriending((following, followed))
}

/// See [`friends`].
pub struct Befriending((Vec<Query<Follow>>, Vec<Query<Follow>>));

impl ReadSet for Befriending {
    type Output = BTreeSet<String>;

    fn ask(&self, questions: &mut Questions) -> Result<(), StoreError> {
        self.0.ask(questions)
    }

    fn take(self, answers: &mut Answers) -> Result<BTreeSet<String>, StoreError> {
        let (following, followed) = self.0.take(answers)?;
        let following = following.into_iter().flatten();
        let following: BTreeSet<String> = following
            .map(|follow| follow.into_inner().following_id)
            .collect();
        let followed = followed.into_iter().flatten();
        let mutual = followed.map(|follow| follow.into_inner().follower_id);
        Ok(mutual.filter(|id| following.contains(id)).collect())
    }
}
