//! Files of messages, as one viewer sees them.

use std::fmt;

use whisper_files::{Addresses, Asking, Files, MediaView, files};
use whisper_kit::Ctx;
use whisper_kit::error::Result;
use whisper_schema::main_db::Message;

/// Whether there are files here: there are none where documents are in TablesDB, which keeps no bytes.
pub fn keeps_files(ctx: &Ctx) -> bool {
    ctx.config().text("store") != "appwrite"
}

/// The ids of files that a message names: of its media, and of its small picture.
pub fn file_ids(message: &Message) -> impl Iterator<Item = &str> {
    let media = message.media_file_ids.iter();
    media.chain(&message.thumbnail_file_id).map(String::as_str)
}

/// Asks for the files of these messages; for nothing where they have none.
pub(crate) fn files_of<'a>(ctx: &Ctx, messages: impl IntoIterator<Item = &'a Message>) -> Asking {
    let messages = messages.into_iter().filter(|_| keeps_files(ctx));
    files(messages.flat_map(file_ids))
}

/// Files of messages, with addresses that are one viewer's.
#[derive(Clone, Default)]
pub struct Media {
    files: Files,
    /// None where no file is to be shown.
    addresses: Option<Addresses>,
}

impl fmt::Debug for Media {
    // The key of the addresses stays out of it.
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        to.debug_tuple("Media").field(&self.files).finish()
    }
}

impl Media {
    /// The files of these messages, which were read.
    ///
    /// # Errors
    /// The store's, when the key of addresses has to be read: once in an instance.
    pub(crate) async fn of<'a>(
        ctx: &Ctx,
        viewer: &str,
        messages: impl IntoIterator<Item = &'a Message>,
        files: Files,
    ) -> Result<Self> {
        let mut ids = messages.into_iter().flat_map(file_ids);
        let addresses = match ids.any(|id| files.get(id).is_some()) {
            true => Some(Addresses::of(ctx, viewer).await?),
            false => None,
        };
        Ok(Media { files, addresses })
    }

    /// Those of these ids that are files, in their order, as the viewer reads them.
    pub(crate) fn views<'a>(&self, ids: impl IntoIterator<Item = &'a str>) -> Vec<MediaView> {
        let addresses = self.addresses.as_ref();
        addresses.map_or_else(Vec::new, |addresses| addresses.media_of(&self.files, ids))
    }
}
