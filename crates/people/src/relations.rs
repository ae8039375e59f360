//! The relations of many viewers to many owners of profiles.

use std::collections::{BTreeMap, BTreeSet};

use whisper_schema::prelude::{Follow, StoryAudience};
use whisper_store::{Answers, Doc, Filter, Query, Questions, ReadSet, StoreError};

use crate::CHUNK;
use crate::privacy::Viewer;

/// Asks for the relations of viewers to owners, by their follows: each viewer to each owner; gives [`Relations`]. Blocks are another
/// question. Without any it asks nothing.
pub fn relations<'a>(
    viewers: impl IntoIterator<Item = &'a str>,
    owners: impl IntoIterator<Item = &'a str>,
) -> Relating {
    let viewers: Vec<&str> = unique(viewers);
    let owners: Vec<&str> = unique(owners);
    // Each pair has one row at most each way, and so many rows fit an answer.
    let some = viewers.len().clamp(1, CHUNK);
    let most = usize::try_from(whisper_store::MAX_LIMIT).unwrap_or(CHUNK);
    let mut questions = Vec::new();
    for viewers in viewers.chunks(some) {
        for owners in owners.chunks((most / viewers.len()).clamp(1, CHUNK)) {
            questions.push(follows(viewers, owners));
            questions.push(follows(owners, viewers));
        }
    }
    Relating(questions)
}

fn unique<'a>(ids: impl IntoIterator<Item = &'a str>) -> Vec<&'a str> {
    let ids: BTreeSet<&str> = ids.into_iter().collect();
    ids.into_iter().collect()
}

fn follows(followers: &[&str], followed: &[&str]) -> Query<Follow> {
    let pairs = u32::try_from(followers.len() * followed.len());
    Query::new()
        .filter(Filter::is_in(
            Follow::FOLLOWER_ID,
            followers.iter().copied(),
        ))
        .filter(Filter::is_in(
            Follow::FOLLOWING_ID,
            followed.iter().copied(),
        ))
        .limit(pairs.unwrap_or(whisper_store::MAX_LIMIT))
}

/// See [`relations`].
pub struct Relating(Vec<Query<Follow>>);

impl ReadSet for Relating {
    type Output = Relations;

    fn ask(&self, questions: &mut Questions) -> Result<(), StoreError> {
        self.0.ask(questions)
    }

    fn take(self, answers: &mut Answers) -> Result<Relations, StoreError> {
        let follows = self.0.take(answers)?.into_iter().flatten();
        let follows = follows.map(Doc::into_inner).map(|follow| {
            let pair = (follow.follower_id.clone(), follow.following_id.clone());
            (pair, follow)
        });
        Ok(Relations(follows.collect()))
    }
}

/// The follows between viewers and owners.
#[derive(Clone, Debug, Default)]
pub struct Relations(BTreeMap<(String, String), Follow>);

impl Relations {
    /// The relation of a viewer to an owner, both of whom were asked for.
    pub fn viewer(&self, viewer: &str, owner: &str) -> Viewer {
        let of = |one: &str, other: &str| self.0.get(&(one.to_owned(), other.to_owned()));
        let follows = of(viewer, owner).into_iter().chain(of(owner, viewer));
        StoryAudience::of(viewer, owner, follows, []).into()
    }
}
