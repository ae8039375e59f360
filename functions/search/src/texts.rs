//! The texts of a message that people read, and the media, files and links that it carries.

use serde_json::{Map, Value};
use whisper_messages::{LINK_PREVIEW, ORIGINAL, ORIGINAL_CONTENT_TYPE, is_view_once};
use whisper_schema::Choice;
use whisper_schema::prelude::{MediaKind, Message, MessageContentType};

/// The keys of metadata that hold a text.
const TEXTS: [&str; 3] = ["fileName", "name", "address"];
/// The key that holds a list of texts: the options of a poll.
const OPTIONS: &str = "options";

/// A text that people read, and the field of the message that it stands in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Text {
    /// Such as `content` or `metadata.fileName`.
    pub field: String,
    /// The text.
    pub text: String,
}

/// The texts of a message; none of one that the server wrote, that can be viewed once, or whose words it can't read.
pub fn texts(message: &Message) -> Vec<Text> {
    // A message that was encrypted has no preview.
    if message.is_system_message || message.plain_text.is_none() || is_view_once(message) {
        return Vec::new();
    }
    let mut texts = vec![Text {
        field: "content".to_owned(),
        text: message.content.clone(),
    }];
    if let Some(metadata) = metadata(message) {
        of_metadata(&metadata, "metadata", &mut texts);
        if let (MessageContentType::Forward, Some(Value::Object(original))) =
            (message.content_type, metadata.get(ORIGINAL))
        {
            of_metadata(original, "metadata.original", &mut texts);
        }
    }
    texts.retain(|text| !text.text.is_empty());
    texts
}

fn of_metadata(metadata: &Map<String, Value>, place: &str, texts: &mut Vec<Text>) {
    let mut add = |field: String, value: Option<&Value>| {
        if let Some(text) = value.and_then(Value::as_str) {
            let text = text.to_owned();
            texts.push(Text { field, text });
        }
    };
    for key in TEXTS {
        add(format!("{place}.{key}"), metadata.get(key));
    }
    if let Some(preview) = metadata.get(LINK_PREVIEW) {
        add(
            format!("{place}.{LINK_PREVIEW}.title"),
            preview.get("title"),
        );
    }
    if let Some(Value::Array(options)) = metadata.get(OPTIONS) {
        for (i, option) in options.iter().enumerate() {
            add(format!("{place}.{OPTIONS}[{i}]"), Some(option));
        }
    }
}

fn metadata(message: &Message) -> Option<Map<String, Value>> {
    serde_json::from_str(message.metadata.as_deref()?).ok()
}

/// The kind of a message's content; of a copy, the original's kind.
pub fn kind(message: &Message) -> MessageContentType {
    let original = || {
        let metadata = metadata(message)?;
        MessageContentType::parse(metadata.get(ORIGINAL_CONTENT_TYPE)?.as_str()?)
    };
    match message.content_type {
        MessageContentType::Forward => original().unwrap_or(MessageContentType::Forward),
        kind => kind,
    }
}

/// Whether a message has media.
pub fn has_media(message: &Message) -> bool {
    !(message.media_urls.is_empty() && message.media_file_ids.is_empty())
}

/// Whether a message has an address.
pub fn has_link(message: &Message) -> bool {
    !message.links.is_empty()
}

