//! Blocks between listeners and the people of a round, as they are: also those of a listener with more than are kept in mind.

use std::collections::{BTreeMap, BTreeSet};

use whisper_kit::Ctx;
use whisper_kit::error::Result;
use whisper_people::blocks;

use crate::audience::Audience;
use crate::viewer::{Blocks, Viewer};

/// The blocks of listeners who have too many to be kept in mind, as far as they concern the people of a round.
#[derive(Debug, Default)]
pub struct Parting(BTreeMap<String, BTreeSet<String>>);

impl Parting {
    /// Asks for the blocks between such listeners and these people, in one statement; none where no listener has so many.
    ///
    /// # Errors
    /// The store's.
    pub async fn read<'a>(
        ctx: &Ctx,
        audience: &Audience,
        people: impl IntoIterator<Item = &'a str>,
    ) -> Result<Self> {
        let listeners = audience.users().map(|user| &**user);
        let with_many = listeners.filter(|user| {
            let viewer = audience.viewer(user);
            viewer.is_some_and(|viewer| matches!(viewer.blocks, Blocks::Many))
        });
        Self::of(ctx, with_many.collect(), people).await
    }

    /// As [`Parting::read`], for one listener; none where there is no such listener.
    ///
    /// # Errors
    /// The store's.
    pub async fn of_one<'a>(
        ctx: &Ctx,
        user: &str,
        viewer: Option<&Viewer>,
        people: impl IntoIterator<Item = &'a str>,
    ) -> Result<Self> {
        let has_many = viewer.is_some_and(|viewer| matches!(viewer.blocks, Blocks::Many));
        let listeners = has_many.then_some(user);
        Self::of(ctx, listeners.into_iter().collect(), people).await
    }

    async fn of<'a>(
        ctx: &Ctx,
        listeners: Vec<&str>,
        people: impl IntoIterator<Item = &'a str>,
    ) -> Result<Self> {
        if listeners.is_empty() {
            return Ok(Parting::default());
        }
        let people: BTreeSet<&str> = people.into_iter().collect();
        let asked = listeners.iter();
        let asked = asked.flat_map(|listener| blocks(listener, people.iter().copied()));
        let found = ctx.read(asked.collect::<Vec<_>>()).await?;
        let mut parting = Parting::default();
        for block in found.into_iter().flatten() {
            let (one, other) = (block.user_id.clone(), block.contact_user_id.clone());
            parting.insert(one.clone(), other.clone());
            parting.insert(other, one);
        }
        Ok(parting)
    }

    fn insert(&mut self, one: String, other: String) {
        self.0.entry(one).or_default().insert(other);
    }

    /// Whether a block parts a listener from one of the people who were asked for.
    pub fn parts(&self, user: &str, viewer: &Viewer, other: &str) -> bool {
        match &viewer.blocks {
            Blocks::None => false,
            Blocks::All(all) => all.contains(other),
            Blocks::Many => self.0.get(user).is_some_and(|all| all.contains(other)),
        }
    }
}
