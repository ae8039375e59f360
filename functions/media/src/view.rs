//! Files as answers show them.

use serde::Serialize;
use whisper_files::Addresses;
use whisper_schema::prelude::{
    FileBucket, FileHold, FileHoldKind, MediaItem, StoredFile, Timestamp,
};

whisper_schema::choices! {
    /// How far a file got.
    pub enum FileState {
        /// Some of its bytes are still to come.
        Uploading = "uploading",
        /// All of its bytes are there.
        Ready = "ready",
    }
}

/// A file. Its owner sees all of it; others, who see a document that holds it, its name, type, size, time and address.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(not(target_family = "wasm"), derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct FileView {
    /// Its id, by which documents name it.
    pub id: String,
    /// Its place.
    pub bucket: FileBucket,
    /// Name it had on the device, or that its owner gave it since.
    pub name: String,
    /// Media type: the declared one while it is uploading, and then the one that its first bytes tell.
    pub mime_type: String,
    /// Size in bytes.
    pub size: i64,
    /// How far it got.
    pub state: FileState,
    /// Where its content is served: a path that was signed for the caller, for pictures and players of browsers. Absent while it is uploading.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// When that address ends: 10 to 20 minutes after the answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url_expires_at: Option<Timestamp>,
    /// When the upload was begun.
    pub created_at: Timestamp,
    /// The parts that only its owner sees.
    #[serde(flatten)]
    pub own: Option<OwnFileView>,
}

/// The parts of a file that only its owner sees.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(not(target_family = "wasm"), derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct OwnFileView {
    /// Where its bytes are sent to: present while it is uploading.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub upload_url: Option<String>,
    /// How many of its bytes are kept, from the first one: present while it is uploading.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub upload_offset: Option<i64>,
    /// SHA-256 of its bytes, hexadecimal: the declared one while it is uploading.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sha256: Option<String>,
    /// Album it is in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub album: Option<String>,
    /// Words it is found by.
    pub tags: Vec<String>,
    /// The caller's documents that hold it, 20 at most. Only in the answer with one file.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub used_in: Option<Vec<FileUseView>>,
    /// When its last byte came.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub completed_at: Option<Timestamp>,
    /// When it goes, unless a document holds it then: an upload a day after it was begun, a file a day after it was last taken out of a document. Absent
    /// while one holds it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ends_at: Option<Timestamp>,
}

/// A document that holds a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(not(target_family = "wasm"), derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct FileUseView {
    /// Its kind.
    pub kind: FileHoldKind,
    /// Its id; of a profile the user's.
    pub id: String,
    /// Conversation of a message.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub conversation_id: Option<String>,
}

impl From<&FileHold> for FileUseView {
    fn from(hold: &FileHold) -> Self {
        Self {
            kind: hold.kind,
            id: hold.holder_id.clone(),
            conversation_id: hold.place.clone(),
        }
    }
}

impl FileView {
    /// A file as others see it who see a document that holds it.
    pub fn shared(file: &StoredFile, addresses: &Addresses) -> Self {
        Self {
            id: file.id.clone(),
            bucket: file.bucket,
            name: file.name.clone(),
            mime_type: file.mime_type.clone(),
            size: file.size,
            state: match file.is_whole() {
                true => FileState::Ready,
                false => FileState::Uploading,
            },
            url: file.is_whole().then(|| addresses.url(&file.id)),
            url_expires_at: file.is_whole().then(|| addresses.end()),
            created_at: file.created_at,
            own: None,
        }
    }

    /// A file as its owner sees it, with its entry in their library: every file that is whole has one.
    pub fn own(file: &StoredFile, item: Option<&MediaItem>, addresses: &Addresses) -> Self {
        let uploading = !file.is_whole();
        let own = OwnFileView {
            upload_url: uploading.then(|| content_path(&file.id)),
            upload_offset: uploading.then_some(file.received),
            sha256: file.sha256.clone(),
            album: item.and_then(|item| item.album.clone()),
            tags: item.map(|item| item.tags.clone()).unwrap_or_default(),
            used_in: None,
            completed_at: file.completed_at,
            ends_at: file.ends_at,
        };
        Self {
            own: Some(own),
            ..Self::shared(file, addresses)
        }
    }
}

/// Where the bytes of a file are.
pub fn content_path(file: &str) -> String {
    format!("/v1/files/{file}/content")
}
