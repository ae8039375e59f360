//! The body of a send, read and checked as far as it can be without other documents.

use serde_json::{Map, Value};
use whisper_messages::ids::poll_id;
use whisper_messages::{is_spent, is_view_once};
use whisper_schema::body::Distinct;
use whisper_schema::body::forms::{ID, MENTION, WEB_URL};
use whisper_schema::main_db::Message;
use whisper_schema::{Body, Timestamp};

use crate::content::Details;

/// Gives a message the content of another one, or of a draft: the fields that both have, and that a copy takes over.
macro_rules! take_content {
    ($into:expr, $from:expr) => {{
        let (into, from) = ($into, $from);
        into.content.clone_from(&from.content);
        into.media_urls.clone_from(&from.media_urls);
        into.media_file_ids.clone_from(&from.media_file_ids);
        into.thumbnail_url.clone_from(&from.thumbnail_url);
        into.thumbnail_file_id.clone_from(&from.thumbnail_file_id);
        into.links.clone_from(&from.links);
    }};
}
pub(crate) use take_content;

/// A message to be sent.
#[derive(Clone, Debug, Default, PartialEq, Body)]
#[body(check = SendMessage::check)]
#[body(rule = crate::shape::WORDS_RULE, rule = crate::shape::MEDIA_RULE, rule = crate::shape::ORIGIN_RULE)]
#[body(example = r#"{"contentType": "text", "content": "Hello"}"#)]
#[body(
    example = r#"{"content": "Tea: https://example.com/tea", "links": ["https://example.com/tea"],
        "metadata": {"linkPreview": {"url": "https://example.com/tea", "title": "Tea", "siteName": "Example"}}}"#
)]
#[body(
    example = r#"{"contentType": "location", "metadata": {"latitude": 47.37, "longitude": 8.54}}"#
)]
pub struct SendMessage {
    /// The client's id for the message: sent again with the same one, it is stored once. A UUID is a good choice.
    #[field(is = ID)]
    pub id: Option<String>,
    /// Its kind, with the details of that kind.
    #[field(flatten)]
    pub details: Details,
    /// Words, caption, or a poll's question.
    #[field(size = 0..=10_000, text = Words, default = String::new())]
    pub content: String,
    /// Where media of its are served that lie elsewhere.
    #[field(count = 0..=30, size = 1..=1000, is = WEB_URL)]
    pub media_urls: Vec<String>,
    /// Files of its media, by their ids: the sender's own, uploaded whole, each in the bucket for this kind of message or in `messages`. Or such of the message that it is a copy of.
    #[field(count = 0..=30, size = 1..=256)]
    pub media_file_ids: Vec<String>,
    /// Where a small picture is served that lies elsewhere.
    #[field(size = 1..=2000, is = WEB_URL)]
    pub thumbnail_url: Option<String>,
    /// File of the small picture, in the bucket `messages`.
    #[field(size = 1..=256)]
    pub thumbnail_file_id: Option<String>,
    /// Message of this conversation that it answers; needed for `reply`.
    #[field(is = ID)]
    pub reply_to_message_id: Option<String>,
    /// Message it is a copy of; needed for `forward`. A forward without content of its own gets the original's.
    #[field(is = ID)]
    pub forwarded_from_message_id: Option<String>,
    /// Conversation the copy comes from; the sender must be a member.
    #[field(is = ID)]
    pub forwarded_from_conversation_id: Option<String>,
    /// Users it mentions by their ids; `@all` for all members, `@admins` for the owner and the admins.
    #[field(count = 0..=100, is = MENTION)]
    pub mentions: Distinct<String>,
    /// Addresses found in it; `link` needs one.
    #[field(count = 0..=20, size = 1..=1000, is = WEB_URL)]
    pub links: Vec<String>,
    /// When it disappears.
    pub expires_at: Option<Timestamp>,
}

impl SendMessage {
    /// Whether it has media.
    pub fn has_media(&self) -> bool {
        !(self.media_urls.is_empty() && self.media_file_ids.is_empty())
    }

    /// The ids of files that it names.
    pub fn file_ids(&self) -> impl Iterator<Item = &str> {
        let media = self.media_file_ids.iter();
        media.chain(&self.thumbnail_file_id).map(String::as_str)
    }

