//! Files as the documents that hold them show them.

use serde::Serialize;
use whisper_schema::Timestamp;
use whisper_schema::prelude::StoredFile;

use crate::address::Addresses;
use crate::named::Files;

/// A file, as a document that holds it shows it to somebody who sees the document.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(not(target_family = "wasm"), derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct MediaView {
    /// Id of the file.
    pub id: String,
    /// Where its content is served: a path that was signed for the caller, for pictures and players of browsers.
    pub url: String,
    /// When that address ends: 10 to 20 minutes after the answer. The document has another one then.
    pub url_expires_at: Timestamp,
    /// Name it had on the device.
    pub name: String,
    /// Media type, as its first bytes tell it.
    pub mime_type: String,
    /// Size in bytes.
    pub size: i64,
}

impl Addresses {
    /// A file that is whole, as a document that holds it shows it.
    pub fn media(&self, file: &StoredFile) -> MediaView {
        MediaView {
            id: file.id.clone(),
            url: self.url(&file.id),
            url_expires_at: self.end(),
            name: file.name.clone(),
            mime_type: file.mime_type.clone(),
            size: file.size,
        }
    }

    /// The whole files among these ids, in their order.
    pub fn media_of<'a>(
        &self,
        files: &Files,
        ids: impl IntoIterator<Item = &'a str>,
    ) -> Vec<MediaView> {
        let found = ids.into_iter().filter_map(|id| files.get(id));
        let whole = found.filter(|file| file.is_whole());
        whole.map(|file| self.media(file)).collect()
    }
}
