//! A draft that is kept until its time comes, as JSON text of the body that it was read from.

use serde_json::{Map, Value};
use whisper_schema::body;

use super::{SendMessage, text_of};

impl SendMessage {
    /// The body, without the id, and without fields that say nothing. Read again, it gives the same draft.
    pub fn to_object(&self) -> Map<String, Value> {
        let optional = |text: &Option<String>| text.clone().map_or(Value::Null, Value::from);
        let fields = [
            ("contentType", self.details.kind().into()),
            ("metadata", self.metadata().into()),
            ("content", self.content.clone().into()),
            ("mediaUrls", self.media_urls.clone().into()),
            ("mediaFileIds", self.media_file_ids.clone().into()),
            ("thumbnailUrl", optional(&self.thumbnail_url)),
            ("thumbnailFileId", optional(&self.thumbnail_file_id)),
            ("replyToMessageId", optional(&self.reply_to_message_id)),
            (
                "forwardedFromMessageId",
                optional(&self.forwarded_from_message_id),
            ),
            (
                "forwardedFromConversationId",
                optional(&self.forwarded_from_conversation_id),
            ),
            ("mentions", self.mentions.0.clone().into()),
            ("links", self.links.clone().into()),
            (
                "expiresAt",
                self.expires_at.map_or(Value::Null, Value::from),
            ),
        ];
        let says_something = |value: &Value| match value {
            Value::Null => false,
            Value::String(text) => !text.is_empty(),
            Value::Array(list) => !list.is_empty(),
            Value::Object(fields) => !fields.is_empty(),
            _ => true,
        };
        let fields = fields.into_iter();
        let fields = fields.filter(|(_, value)| says_something(value));
        fields.map(|(key, value)| (key.to_owned(), value)).collect()
    }

    /// As text.
    pub fn to_text(&self) -> String {
        text_of(&self.to_object())
    }

    /// The draft that a text holds; none where the rules for messages refuse it by now.
    pub fn of_text(text: &str) -> Option<Self> {
        let object = serde_json::from_str(text).ok()?;
        body::read(&object).ok()
    }
}
