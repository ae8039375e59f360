//! The body of a send as its document shows it; [`crate::draft`] reads it.

use serde_json::{Map, Value};
use whisper_schema::Timestamp;
use whisper_schema::main_db::MessageContentType;

/// A message to be sent.
#[cfg_attr(not(target_family = "wasm"), derive(schemars::JsonSchema))]
#[cfg_attr(
    not(target_family = "wasm"),
    schemars(rename_all = "camelCase", deny_unknown_fields)
)]
pub struct SendMessage {
    /// The client's id for the message, 1 to 36 of `A-Z a-z 0-9 _ . -`: sent again with the same one, it
    /// is stored once. A UUID is a good choice.
    pub id: Option<String>,
    /// What it carries; `text` by default.
    pub content_type: Option<MessageContentType>,
    /// Words, caption, or a poll's question; at most 10,000 characters.
    pub content: Option<String>,
    /// Where its media are served: http or https, at most 30.
    pub media_urls: Option<Vec<String>>,
    /// Files of its media, at most 30.
    pub media_file_ids: Option<Vec<String>>,
    /// Where a small picture is served.
    pub thumbnail_url: Option<String>,
    /// File of the small picture.
    pub thumbnail_file_id: Option<String>,
    /// Details of the content type, at most 9,936 characters as JSON. image, video, audio, gif, voice and
    /// file: `width`, `height`, `durationMs` (needed for voice), `sizeBytes`, `mimeType`, for voice
    /// `waveform`, for file `fileName` (needed). sticker: `stickerId`. location: `latitude`, `longitude`,
    /// and perhaps `accuracyMeters`, `name`, `address`, `liveUntil`. contact: `name` and one of `phone`,
    /// `email`, `userId`. poll: `options` (2 to 12), `allowMultiple`, `isAnonymous`, `expiresAt`.
    /// crypto_tx: `chain`, `txHash`, `amount`, `token`. nft: `chain`, `contractAddress`, `tokenId`.
    /// token_gift: `giftType`, `chain`, `recipientId`, and `tokenAmount`, or `nftContractAddress` and
    /// `nftTokenId`. story_reply: `storyId`. game: `name`, `score`, `state`. Others have none.
    pub metadata: Option<Map<String, Value>>,
    /// Message of this conversation that it answers; needed for `reply`.
    pub reply_to_message_id: Option<String>,
    /// Message it is a copy of; needed for `forward`. A forward without content of its own gets the
    /// original's.
    pub forwarded_from_message_id: Option<String>,
    /// Conversation the copy comes from; the sender must be a member.
    pub forwarded_from_conversation_id: Option<String>,
    /// Users it mentions, at most 100.
    pub mentions: Option<Vec<String>>,
    /// Addresses found in it: http or https, at most 20; `link` needs one.
    pub links: Option<Vec<String>>,
    /// When it disappears.
    pub expires_at: Option<Timestamp>,
}
