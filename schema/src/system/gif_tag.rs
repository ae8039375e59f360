//! GIFs by tag.

use crate::{Collection, Timestamp};

/// A tag of a GIF: the element of its list `tags` to look it up by.
///
/// A server of Appwrite's can't index the elements of a list, nor can SQLite: here they are rows.
#[derive(Clone, Debug, PartialEq, Collection)]
#[collection(database = "systemDB", id = "gifTags", name = "GIF tags", system)]
#[access(server = "It is there to look GIFs up; the GIFs themselves have their tags.")]
#[retention(forever = "Part of a GIF, as long as that.")]
#[index(unique idx_gif_tag(gif_id, tag))]
#[index(idx_tag_time(tag, created_at desc))]
pub struct GifTag {
    /// Id of the document: a hash of the two.
    pub id: String,
    /// GIF that has it.
    #[attr(size = 36)]
    pub gif_id: String,
    /// The tag, as the GIF has it.
    #[attr(size = 50)]
    pub tag: String,
    /// When the gif was made.
    pub created_at: Timestamp,
}
