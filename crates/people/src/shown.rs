//! People as a viewer sees them.

use std::collections::{BTreeMap, BTreeSet};

use whisper_kit::{Ctx, Result};
use whisper_schema::prelude::{Account, AccountStatus, Column, Contact, Profile};
use whisper_store::{Answers, Filter, Query, Questions, ReadSet, StoreError};

use crate::pair::blocks;
use crate::summary::{UserSummaryView, UsersView};
use crate::{asked, by_ids, chunks};

/// Asks for people as a viewer sees them; gives [`People`]. Without any it asks nothing.
pub fn shown_to<'a>(viewer: &str, ids: impl IntoIterator<Item = &'a str>) -> Showing {
    let ids: BTreeSet<&str> = ids.into_iter().collect();
    let others = chunks(ids.iter().copied().filter(|id| *id != viewer));
    let accounts = others.iter().map(|ids| {
        asked(ids, Filter::is_in(Column::id(), ids.iter().copied()))
            .filter(Filter::ne(Account::STATUS, AccountStatus::Active))
    });
    Showing {
        viewer: viewer.to_owned(),
        questions: (
            by_ids(ids.iter().copied()),
            blocks(viewer, ids.iter().copied()).collect(),
            accounts.collect(),
        ),
        ids: ids.into_iter().map(str::to_owned).collect(),
    }
}

/// Asks for people as everybody sees them whom no block parts from them; gives [`People`]. Without any it asks nothing.
pub fn shown_to_all<'a>(ids: impl IntoIterator<Item = &'a str>) -> Showing {
    let mut showing = shown_to("", ids);
    let (_, blocks, _) = &mut showing.questions;
    blocks.clear();
    showing
}

/// Questions for profiles, for blocks, and for accounts out of use.
type Asked = (
    Vec<Query<Profile>>,
    Vec<Query<Contact>>,
    Vec<Query<Account>>,
);

/// See [`shown_to`].
pub struct Showing {
    viewer: String,
    ids: BTreeSet<String>,
    questions: Asked,
}

impl ReadSet for Showing {
    type Output = People;

    fn ask(&self, questions: &mut Questions) -> Result<(), StoreError> {
        self.questions.ask(questions)
    }

    fn take(self, answers: &mut Answers) -> Result<People, StoreError> {
        let (profiles, blocks, accounts) = self.questions.take(answers)?;
        let mut people = People {
            ids: self.ids,
            profiles: BTreeMap::new(),
            blocked: BTreeSet::new(),
            blockers: BTreeSet::new(),
            out_of_use: BTreeSet::new(),
        };
        for profile in profiles.into_iter().flatten() {
            people
                .profiles
                .insert(profile.id.clone(), profile.into_inner());
        }
        for block in blocks.into_iter().flatten() {
            match block.user_id == self.viewer {
                true => people.blocked.insert(block.into_inner().contact_user_id),
                false => people.blockers.insert(block.into_inner().user_id),
            };
        }
        for account in accounts.into_iter().flatten() {
            people.out_of_use.insert(account.into_inner().id);
        }
        Ok(people)
    }
}

/// People as a viewer sees them.
#[derive(Clone, Debug, Default)]
pub struct People {
    ids: BTreeSet<String>,
    profiles: BTreeMap<String, Profile>,
    /// The users whom the viewer blocked.
    blocked: BTreeSet<String>,
    /// The users who blocked the viewer.
    blockers: BTreeSet<String>,
    /// The users whose account is out of use.
    out_of_use: BTreeSet<String>,
}

impl People {
    /// Reads people as a viewer sees them: one statement, and no statement where no user is named.
    ///
    /// # Errors
    /// The store's.
    pub async fn read<'a>(
        ctx: &Ctx,
        viewer: &str,
        ids: impl IntoIterator<Item = &'a str>,
    ) -> Result<Self> {
        ctx.read(shown_to(viewer, ids)).await
    }

    /// The profile of somebody whom the viewer may see. [`crate::privacy`] says which of its fields they see.
    pub fn profile(&self, id: &str) -> Option<&Profile> {
        self.profiles.get(id).filter(|_| !self.is_hidden(id))
    }

    /// Whether the viewer sees nothing of somebody who was asked for: one of the two blocked the other, or their account
    /// is out of use.
    pub fn is_hidden(&self, id: &str) -> bool {
        self.is_blocked(id) || self.out_of_use.contains(id)
    }

    /// Whether one of the two, the viewer and somebody who was asked for, blocked the other.
    pub fn is_blocked(&self, id: &str) -> bool {
        self.blocked.contains(id) || self.blockers.contains(id)
    }

    /// Somebody, as answers name them; with the id alone if the viewer may see no more.
    pub fn summary(&self, id: &str) -> UserSummaryView {
        let profile = self.profile(id);
        profile.map_or_else(|| UserSummaryView::hidden(id), UserSummaryView::from)
    }

    /// As [`People::summary`], in the viewer's own list of the users whom they blocked: it must name them.
    pub fn summary_for_blocker(&self, id: &str) -> UserSummaryView {
        let profile = self.profiles.get(id);
        let is_hidden = self.blockers.contains(id) || self.out_of_use.contains(id);
        let profile = profile.filter(|_| !is_hidden);
        profile.map_or_else(|| UserSummaryView::hidden(id), UserSummaryView::from)
    }

    /// The ids of the people who were asked for.
    pub fn ids(&self) -> impl Iterator<Item = &str> {
        self.ids.iter().map(String::as_str)
    }

    /// Everybody who was asked for, by id.
    pub fn users(&self) -> UsersView {
        let summaries = self.ids.iter().map(|id| (id.clone(), self.summary(id)));
        UsersView {
            users: summaries.collect(),
        }
    }
}
