//! What each of the 19 kinds of message must and may carry: a file for each family.
//!
//! Everything here is a pure function of the body. What depends on other documents (the message
//! replied to, the story, the recipient of a gift) is checked in `world.rs`, once they are read.

pub mod fields;
pub mod findings;
pub mod formats;
mod media;
mod play;
mod poll;
mod sharing;
mod story;
#[cfg(test)]
pub(crate) mod testing;
mod web3;
mod writing;

use whisper_schema::Rule;
use whisper_schema::main_db::MessageContentType as Kind;

use crate::draft::{Draft, Extra};
use fields::Fields;

pub use poll::{PollDraft, options_text};

/// Checks the draft's content and metadata by its kind; gives what the commit needs beyond the message.
pub fn check(draft: &Draft, metadata: &mut Fields<'_, '_>) -> Extra {
    check_media(draft, metadata);
    match draft.content_type {
        Kind::Text => writing::text(draft, metadata),
        Kind::Reply => writing::reply(draft, metadata),
        Kind::Link => writing::link(draft, metadata),
        Kind::Forward => writing::forward(draft, metadata),
        Kind::Image | Kind::Video | Kind::Audio | Kind::Gif => {
            media::plain(draft.content_type, metadata)
        }
        Kind::Voice => media::voice(metadata),
        Kind::File => media::file(metadata),
        Kind::Sticker => play::sticker(metadata),
        Kind::Game => play::game(metadata),
        Kind::Location => sharing::location(metadata),
        Kind::Contact => sharing::contact(metadata),
        Kind::CryptoTx => web3::crypto_tx(metadata),
        Kind::Nft => web3::nft(metadata),
        Kind::Poll => return Extra::Poll(poll::poll(draft, metadata)),
        Kind::TokenGift => return web3::token_gift(metadata),
        Kind::StoryReply => return story::story_reply(draft, metadata),
    }
    Extra::None
}

/// What a kind of message does with media.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Media {
    Needed,
    Possible,
    Refused,
}

fn media_of(kind: Kind) -> Media {
    match kind {
        Kind::Image | Kind::Video | Kind::Audio | Kind::Gif | Kind::Voice | Kind::File => {
            Media::Needed
        }
        Kind::Sticker | Kind::Location | Kind::Nft | Kind::TokenGift | Kind::Link => {
            Media::Possible
        }
        Kind::Forward | Kind::StoryReply | Kind::Game => Media::Possible,
        Kind::Text | Kind::Reply | Kind::Contact | Kind::Poll | Kind::CryptoTx => Media::Refused,
    }
}

fn check_media(draft: &Draft, fields: &mut Fields<'_, '_>) {
    match media_of(draft.content_type) {
        // A list that was refused already would be reported twice.
        Media::Needed if !draft.has_media && fields.clean("media") => {
            let message =
                "is required for this kind of message, unless mediaFileIds has an element";
            fields.refuse_outside("mediaUrls", Rule::Required, message);
        }
        Media::Refused => {
            let given = [
                ("mediaUrls", !draft.media_urls.is_empty()),
                ("mediaFileIds", !draft.media_file_ids.is_empty()),
                ("thumbnailUrl", draft.thumbnail_url.is_some()),
                ("thumbnailFileId", draft.thumbnail_file_id.is_some()),
            ];
            for (field, _) in given.into_iter().filter(|(_, given)| *given) {
                let message = "does not belong to this kind of message";
                fields.refuse_outside(field, Rule::Unknown, message);
            }
        }
        Media::Needed | Media::Possible => {}
    }
}
