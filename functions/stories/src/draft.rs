//! The body of a new story, and the document that it becomes.

use whisper_schema::body::forms::{ID, WEB_URL};
use whisper_schema::body::{Distinct, Fields, Form};
use whisper_schema::prelude::{Story, StoryContentType, StoryPrivacy, Timestamp};
use whisper_schema::text::is_blank;
use whisper_schema::{Body, Rule};

use crate::client_json::ClientJson;

/// A colour of the web.
const COLOR: Form = Form {
    valid: is_color,
    must_be: "a color such as #1f2937",
    pattern: Some("^#[0-9A-Fa-f]{6}$"),
    format: None,
};

/// A new story.
#[derive(Clone, Debug, Body)]
#[body(of = Story, check = NewStory::check)]
#[body(
    rule = r#"{"anyOf": [{"properties": {"contentType": {"const": "text"}, "text": {"type": "string", "pattern": "\\S"}}, "required": ["text"]},
        {"properties": {"contentType": {"not": {"const": "text"}}, "mediaUrl": {"type": "string"}}, "required": ["mediaUrl"]},
        {"properties": {"contentType": {"not": {"const": "text"}}, "mediaFileId": {"type": "string"}}, "required": ["mediaFileId"]}]}"#
)]
#[body(example = r#"{"contentType": "text", "text": "Hello", "privacy": "public"}"#)]
#[body(
    example = r#"{"contentType": "image", "mediaUrl": "https://cdn.example/a.jpg", "duration": 10}"#
)]
pub struct NewStory {
    /// Its kind.
    pub content_type: StoryContentType,
    /// Where its media is served; http or https. Needed, unless there is a file or it is a text.
    #[field(is = WEB_URL)]
    pub media_url: Option<String>,
    /// File of its media: the caller's own, whole, in the bucket `stories`.
    #[field(is = ID)]
    pub media_file_id: Option<String>,
    /// Where a small picture of it is served; http or https.
    #[field(is = WEB_URL)]
    pub thumbnail_url: Option<String>,
    /// Words on it; needed in a text story.
    pub text: Option<String>,
    /// Colour behind the words, such as `#1f2937`.
    #[field(is = COLOR)]
    pub background_color: Option<String>,
    /// Seconds it is shown for.
    #[field(range = 1..=60, default = 5)]
    pub duration: i64,
    /// Filters applied: a JSON object or list, at most 2,000 characters.
    pub filters: Option<ClientJson>,
    /// Stickers placed on it: a JSON object or list, at most 2,000 characters.
    pub stickers: Option<ClientJson>,
    /// Music that goes with it: a JSON object or list, at most 500 characters.
    pub music: Option<ClientJson>,
    /// Where it was made, in words.
    pub location: Option<String>,
    /// Users it mentions.
    #[field(count = 0..=20, is = ID)]
    pub mentions: Distinct<String>,
    /// Its audience.
    #[field(default = StoryPrivacy::Friends)]
    pub privacy: StoryPrivacy,
    /// Whether it can be answered.
    #[field(default = true)]
    pub allow_replies: bool,
    /// Seconds until it vanishes: 60 to 172,800 (48 hours).
    #[field(apart, range = 60..=172_800, default = 86_400)]
    pub expires_in_seconds: i64,
}

impl NewStory {
    fn check(&self, fields: &mut Fields<'_, '_>) {
        let kind = self.content_type;
        if kind != StoryContentType::Text {
            let has_media = fields.has("mediaUrl") || fields.has("mediaFileId");
            if !has_media {
                let message = format!("or mediaFileId is required in a story of type {kind}");
                fields.refuse("mediaUrl", Rule::Required, message);
            }
        } else if !fields.has("text") {
            fields.refuse("text", Rule::Required, "is required in a text story");
        } else if self.text.as_ref().is_some_and(|text| is_blank(text)) {
            fields.refuse("text", Rule::Size, "must have something to read in it");
        }
    }

    /// The story, posted by `author`. Its lifetime counts from `now`, by the clock that it is held against later.
    pub fn story(self, id: String, author: &str, now: Timestamp) -> Story {
        Story {
            id,
            user_id: author.to_owned(),
            content_type: self.content_type,
            media_url: self.media_url,
            media_file_id: self.media_file_id,
            thumbnail_url: self.thumbnail_url,
            text: self.text,
            background_color: self.background_color,
            duration: self.duration,
            filters: self.filters.map(ClientJson::into_text),
            stickers: self.stickers.map(ClientJson::into_text),
            music: self.music.map(ClientJson::into_text),
            location: self.location,
            mentions: self.mentions.0,
            privacy: self.privacy,
            allow_replies: self.allow_replies,
            expires_at: now.plus(self.expires_in_seconds * 1000),
            created_at: Some(Timestamp::AT_COMMIT),
            ..Story::default()
        }
    }
}

fn is_color(text: &str) -> bool {
    text.strip_prefix('#')
        .is_some_and(|digits| digits.len() == 6 && digits.bytes().all(|b| b.is_ascii_hexdigit()))
}

#[cfg(test)]
mod tests;
