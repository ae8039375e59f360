//! The 19 kinds of message, with the fields that each must and may have: a file for each family.
//!
//! All rules here are pure functions of the body. Rules that depend on other documents (the message
//! replied to, the story, the recipient of a gift) are checked in `context.rs`, once they are read.

pub mod forms;
mod media;
mod play;
mod poll;
mod sharing;
mod story;
#[cfg(test)]
pub(crate) mod testing;
mod web3;
mod words;

use serde::Serialize;
use whisper_messages::NewLinkPreview;
use whisper_schema::main_db::MessageContentType as Kind;
use whisper_schema::{Body, Choice};

pub use media::{FileDetails, MediaDetails, VoiceDetails};
pub use play::{GameDetails, StickerDetails};
pub use poll::{PollDetails, options_text};
pub use sharing::{ContactDetails, LocationDetails};
pub use story::StoryReplyDetails;
pub use web3::{CryptoTxDetails, NftDetails, TokenGiftDetails};
pub use words::WordsDetails;

/// A message's kind, with the details that belong to it.
#[derive(Clone, Debug, PartialEq, Body, Serialize)]
#[body(tag = "contentType", content = "metadata", default = "text")]
#[serde(untagged)]
pub enum Details {
    /// Words.
    Text(WordsDetails),
    /// A picture.
    Image(MediaDetails),
    /// A film.
    Video(MediaDetails),
    /// A recording.
    Audio(MediaDetails),
    /// A file.
    #[body(required)]
    File(FileDetails),
    /// A sticker of a pack.
    #[body(required)]
    Sticker(StickerDetails),
    /// A short film that repeats, or a picture that moves.
    Gif(MediaDetails),
    /// A place.
    #[body(required)]
    Location(LocationDetails),
    /// A person.
    #[body(required)]
    Contact(ContactDetails),
    /// A question with answers to choose from.
    #[body(required)]
    Poll(PollDetails),
    /// A transaction on a chain.
    #[body(required)]
    CryptoTx(CryptoTxDetails),
    /// A non-fungible token.
    #[body(required)]
    Nft(NftDetails),
    /// Tokens for another member.
    #[body(required)]
    TokenGift(TokenGiftDetails),
    /// An answer to a story.
    #[body(required)]
    StoryReply(StoryReplyDetails),
    /// A voice message.
    #[body(required)]
    Voice(VoiceDetails),
    /// Addresses.
    Link(WordsDetails),
    /// A copy of another message.
    Forward,
    /// Words about another message of the conversation.
    Reply(WordsDetails),
    /// An invitation to a game or a move in it.
    #[body(required)]
    Game(GameDetails),
}

impl Default for Details {
    fn default() -> Self {
        Details::Text(WordsDetails::default())
    }
}

impl Details {
    /// The kind.
    pub fn kind(&self) -> Kind {
        // Tags and kinds are the same strings: a test holds them to it.
        Kind::parse(self.tag()).unwrap_or_default()
    }

    /// Fields with a point in time that must lie ahead when the message is new.
    pub fn deadlines(&self) -> Option<(&'static str, whisper_schema::Timestamp)> {
        match self {
            Details::Location(place) => Some(("metadata.liveUntil", place.live_until?)),
            Details::Poll(poll) => Some(("metadata.expiresAt", poll.expires_at?)),
            _ => None,
        }
    }

    /// The media type of its file, and the types that its kind takes; none where it takes any.
    pub fn media_type(&self) -> Option<(&str, &'static [&'static str])> {
        let types: &'static [&'static str] = match self {
            Details::Image(_) => &["image"],
            Details::Video(_) => &["video"],
            Details::Audio(_) | Details::Voice(_) => &["audio"],
            Details::Gif(_) => &["image", "video"],
            _ => return None,
        };
        Some((self.media()?.mime_type.as_deref()?, types))
    }

    /// Whether each recipient can open it once.
    pub fn is_view_once(&self) -> bool {
        self.media()
            .is_some_and(|media| media.view_once == Some(true))
    }

    /// The preview of one of its links.
    pub fn link_preview(&self) -> Option<&NewLinkPreview> {
        match self {
            Details::Text(words) | Details::Link(words) | Details::Reply(words) => {
                words.link_preview.as_ref()
            }
            _ => None,
        }
    }

    /// The same without one.
    #[must_use]
    pub fn without_link_preview(self) -> Self {
        match self {
            Details::Text(_) => Details::Text(WordsDetails::default()),
            Details::Link(_) => Details::Link(WordsDetails::default()),
            Details::Reply(_) => Details::Reply(WordsDetails::default()),
            other => other,
        }
    }

    /// The details of its file.
    fn media(&self) -> Option<&MediaDetails> {
        match self {
            Details::Image(media)
            | Details::Video(media)
            | Details::Audio(media)
            | Details::Gif(media) => Some(media),
            Details::Voice(voice) => Some(&voice.media),
            Details::File(file) => Some(&file.media),
            _ => None,
        }
    }
}
