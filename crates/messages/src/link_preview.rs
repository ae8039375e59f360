//! Previews of links, as the clients of their senders made them: the server fetches nothing.
//!
//! A message has its preview in its metadata, beside nothing else or, as one of a webhook, beside its sender; a copy has the one of
//! its original, where it has all of the original's metadata.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use whisper_kit::error::{FieldError, Rule};
use whisper_schema::Body;
use whisper_schema::body::forms::WEB_URL;
use whisper_schema::main_db::{Message, MessageContentType as Kind};

use crate::ORIGINAL;

/// Where the metadata of a message has the preview of a link.
pub const LINK_PREVIEW: &str = "linkPreview";

/// The preview of one of a message's links, made by the client that sends it.
#[derive(Clone, Debug, PartialEq, Eq, Body, Serialize)]
#[body(
    example = r#"{"url": "https://example.com/tea", "title": "Tea", "description": "All about it", "siteName": "Example", "imageUrl": "https://example.com/tea.png"}"#
)]
#[serde(rename_all = "camelCase")]
pub struct NewLinkPreview {
    /// The address: one of the message's `links`, written as there.
    #[field(size = 1..=1000, is = WEB_URL)]
    pub url: String,
    /// Title of the page.
    #[field(size = 1..=200, text = Name)]
    pub title: String,
    /// The page in a few words.
    #[field(size = 1..=500, text = Words)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Name of the site.
    #[field(size = 1..=100, text = Name)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub site_name: Option<String>,
    /// Where a picture of it is served.
    #[field(size = 1..=2000, is = WEB_URL)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub image_url: Option<String>,
}

impl NewLinkPreview {
    /// The fault of a preview in a message with these links: its address is none of them.
    pub fn fault(&self, links: &[String]) -> Option<FieldError> {
        let detail = "must be one of the message's links";
        (!links.contains(&self.url))
            .then(|| FieldError::new("metadata.linkPreview.url", Rule::Reference, detail))
    }

    /// The fault of a preview in an encrypted conversation: it would tell the server of the words that it can't read.
    pub fn in_the_clear() -> FieldError {
        misplaced(
            "does not belong into an encrypted conversation, where previews are encrypted with the words",
        )
    }

    /// The fault of a preview in a message of a kind that has none.
    pub fn of_another_kind() -> FieldError {
        misplaced("does not belong to this kind of message")
    }
}

fn misplaced(detail: &str) -> FieldError {
    FieldError::new("metadata.linkPreview", Rule::Unknown, detail)
}

/// Whether messages of a kind may have the preview of a link.
pub fn takes_link_preview(kind: Kind) -> bool {
    matches!(kind, Kind::Text | Kind::Link | Kind::Reply)
}

/// The preview of one of a message's links, as the client of its sender made it. Nobody has held it against the page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(not(target_family = "wasm"), derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct LinkPreviewView {
    /// The address: one of the message's `links`.
    pub url: String,
    /// Title of the page.
    pub title: String,
    /// The page in a few words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Name of the site.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub site_name: Option<String>,
    /// Where a picture of it is served.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub image_url: Option<String>,
}

impl From<NewLinkPreview> for LinkPreviewView {
    fn from(of: NewLinkPreview) -> Self {
        LinkPreviewView {
            url: of.url,
            title: of.title,
            description: of.description,
            site_name: of.site_name,
            image_url: of.image_url,
        }
    }
}

impl LinkPreviewView {
    /// The preview that a message has; of a copy, its original's.
    pub fn of(message: &Message) -> Option<Self> {
        let text = message.metadata.as_deref();
        // Most metadata needn't be read.
        let text = text.filter(|text| text.contains(LINK_PREVIEW))?;
        let metadata: Map<String, Value> = serde_json::from_str(text).ok()?;
        let place = match message.content_type {
            Kind::Forward => metadata.get(ORIGINAL)?.as_object()?,
            _ => &metadata,
        };
        let found = LinkPreviewMetadata::deserialize(place);
        found.ok().map(|found| found.link_preview)
    }

    /// Gives a message this preview or none, in the place of the one that it has. The rest of its metadata stays.
    pub fn put(message: &mut Message, preview: Option<&LinkPreviewView>) {
        if LinkPreviewView::of(message).as_ref() == preview {
            return;
        }
        let text = message.metadata.as_deref();
        let metadata = text.and_then(|text| serde_json::from_str::<Map<String, Value>>(text).ok());
        let mut metadata = metadata.unwrap_or_default();
        let preview = preview.and_then(|preview| serde_json::to_value(preview).ok());
        match message.content_type {
            Kind::Forward => {
                let mut original = match metadata.remove(ORIGINAL) {
                    Some(Value::Object(original)) => original,
                    _ => Map::new(),
                };
                set(&mut original, preview);
                if !original.is_empty() {
                    metadata.insert(ORIGINAL.to_owned(), original.into());
                }
            }
            _ => set(&mut metadata, preview),
        }
        message.metadata = (!metadata.is_empty()).then(|| Value::Object(metadata).to_string());
    }
}

fn set(metadata: &mut Map<String, Value>, preview: Option<Value>) {
    match preview {
        Some(preview) => metadata.insert(LINK_PREVIEW.to_owned(), preview),
        None => metadata.remove(LINK_PREVIEW),
    };
}

/// The metadata of a message with the preview of a link.
#[derive(Deserialize)]
#[cfg_attr(not(target_family = "wasm"), derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub(crate) struct LinkPreviewMetadata {
    /// The preview.
    link_preview: LinkPreviewView,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(kind: Kind, metadata: Option<&str>) -> Message {
        Message {
            content_type: kind,
            metadata: metadata.map(str::to_owned),
            ..Message::default()
        }
    }

    fn tea() -> LinkPreviewView {
        LinkPreviewView {
            url: "https://example.com/tea".to_owned(),
            title: "Tea".to_owned(),
            description: None,
            site_name: Some("Example".to_owned()),
            image_url: None,
        }
    }

    #[test]
    fn it_is_put_where_it_is_found_and_taken_away_without_a_trace() {
        for (kind, before) in [
            (Kind::Text, None),
            (Kind::Text, Some(r#"{"webhook":{"id":"w","name":"CI"}}"#)),
            (Kind::Forward, Some(r#"{"originalContentType":"text"}"#)),
            (
                Kind::Forward,
                Some(r#"{"original":{"webhook":{"id":"w"}},"originalContentType":"text"}"#),
            ),
        ] {
            let mut put = message(kind, before);
            LinkPreviewView::put(&mut put, Some(&tea()));
            assert_eq!(LinkPreviewView::of(&put), Some(tea()), "{before:?}");
            LinkPreviewView::put(&mut put, None);
            assert_eq!(put, message(kind, before));
        }
    }

    #[test]
    fn metadata_that_have_none_stay_as_they_are() {
        for (kind, text) in [
            (Kind::Location, r#"{"latitude":0.30000000000000004}"#),
            (Kind::Game, r#"{ "state": {"linkPreview": 1} }"#),
            (Kind::Text, "linkPreview"),
        ] {
            let mut same = message(kind, Some(text));
            LinkPreviewView::put(&mut same, None);
            assert_eq!(same, message(kind, Some(text)));
        }
    }
}
