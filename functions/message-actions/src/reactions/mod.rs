//! `…/messages/{messageId}/reactions`: emoji and stickers by which members answer a message without words.

mod list;
mod remove;
mod set;

use serde::Serialize;
use serde_json::{Value, json};
use whisper_kit::error::{Error, Result, Rule};
use whisper_kit::ids::is_id;
use whisper_kit::{Api, Request};
use whisper_messages::{is_mirrored, is_voice, message_path};
use whisper_schema::Timestamp;
use whisper_schema::emoji;
use whisper_schema::system::MessageReaction;

use crate::opened::Opened;

const REACTIONS: &str = message_path!("/reactions");
const REACTION: &str = message_path!("/reactions/{reaction}");

/// The endpoints.
pub fn endpoints(api: Api) -> Api {
    api.endpoint(set::endpoint())
        .endpoint(remove::endpoint())
        .endpoint(list::endpoint())
}

/// A reaction to a message.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(not(target_family = "wasm"), derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct MessageReactionView {
    /// The message.
    pub message_id: String,
    /// User who reacted.
    pub user_id: String,
    /// The emoji, in its fully qualified form, or the id of a sticker.
    pub reaction: String,
    /// When they did.
    pub created_at: Timestamp,
}

impl From<MessageReaction> for MessageReactionView {
    fn from(of: MessageReaction) -> Self {
        Self {
            message_id: of.message_id,
            user_id: of.user_id,
            reaction: of.reaction,
            created_at: of.created_at,
        }
    }
}

/// A kind of reaction.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Kind {
    /// An emoji of Unicode.
    Emoji(String),
    /// A sticker, by its id.
    Sticker(String),
}

impl Kind {
    /// The kind that a request's path names.
    fn of(request: &Request) -> Result<Self> {
        Kind::read(request.param("reaction")?)
            .ok_or_else(|| Error::field("reaction", Rule::Format, MUST_BE))
    }

    fn read(text: &str) -> Option<Self> {
        let emoji = emoji::emoji(text).map(Kind::Emoji);
        emoji.or_else(|| is_id(text).then(|| Kind::Sticker(text.to_owned())))
    }

    fn as_str(&self) -> &str {
        match self {
            Kind::Emoji(text) | Kind::Sticker(text) => text,
        }
    }
}

const MUST_BE: &str = "must be one emoji, or the id of a sticker";

/// An event's payload about a reaction.
fn told(opened: &Opened, kind: &Kind) -> Value {
    json!({
        "conversationId": opened.access.conversation.id,
        "messageId": opened.message.id,
        "authorId": opened.message.sender_id,
        "reaction": kind.as_str(),
        // In a crowd the author isn't told of reactions, nor is a channel, which is the sender of its messages.
        "tellsAuthor": is_mirrored(&opened.access.conversation) && !is_voice(&opened.message),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kind_is_an_emoji_or_an_id() {
        for (text, kind) in [
            ("👍", Some(Kind::Emoji("👍".into()))),
            ("❤", Some(Kind::Emoji("❤️".into()))),
            ("1⃣", Some(Kind::Emoji("1️⃣".into()))),
            ("1", Some(Kind::Sticker("1".into()))),
            ("cat-7", Some(Kind::Sticker("cat-7".into()))),
            ("👍👍", None),
            ("", None),
            ("a b", None),
        ] {
            assert_eq!(Kind::read(text), kind, "{text}");
        }
    }
}
