//! People as a viewer sees them.

use std::collections::{BTreeMap, BTreeSet};

use whisper_files::MediaView;
use whisper_kit::{Ctx, Result};
use whisper_schema::prelude::{Account, AccountStatus, Column, Contact, Profile};
use whisper_store::{Answers, Filter, Query, Questions, ReadSet, StoreError};

use crate::media::ShownFiles;
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
            viewer: self.viewer,
            ids: self.ids,
            profiles: BTreeMap::new(),
            files: ShownFiles::default(),
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
            match block.user_id == people.viewer {
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
    /// The viewer; nobody where all are.
    viewer: String,
    ids: BTreeSet<String>,
    profiles: BTreeMap<String, Profile>,
    /// Files that the answer shows.
    files: ShownFiles,
    /// The users whom the viewer blocked.
    blocked: BTreeSet<String>,
    /// The users who blocked the viewer.
    blockers: BTreeSet<String>,
    /// The users whose account is out of use.
    out_of_use: BTreeSet<String>,
}

impl People {
    /// Reads people as a viewer sees them, with their pictures: one statement, two where a picture is a file, and no statement where no
    /// user is named.
    ///
    /// # Errors
    /// The store's.
    pub async fn read<'a>(
        ctx: &Ctx,
        viewer: &str,
        ids: impl IntoIterator<Item = &'a str>,
    ) -> Result<Self> {
        ctx.read(shown_to(viewer, ids)).await?.pictured(ctx).await
    }

    /// With their pictures, so that summaries have them: one statement where one is a file, else none.
    ///
    /// # Errors
    /// The store's.
    pub async fn pictured(self, ctx: &Ctx) -> Result<Self> {
        self.with_files(ctx, []).await
    }

    /// With their pictures, and with other files that the answer shows ([`People::file`]): one statement where there are any, else none. Where
    /// all are the viewers there is nobody to sign addresses for, and nothing is read.
    ///
    /// # Errors
    /// The store's.
    pub async fn with_files<'a>(
        mut self,
        ctx: &Ctx,
        others: impl IntoIterator<Item = &'a str>,
    ) -> Result<Self> {
        if !self.viewer.is_empty() {
            let pictures = self.ids.iter().filter_map(|id| self.picture(id));
            let mut ids: BTreeSet<&str> = pictures.collect();
            for id in others {
                ids.insert(id);
            }
            self.files = ShownFiles::read(ctx, &self.viewer, ids).await?;
        }
        Ok(self)
    }

    /// The file of the picture of somebody whom the viewer sees.
    fn picture(&self, id: &str) -> Option<&str> {
        self.profile(id)?.avatar_file_id.as_deref()
    }

    /// A file that was read with them.
    pub fn file(&self, id: Option<&str>) -> Option<MediaView> {
        self.files.get(id)
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
        match self.profile(id) {
            Some(profile) => UserSummaryView {
                avatar: self.file(profile.avatar_file_id.as_deref()),
                ..UserSummaryView::from(profile)
            },
            None => UserSummaryView::hidden(id),
        }
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