/// The kinds of things that a message carries; none of one that can be viewed once.
pub fn carried(message: &Message) -> impl Iterator<Item = MediaKind> {
    let is_shown = !is_view_once(message);
    let media = match kind(message) {
        MessageContentType::Image => Some(MediaKind::Images),
        MessageContentType::Video => Some(MediaKind::Videos),
        MessageContentType::Gif => Some(MediaKind::Gifs),
        MessageContentType::Audio => Some(MediaKind::Audio),
        MessageContentType::Voice => Some(MediaKind::Voice),
        MessageContentType::File => Some(MediaKind::Files),
        _ => None,
    };
    let media = media.filter(|_| has_media(message) && is_shown);
    media
        .into_iter()
        .chain((has_link(message) && is_shown).then_some(MediaKind::Links))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(kind: MessageContentType, metadata: &str) -> Message {
        Message {
            content: "Words".to_owned(),
            content_type: kind,
            plain_text: Some("Words".to_owned()),
            metadata: Some(metadata.to_owned()),
            media_file_ids: vec!["f".to_owned()],
            ..Message::default()
        }
    }

    fn fields(message: &Message) -> Vec<(String, String)> {
        texts(message)
            .into_iter()
            .map(|text| (text.field, text.text))
            .collect()
    }

    fn pair(field: &str, text: &str) -> (String, String) {
        (field.to_owned(), text.to_owned())
    }

    #[test]
    fn words_stand_in_several_fields() {
        let file = message(
            MessageContentType::File,
            r#"{"fileName": "a.pdf", "mimeType": "application/pdf"}"#,
        );
        assert_eq!(
            fields(&file),
            [pair("content", "Words"), pair("metadata.fileName", "a.pdf")]
        );
        let poll = message(
            MessageContentType::Poll,
            r#"{"options": ["One", "Two"], "pollId": "p"}"#,
        );
        let options = [
            pair("metadata.options[0]", "One"),
            pair("metadata.options[1]", "Two"),
        ];
        assert_eq!(fields(&poll)[1..], options);
        let copy = r#"{"originalContentType": "file", "original": {"fileName": "b.pdf"}}"#;
        let copy = message(MessageContentType::Forward, copy);
        assert_eq!(
            fields(&copy)[1..],
            [pair("metadata.original.fileName", "b.pdf")]
        );
        assert_eq!(kind(&copy), MessageContentType::File);
        let link = message(
            MessageContentType::Link,
            r#"{"linkPreview": {"url": "https://a.example", "title": "Tea", "description": "x"}}"#,
        );
        assert_eq!(
            fields(&link)[1..],
            [pair("metadata.linkPreview.title", "Tea")]
        );
        let wrong = message(
            MessageContentType::Contact,
            "{\"name\": 7, \"options\": {}}",
        );
        assert_eq!(fields(&wrong), [pair("content", "Words")]);
    }

    #[test]
    fn what_the_server_cant_read_has_no_words() {
        let encrypted = Message {
            plain_text: None,
            ..message(MessageContentType::File, r#"{"fileName": "a.pdf"}"#)
        };
        assert_eq!(texts(&encrypted), []);
        let system = Message {
            is_system_message: true,
            ..message(MessageContentType::Text, "{}")
        };
        assert_eq!(texts(&system), []);
    }

    #[test]
    fn what_can_be_viewed_once_is_not_found() {
        let once = Message {
            links: vec!["https://example.com".to_owned()],
            ..message(MessageContentType::Image, r#"{"viewOnce": true}"#)
        };
        assert_eq!(texts(&once), []);
        assert_eq!(carried(&once).count(), 0);
    }

    #[test]
    fn kinds_of_things() {
        use MessageContentType as Kind;
        let of = |message: &Message| carried(message).collect::<Vec<_>>();
        for (kind, expected) in [
            (Kind::Image, Some(MediaKind::Images)),
            (Kind::Video, Some(MediaKind::Videos)),
            (Kind::Gif, Some(MediaKind::Gifs)),
            (Kind::Audio, Some(MediaKind::Audio)),
            (Kind::Voice, Some(MediaKind::Voice)),
            (Kind::File, Some(MediaKind::Files)),
            (Kind::Sticker, None),
            (Kind::Forward, None),
        ] {
            let mut message = message(kind, "{}");
            assert_eq!(of(&message), Vec::from_iter(expected), "{kind:?}");
            message.links = vec!["https://example.com".to_owned()];
            let both: Vec<MediaKind> = expected.into_iter().chain([MediaKind::Links]).collect();
            assert_eq!(of(&message), both, "{kind:?}");
        }
    }
}
