//! The 19 kinds of message, with the fields that each must and may have: a file for each family.
//!
//! Everything here is a pure function of the body. Rules that depend on other documents (the message
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
mod writing;

use serde::Serialize;
use whisper_schema::body::Fields;
use whisper_schema::main_db::MessageContentType as Kind;
use whisper_schema::{Body, Choice, Rule};

use crate::draft::SendMessage;

pub use media::{FileDetails, MediaDetails, VoiceDetails};
pub use play::{GameDetails, StickerDetails};
pub use poll::{PollDetails, options_text};
pub use sharing::{ContactDetails, LocationDetails};
pub use story::StoryReplyDetails;
pub use web3::{CryptoTxDetails, NftDetails, TokenGiftDetails};
pub(crate) use writing::{ORIGIN_RULE, WORDS_RULE};

/// A message's kind, with the details that belong to it.
#[derive(Clone, Debug, Default, PartialEq, Body, Serialize)]
#[body(tag = "contentType", content = "metadata", default = "text")]
#[serde(untagged)]
pub enum Details {
    /// Words.
    #[default]
    Text,
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
    Link,
    /// A copy of another message.
    Forward,
    /// Words about another message of the conversation.
    Reply,
    /// An invitation to a game or a move in it.
    #[body(required)]
    Game(GameDetails),
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

    /// The media type of its file, and the types that its kind takes: all if none.
    fn media_type(&self) -> Option<(&str, &'static [&'static str])> {
        let (media, types): (&MediaDetails, &'static [&'static str]) = match self {
            Details::Image(media) => (media, &["image"]),
            Details::Video(media) => (media, &["video"]),
            Details::Audio(media) => (media, &["audio"]),
            Details::Gif(media) => (media, &["image", "video"]),
            Details::Voice(voice) => (&voice.media, &["audio"]),
            _ => return None,
        };
        Some((media.mime_type.as_deref()?, types))
    }
}

/// Checks how the parts of a message go together.
pub fn check(message: &SendMessage, fields: &mut Fields<'_, '_>) {
    check_media(message, fields);
    writing::check(message, fields);
    if let Some((text, types)) = message.details.media_type()
        && !types
            .iter()
            .any(|kind| text.split('/').next() == Some(kind))
    {
        let message = format!("must be a media type of {}", types.join(" or "));
        fields.refuse("metadata.mimeType", Rule::Format, message);
    }
}

/// Whether a kind of message needs media, may have them, or refuses them.
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

/// What [`check_media`] asks, as JSON Schema.
pub(crate) const MEDIA_RULE: &str = r#"{"allOf": [
    {"not": {"required": ["contentType"],
        "properties": {"contentType": {"enum": ["image", "video", "audio", "gif", "voice", "file"]}},
        "not": {"anyOf": [{"required": ["mediaUrls"], "properties": {"mediaUrls": {"type": "array", "minItems": 1}}},
            {"required": ["mediaFileIds"], "properties": {"mediaFileIds": {"type": "array", "minItems": 1}}}]}}},
    {"not": {"properties": {"contentType": {"enum": ["text", "reply", "contact", "poll", "crypto_tx"]}},
        "not": {"properties": {"mediaUrls": {"maxItems": 0}, "mediaFileIds": {"maxItems": 0},
            "thumbnailUrl": {"type": "null"}, "thumbnailFileId": {"type": "null"}}}}},
    {"not": {"required": ["contentType"], "properties": {"contentType": {"enum": ["image"]}},
        "not": {"properties": {"metadata": {"properties": {"mimeType": {"pattern": "^image/"}}}}}}},
    {"not": {"required": ["contentType"], "properties": {"contentType": {"enum": ["video"]}},
        "not": {"properties": {"metadata": {"properties": {"mimeType": {"pattern": "^video/"}}}}}}},
    {"not": {"required": ["contentType"], "properties": {"contentType": {"enum": ["audio", "voice"]}},
        "not": {"properties": {"metadata": {"properties": {"mimeType": {"pattern": "^audio/"}}}}}}},
    {"not": {"required": ["contentType"], "properties": {"contentType": {"enum": ["gif"]}},
        "not": {"properties": {"metadata": {"properties": {"mimeType": {"pattern": "^(image|video)/"}}}}}}}]}"#;

fn check_media(message: &SendMessage, fields: &mut Fields<'_, '_>) {
    match media_of(message.details.kind()) {
        // A list that was refused already would be reported twice.
        Media::Needed
            if !message.has_media()
                && fields.is_clean("mediaUrls")
                && fields.is_clean("mediaFileIds") =>
        {
            let message =
                "is required for this kind of message, unless mediaFileIds has an element";
            fields.refuse("mediaUrls", Rule::Required, message);
        }
        Media::Refused => {
            let given = [
                ("mediaUrls", !message.media_urls.is_empty()),
                ("mediaFileIds", !message.media_file_ids.is_empty()),
                ("thumbnailUrl", message.thumbnail_url.is_some()),
                ("thumbnailFileId", message.thumbnail_file_id.is_some()),
            ];
            for (field, _) in given.into_iter().filter(|(_, given)| *given) {
                let message = "does not belong to this kind of message";
                fields.refuse(field, Rule::Unknown, message);
            }
        }
        Media::Needed | Media::Possible => {}
    }
}
