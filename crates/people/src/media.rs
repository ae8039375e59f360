//! Files that answers show: pictures of people and of conversations, media of stories.

use std::collections::{BTreeMap, BTreeSet};

use whisper_files::{Addresses, Files, MediaView, files};
use whisper_kit::{Ctx, Result};

/// Files that an answer shows, with addresses that were signed for the user who gets it: nobody else may be shown them.
#[derive(Clone, Debug, Default)]
pub struct ShownFiles(BTreeMap<String, MediaView>);

impl ShownFiles {
    /// Reads those of these ids that are whole files, for one viewer: one statement, and none where there are no ids.
    ///
    /// # Errors
    /// The store's.
    pub async fn read<'a>(
        ctx: &Ctx,
        viewer: &str,
        ids: impl IntoIterator<Item = &'a str>,
    ) -> Result<Self> {
        let ids: BTreeSet<&str> = ids.into_iter().collect();
        if ids.is_empty() || !has_files(ctx) {
            return Ok(Self::default());
        }
        let found = ctx.read(files(ids.iter().copied())).await?;
        Self::of(ctx, viewer, &found, ids).await
    }

    /// Those of these files that are whole.
    async fn of(ctx: &Ctx, viewer: &str, found: &Files, ids: BTreeSet<&str>) -> Result<Self> {
        let addresses = Addresses::of(ctx, viewer).await?;
        let views = addresses.media_of(found, ids).into_iter();
        Ok(Self(views.map(|view| (view.id.clone(), view)).collect()))
    }

    /// The file with this id. None for no id, and for one of former times that names no file.
    pub fn get(&self, id: Option<&str>) -> Option<MediaView> {
        self.0.get(id?).cloned()
    }
}

/// Whether this server keeps files: TablesDB has no column for bytes.
pub(crate) fn has_files(ctx: &Ctx) -> bool {
    ctx.config().text("store") != "appwrite"
}
