//! The copy of a broadcast's message that a recipient gets.

use serde_json::{Map, Value};
use whisper_messages::ORIGINAL_CONTENT_TYPE;
use whisper_schema::main_db::{Message, MessageContentType as Kind};

use crate::draft::SendMessage;

/// The draft of a recipient's copy; none where the rules for messages refuse it by now.
pub fn copy_of(message: &Message, id: &str) -> Option<SendMessage> {
    let metadata = message.metadata.as_deref();
    let metadata = metadata.and_then(|text| serde_json::from_str::<Map<String, Value>>(text).ok());
    let mut metadata = metadata.unwrap_or_default();
    // A forward without words of its own is made of its origin once more.
    let is_bare =
        message.content_type == Kind::Forward && metadata.contains_key(ORIGINAL_CONTENT_TYPE);
    if is_bare {
        metadata.clear();
    }
    let optional = |text: &Option<String>| text.clone().map_or(Value::Null, Value::from);
    let content = [
        ("content", message.content.clone().into()),
        ("mediaUrls", message.media_urls.clone().into()),
        ("mediaFileIds", message.media_file_ids.clone().into()),
        ("thumbnailUrl", optional(&message.thumbnail_url)),
        ("thumbnailFileId", optional(&message.thumbnail_file_id)),
        ("links", message.links.clone().into()),
    ];
    let others = [
        ("id", id.into()),
        ("contentType", message.content_type.into()),
        ("metadata", metadata.into()),
        (
            "forwardedFromMessageId",
            optional(&message.forwarded_from_message_id),
        ),
        (
            "forwardedFromConversationId",
            optional(&message.forwarded_from_conversation_id),
        ),
        (
            "expiresAt",
            message.expires_at.map_or(Value::Null, Value::from),
        ),
    ];
    let content = content.into_iter().filter(|_| !is_bare);
    let fields = content
        .chain(others)
        .filter(|(_, value)| says_something(value));
    let fields = fields.map(|(key, value)| (key.to_owned(), value));
    SendMessage::of_text(&Value::Object(fields.collect()).to_string())
}

fn says_something(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::String(text) => !text.is_empty(),
        Value::Array(list) => !list.is_empty(),
        Value::Object(fields) => !fields.is_empty(),
        _ => true,
    }
}
