//! Stickers.

use crate::{Collection, Timestamp};

/// A sticker, alone or in a pack.
#[derive(Clone, Debug, PartialEq, Collection)]
#[collection(database = "contentDB", id = "stickers", name = "Stickers")]
#[access(readers(creator_id), public(is_public))]
#[retention(forever = "Part of a pack, as long as that.")]
#[index(idx_packId(pack_id))]
#[index(idx_category(category))]
#[index(idx_tags(tags))]
pub struct Sticker {
    /// Id of the document.
    pub id: String,
    /// Its title.
    #[attr(size = 100, text = Name)]
    pub name: String,
    /// The picture, described in words.
    #[attr(size = 500, text = Words)]
    pub description: Option<String>,
    /// User who made it; none for the operator's own.
    #[attr(size = 256)]
    pub creator_id: Option<String>,
    /// Pack it belongs to.
    #[attr(size = 256)]
    pub pack_id: Option<String>,
    /// Where its picture is served.
    #[attr(url)]
    pub image_url: String,
    /// File of its picture in the bucket `stickers`.
    #[attr(size = 256)]
    pub image_file_id: Option<String>,
    /// Where its animation is served.
    #[attr(url)]
    pub animated_url: Option<String>,
    /// File of its animation in the bucket `stickers`.
    #[attr(size = 256)]
    pub animated_file_id: Option<String>,
    /// Words and emoji it is found by.
    #[attr(size = 50, text = Words)]
    pub tags: Vec<String>,
    /// Category it is listed under.
    #[attr(size = 50, text = Words)]
    pub category: Option<String>,
    /// Whether it takes a paid plan or a purchase.
    #[attr(default = false)]
    pub is_premium: bool,
    /// Whether it moves.
    #[attr(default = false)]
    pub is_animated: bool,
    /// Number of times it was sent.
    #[attr(default = 0)]
    pub usage_count: i64,
    /// Whether anybody may use it.
    #[attr(default = true)]
    pub is_public: bool,
    /// When it was added.
    pub created_at: Option<Timestamp>,
}
