//! Stickers by tag.

use crate::{Collection, Timestamp};

/// A tag of a sticker: the element of its list `tags` to look it up by.
///
/// A server of Appwrite's can't index the elements of a list, nor can SQLite: here they are rows.
#[derive(Clone, Debug, PartialEq, Collection)]
#[collection(
    database = "systemDB",
    id = "stickerTags",
    name = "Sticker tags",
    system
)]
#[access(server = "It is there to look stickers up, also those that aren't public.")]
#[retention(forever = "Part of a sticker, as long as that.")]
#[index(unique idx_sticker_tag(sticker_id, tag))]
#[index(idx_tag_time(tag, created_at desc))]
pub struct StickerTag {
    /// Id of the document: a hash of the two.
    pub id: String,
    /// Sticker that has it.
    #[attr(size = 36)]
    pub sticker_id: String,
    /// The tag, as the sticker has it.
    #[attr(size = 50)]
    pub tag: String,
    /// When the sticker was made.
    pub created_at: Timestamp,
}
