//! Packs users have.

use crate::{Collection, Timestamp};

/// A user's pack of stickers.
#[derive(Clone, Debug, PartialEq, Collection)]
#[collection(database = "contentDB", id = "userStickers", name = "UserStickers")]
#[access(readers(user_id))]
#[retention(forever = "The user's own, as long as the account.")]
#[index(unique idx_user_pack(user_id, sticker_pack_id))]
#[index(idx_userId(user_id))]
pub struct UserSticker {
    /// Id of the document.
    pub id: String,
    /// User who has it.
    #[attr(size = 256)]
    pub user_id: String,
    /// Pack they have.
    #[attr(size = 256)]
    pub sticker_pack_id: String,
    /// Whether they paid for it.
    #[attr(default = false)]
    pub is_purchased: bool,
    /// Whether it stands at the front.
    #[attr(default = false)]
    pub is_favorite: bool,
    /// When they added it.
    pub added_at: Option<Timestamp>,
}
