//! Filters for the camera.

use crate::{Collection, Timestamp, choices};

choices! {
    /// The part of a picture that a filter works on.
    pub enum ArFilterCategory {
        /// Faces.
        Face = "face",
        /// The surroundings.
        World = "world",
        /// The sky.
        Sky = "sky",
        /// Hands.
        Hand = "hand",
        /// The whole body.
        Body = "body",
    }
}

/// An augmented-reality filter.
#[derive(Clone, Debug, PartialEq, Collection)]
#[collection(database = "contentDB", id = "arFilters", name = "ARFilters")]
#[access(readers(creator_id), public(is_public))]
#[retention(forever = "Part of the library, until it is removed from it.")]
#[index(idx_category(category))]
#[index(idx_creatorId(creator_id))]
pub struct ArFilter {
    /// Id of the document.
    pub id: String,
    /// Its title.
    #[attr(size = 100, text = Name)]
    pub name: String,
    /// Its effect, in words.
    #[attr(size = 500, text = Words)]
    pub description: Option<String>,
    /// User who made it; none for the operator's own.
    #[attr(size = 256)]
    pub creator_id: Option<String>,
    /// Where a small picture of it is served.
    #[attr(url)]
    pub thumbnail_url: String,
    /// File of the small picture in the bucket `filters`.
    #[attr(size = 256)]
    pub thumbnail_file_id: Option<String>,
    /// Where the filter itself is served.
    #[attr(url)]
    pub filter_data_url: String,
    /// File of the filter itself in the bucket `filters`.
    #[attr(size = 256)]
    pub filter_data_file_id: Option<String>,
    /// The part of a picture that it works on.
    #[attr(default = ArFilterCategory::Face)]
    pub category: ArFilterCategory,
    /// Words it is found by.
    #[attr(size = 50, text = Words)]
    pub tags: Vec<String>,
    /// Whether it takes a paid plan or a purchase.
    #[attr(default = false)]
    pub is_premium: bool,
    /// Number of times it was used.
    #[attr(default = 0)]
    pub usage_count: i64,
    /// Whether anybody may use it.
    #[attr(default = true)]
    pub is_public: bool,
    /// When it was added.
    pub created_at: Option<Timestamp>,
}
