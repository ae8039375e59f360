//! Moving pictures.

use crate::{Collection, Timestamp};

/// A moving picture of the library.
#[derive(Clone, Debug, PartialEq, Collection)]
#[collection(database = "contentDB", id = "gifs", name = "GIFs")]
#[access(users)]
#[retention(forever = "Part of the library, until it is removed from it.")]
#[index(idx_category(category))]
#[index(idx_tags(tags))]
pub struct Gif {
    /// Id of the document.
    pub id: String,
    /// Its title.
    #[attr(size = 200, text = Words)]
    pub title: String,
    /// Where it is served.
    #[attr(url)]
    pub url: String,
    /// File of it in the bucket `gifs`; none if it is served elsewhere.
    #[attr(size = 256)]
    pub file_id: Option<String>,
    /// Where a small picture of it is served.
    #[attr(url)]
    pub thumbnail_url: Option<String>,
    /// Where it comes from, such as `upload` or a library's name.
    #[attr(size = 50)]
    pub source: Option<String>,
    /// Its id at the source.
    #[attr(size = 256)]
    pub external_id: Option<String>,
    /// Words it is found by.
    #[attr(size = 50, text = Words)]
    pub tags: Vec<String>,
    /// Category it is listed under.
    #[attr(size = 50, text = Words)]
    pub category: Option<String>,
    /// Width in pixels.
    pub width: Option<i64>,
    /// Height in pixels.
    pub height: Option<i64>,
    /// Number of times it was sent.
    #[attr(default = 0)]
    pub usage_count: i64,
    /// When it was added.
    pub created_at: Option<Timestamp>,
}
