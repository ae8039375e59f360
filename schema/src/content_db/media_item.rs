//! Files of users.

use crate::{Collection, Timestamp};

/// A file a user uploaded, with its properties.
#[derive(Clone, Debug, PartialEq, Collection)]
#[collection(database = "contentDB", id = "mediaLibrary", name = "MediaLibrary")]
#[access(readers(user_id))]
#[retention(with = "files", job = "media-expiry")]
#[index(idx_userId_time(user_id, uploaded_at desc))]
#[index(idx_fileType(file_type))]
pub struct MediaItem {
    /// Id of the document.
    pub id: String,
    /// User who uploaded it.
    #[attr(size = 256)]
    pub user_id: String,
    /// File in its bucket.
    #[attr(size = 256)]
    pub file_id: String,
    /// Name it had on the device.
    #[attr(size = 256, text = Name)]
    pub file_name: String,
    /// Sort of file, such as `image`, `video` or `document`.
    #[attr(size = 50)]
    pub file_type: String,
    /// Media type, such as `image/webp`.
    #[attr(size = 100)]
    pub mime_type: Option<String>,
    /// Size in bytes.
    pub file_size: Option<i64>,
    /// Width in pixels.
    pub width: Option<i64>,
    /// Height in pixels.
    pub height: Option<i64>,
    /// Length in seconds.
    pub duration: Option<i64>,
    /// File of a small picture of it.
    #[attr(size = 256)]
    pub thumbnail_file_id: Option<String>,
    /// Where it is served.
    #[attr(url)]
    pub url: Option<String>,
    /// The file's own metadata: a JSON object.
    #[attr(size = 5000)]
    pub metadata: Option<String>,
    /// Words its owner finds it by.
    #[attr(size = 50, text = Words)]
    pub tags: Vec<String>,
    /// Album its owner put it into.
    #[attr(size = 100, text = Words)]
    pub album: Option<String>,
    /// Whether anybody may see it.
    #[attr(default = false)]
    pub is_public: bool,
    /// When it was uploaded.
    pub uploaded_at: Option<Timestamp>,
}
