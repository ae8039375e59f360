//! Collections of `contentDB`: stickers, pictures, polls and files.

mod ar_filter;
mod gif;
mod media_item;
mod poll;
mod sticker;
mod sticker_pack;
mod user_sticker;

pub use ar_filter::{ArFilter, ArFilterCategory};
pub use gif::Gif;
pub use media_item::MediaItem;
pub use poll::Poll;
pub use sticker::Sticker;
pub use sticker_pack::StickerPack;
pub use user_sticker::UserSticker;