    /// The message it is a copy of, and its conversation.
    pub fn origin(&self) -> Option<(&str, &str)> {
        let message = self.forwarded_from_message_id.as_deref()?;
        Some((message, self.forwarded_from_conversation_id.as_deref()?))
    }

    /// Details of its kind, without fields that were left out.
    pub(crate) fn metadata(&self) -> Map<String, Value> {
        match serde_json::to_value(&self.details) {
            Ok(Value::Object(metadata)) => metadata,
            _ => Map::new(),
        }
    }

    /// The metadata as it is stored in the message with this id; none when there is nothing in it.
    pub fn metadata_text(&self, message: &str) -> Option<String> {
        let mut metadata = self.metadata();
        if let Details::Poll(_) = self.details {
            metadata.insert(POLL_ID.to_owned(), poll_id(message).into());
        }
        (!metadata.is_empty()).then(|| text_of(&metadata))
    }

    /// The fields whose point in time has passed.
    pub fn missed(&self, now: Timestamp) -> impl Iterator<Item = &'static str> {
        let expires_at = self.expires_at.map(|at| ("expiresAt", at));
        let deadlines = expires_at.into_iter().chain(self.details.deadlines());
        deadlines
            .filter(move |(_, at)| *at <= now)
            .map(|(field, _)| field)
    }

    /// Whether a stored message came of this one, sent before to this conversation by this user; one that may have ended
    /// earlier than this one asks for, where the conversation or its kind has it so.
    ///
    /// Later changes (an edit, a deletion, the end of a content that could be viewed once) and the server's additions (a poll's
    /// id, the content copied from the origin) are left out of account.
    pub fn is_stored_as(
        &self,
        stored: &Message,
        (conversation, sender): (&str, &str),
        may_end_earlier: bool,
    ) -> bool {
        let same_place = stored.conversation_id == conversation && stored.sender_id == sender;
        // Nothing is left of a deleted one, its kind neither.
        if same_place && stored.deleted_at.is_some() {
            return true;
        }
        if !same_place || stored.content_type != self.details.kind() {
            return false;
        }
        let is_spent = is_view_once(stored) && is_spent(stored);
        if stored.edited_at.is_some() || (is_spent && self.details.is_view_once()) {
            return true;
        }
        let mut again = stored.clone();
        self.put(&mut again);
        if self.origin().is_some() && self.is_bare() {
            // A forward without content of its own has the content of its origin.
            take_content!(&mut again, stored);
            again.metadata.clone_from(&stored.metadata);
        }
        again == *stored && self.ends_with(stored, may_end_earlier)
    }

    /// Writes the draft into a message, all but its end, which an origin may bring nearer.
    pub fn put(&self, message: &mut Message) {
        take_content!(&mut *message, self);
        message.content_type = self.details.kind();
        // As text: a number that was read from text once more may differ in its last bit.
        message.metadata = self.metadata_text(&message.id);
        message
            .reply_to_message_id
            .clone_from(&self.reply_to_message_id);
        message
            .forwarded_from_message_id
            .clone_from(&self.forwarded_from_message_id);
        message
            .forwarded_from_conversation_id
            .clone_from(&self.forwarded_from_conversation_id);
        message.mentions.clone_from(&self.mentions);
    }

    /// Whether the stored message ends when this one asks for; or earlier, where it may.
    fn ends_with(&self, stored: &Message, may_end_earlier: bool) -> bool {
        let is_earlier = || match (stored.expires_at, self.expires_at) {
            (Some(stored), Some(wanted)) => stored < wanted,
            (stored, wanted) => stored.is_some() && wanted.is_none(),
        };
        stored.expires_at == self.expires_at || (may_end_earlier && is_earlier())
    }

    /// Whether it brings no content of its own.
    pub fn is_bare(&self) -> bool {
        self.content.is_empty()
            && !self.has_media()
            && self.links.is_empty()
            && self.metadata().is_empty()
    }
}

/// Where a poll's message names the poll's own document.
const POLL_ID: &str = "pollId";

pub(crate) fn text_of(metadata: &Map<String, Value>) -> String {
    // Writing an object with string keys can't fail.
    serde_json::to_string(metadata).unwrap_or_default()
}

mod kept;
#[cfg(test)]
mod tests;
