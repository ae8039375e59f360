//! Packs of stickers.

use crate::{Collection, Timestamp};

/// A set of stickers that is added as one.
#[derive(Clone, Debug, PartialEq, Collection)]
#[collection(database = "contentDB", id = "stickerPacks", name = "StickerPacks")]
#[access(readers(creator_id), public(is_public))]
#[retention(forever = "The maker's own, until they remove it.")]
#[index(idx_creatorId(creator_id))]
#[index(idx_isPremium(is_premium))]
pub struct StickerPack {
    /// Id of the document.
    pub id: String,
    /// Its title.
    #[attr(size = 100, text = Name)]
    pub name: String,
    /// Its description, in words.
    #[attr(size = 500, text = Words)]
    pub description: Option<String>,
    /// User who made it; none for the operator's own.
    #[attr(size = 256)]
    pub creator_id: Option<String>,
    /// Where its cover is served.
    #[attr(url)]
    pub cover_image_url: Option<String>,
    /// File of its cover in the bucket `stickers`.
    #[attr(size = 256)]
    pub cover_image_file_id: Option<String>,
    /// Number of stickers in it.
    #[attr(default = 0)]
    pub sticker_count: i64,
    /// Whether it takes a paid plan or a purchase.
    #[attr(default = false)]
    pub is_premium: bool,
    /// Price in units of the currency.
    #[attr(default = 0.0)]
    pub price: f64,
    /// Currency of the price: ISO 4217, or a token's symbol.
    #[attr(size = 10)]
    pub currency: Option<String>,
    /// Number of users who added it.
    #[attr(default = 0)]
    pub download_count: i64,
    /// Whether anybody may add it.
    #[attr(default = true)]
    pub is_public: bool,
    /// Words it is found by.
    #[attr(size = 50, text = Words)]
    pub tags: Vec<String>,
    /// When it was made.
    pub created_at: Option<Timestamp>,
    /// When it last changed.
    pub updated_at: Option<Timestamp>,
}
