//! The body of a send, read and checked as far as it can be without other documents.

use std::borrow::Cow;

use serde_json::{Map, Value};
use whisper_kit::error::Result;
use whisper_schema::main_db::{Message, MessageContentType};
use whisper_schema::validate::is_web_url;
use whisper_schema::{Rule, Timestamp};

use crate::rules::fields::{Fields, Need};
use crate::rules::findings::Findings;
use crate::rules::{self, PollDraft};
use whisper_kit::ids::{derived_id, is_id};

/// Characters of the content.
pub const CONTENT: usize = 10_000;
/// Characters of the metadata as JSON text, the poll's id that the server adds included.
const METADATA_TEXT: usize = 10_000 - 64;
/// Media of one message.
pub const MEDIA: usize = 30;
/// Addresses found in one message.
pub const LINKS: usize = 20;
/// Users mentioned in one message.
pub const MENTIONS: usize = 100;

/// A message to be sent.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Draft {
    /// The client's id for it.
    pub id: Option<String>,
    /// What it carries.
    pub content_type: MessageContentType,
    /// Words, caption or question.
    pub content: String,
    /// Where its media are served.
    pub media_urls: Vec<String>,
    /// Files of its media.
    pub media_file_ids: Vec<String>,
    /// Whether it has either.
    pub has_media: bool,
    /// Where a small picture is served.
    pub thumbnail_url: Option<String>,
    /// File of the small picture.
    pub thumbnail_file_id: Option<String>,
    /// Details of the content type, without nulls.
    pub metadata: Map<String, Value>,
    /// Message it answers.
    pub reply_to: Option<String>,
    /// Message it is a copy of.
    pub origin: Option<Origin>,
    /// Users it mentions, each once.
    pub mentions: Vec<String>,
    /// Addresses found in it.
    pub links: Vec<String>,
    /// When it disappears.
    pub expires_at: Option<Timestamp>,
    /// Fields with a point in time that must lie ahead when the message is new.
    pub deadlines: Vec<(String, Timestamp)>,
    /// What its kind needs beyond the message.
    pub extra: Extra,
}

/// Where a forwarded message comes from.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Origin {
    /// The message.
    pub message_id: String,
    /// Its conversation.
    pub conversation_id: String,
}

/// What the commit of some kinds needs beyond the message.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Extra {
    /// Nothing.
    #[default]
    None,
    /// A document of its own.
    Poll(PollDraft),
    /// A recipient who is a member.
    Gift {
        /// Who gets it.
        recipient_id: String,
    },
    /// A story the sender may see and answer.
    StoryReply {
        /// The story.
        story_id: String,
    },
}

impl Draft {
    /// Reads the body; refuses it with everything that is wrong.
    ///
    /// # Errors
    /// `validation_failed`, naming each field.
    pub fn read(body: &Map<String, Value>) -> Result<Draft> {
        let mut findings = Findings::default();
        let draft = Draft::read_into(body, &mut findings);
        if findings.is_empty() {
            Ok(draft)
        } else {
            Err(findings.into_error())
        }
    }

    fn read_into(body: &Map<String, Value>, findings: &mut Findings) -> Draft {
        let mut fields = Fields::new(body, "", findings);
        let kind = kind(&mut fields);
        let mut draft = Draft {
            id: id(&mut fields, "id"),
            content_type: kind.unwrap_or_default(),
            content: owned(fields.text("content", Need::Optional, 0..=CONTENT)).unwrap_or_default(),
            thumbnail_url: web_url(&mut fields, "thumbnailUrl"),
            thumbnail_file_id: owned(fields.text("thumbnailFileId", Need::Optional, 1..=256)),
            reply_to: id(&mut fields, "replyToMessageId"),
            origin: origin(&mut fields),
            mentions: mentions(&mut fields),
            links: web_urls(&mut fields, "links", LINKS),
            expires_at: fields.deadline("expiresAt"),
            ..Draft::default()
        };
        read_media(&mut fields, &mut draft);
        let metadata = metadata(&mut fields);
        draft.deadlines = fields.finish();
        draft.metadata = metadata
            .iter()
            .filter(|(_, v)| !v.is_null())
            .map(owned_entry)
            .collect();
        // Without a kind there is no telling what its metadata should be.
        if kind.is_some() {
            let mut fields = Fields::new(&metadata, "metadata.", findings);
            draft.extra = rules::check(&draft, &mut fields);
            draft.deadlines.extend(fields.finish());
            findings.forget_parts_of("metadata");
        }
        draft
    }

    /// The metadata as it is stored in the message with this id; none when there is nothing in it.
    pub fn metadata_text(&self, message: &str) -> Option<String> {
        if let Extra::Poll(_) = self.extra {
            let mut metadata = self.metadata.clone();
            metadata.insert(POLL_ID.to_owned(), poll_id(message).into());
            return Some(text_of(&metadata));
        }
        (!self.metadata.is_empty()).then(|| text_of(&self.metadata))
    }

    /// The fields whose point in time has passed.
    pub fn missed(&self, now: Timestamp) -> impl Iterator<Item = &str> {
        self.deadlines
            .iter()
            .filter(move |(_, at)| *at <= now)
            .map(|(field, _)| field.as_str())
    }

    /// Whether a stored message is what this draft, sent before by `sender`, became.
    ///
    /// What may change after the sending (an edit, a deletion) and what the server added (a poll's
    /// id, what was copied from the origin) is left out.
    pub fn is_stored_as(&self, stored: &Message, conversation: &str, sender: &str) -> bool {
        let same_place = stored.conversation_id == conversation && stored.sender_id == sender;
        if !same_place || stored.content_type != self.content_type {
            return false;
        }
        if stored.edited_at.is_some() || stored.deleted_at.is_some() {
            return true;
        }
        let copied = self.origin.is_some() && self.is_bare();
        let origin = self.origin.as_ref();
        (copied || self.has_content_of(stored))
            && stored.reply_to_message_id == self.reply_to
            && stored.forwarded_from_message_id.as_ref() == origin.map(|o| &o.message_id)
            && stored.forwarded_from_conversation_id.as_ref() == origin.map(|o| &o.conversation_id)
            && stored.mentions == self.mentions
            && stored.expires_at == self.expires_at
    }

    /// Whether it brings no content of its own.
    pub fn is_bare(&self) -> bool {
        self.content.is_empty()
            && !self.has_media
            && self.links.is_empty()
            && self.metadata.is_empty()
    }

    fn has_content_of(&self, stored: &Message) -> bool {
        stored.content == self.content
            && stored.media_urls == self.media_urls
            && stored.media_file_ids == self.media_file_ids
            && stored.thumbnail_url == self.thumbnail_url
            && stored.thumbnail_file_id == self.thumbnail_file_id
            && stored.links == self.links
            // As text: what was read from text once more may differ in a number's last bit.
            && stored.metadata == self.metadata_text(&stored.id)
    }
}

/// Where a poll's message names the poll's own document.
const POLL_ID: &str = "pollId";

/// Id of the poll that a message shows.
pub fn poll_id(message: &str) -> String {
    derived_id(&["poll", message])
}

fn text_of(metadata: &Map<String, Value>) -> String {
    // Writing an object with string keys can't fail.
    serde_json::to_string(metadata).unwrap_or_default()
}

fn owned(text: Option<&str>) -> Option<String> {
    text.map(str::to_owned)
}

fn owned_entry((key, value): (&String, &Value)) -> (String, Value) {
    (key.clone(), value.clone())
}

/// Text unless it says otherwise; None when what it says is refused.
fn kind(fields: &mut Fields<'_, '_>) -> Option<MessageContentType> {
    if fields.has("contentType") {
        return fields.choice("contentType", Need::Optional);
    }
    fields.value("contentType", Need::Optional);
    Some(MessageContentType::Text)
}

fn id(fields: &mut Fields<'_, '_>, key: &'static str) -> Option<String> {
    let what = "1 to 36 of A-Z, a-z, 0-9, '_', '.' and '-', starting with a letter or digit";
    owned(fields.formatted(key, Need::Optional, is_id, what))
}

const WEB_URL: &str = "must be an http or https URL";

fn web_url(fields: &mut Fields<'_, '_>, key: &'static str) -> Option<String> {
    let url = fields.text(key, Need::Optional, 1..=2000)?;
    if !is_web_url(url) {
        fields.refuse(key, Rule::Format, WEB_URL);
    }
    Some(url.to_owned())
}

fn web_urls(fields: &mut Fields<'_, '_>, key: &'static str, most: usize) -> Vec<String> {
    let urls = fields.texts(key, Need::Optional, 0..=most, 1..=1000);
    for (index, url) in urls.iter().enumerate() {
        if !is_web_url(url) {
            fields.refuse(&format!("{key}[{index}]"), Rule::Format, WEB_URL);
        }
    }
    urls.into_iter().map(str::to_owned).collect()
}

fn read_media(fields: &mut Fields<'_, '_>, draft: &mut Draft) {
    draft.media_urls = web_urls(fields, "mediaUrls", MEDIA);
    let files = fields.texts("mediaFileIds", Need::Optional, 0..=MEDIA, 1..=256);
    draft.media_file_ids = files.into_iter().map(str::to_owned).collect();
    draft.has_media = !(draft.media_urls.is_empty() && draft.media_file_ids.is_empty());
}

/// Both halves or none.
fn origin(fields: &mut Fields<'_, '_>) -> Option<Origin> {
    let keys = ["forwardedFromMessageId", "forwardedFromConversationId"];
    let given = keys.map(|key| fields.has(key));
    let halves = keys.map(|key| id(fields, key));
    for (key, given_one) in keys.into_iter().zip(given) {
        if !given_one && given.contains(&true) {
            fields.refuse(
                key,
                Rule::Required,
                "is required beside the other forwardedFrom field",
            );
        }
    }
    let [Some(message_id), Some(conversation_id)] = halves else {
        return None;
    };
    Some(Origin {
        message_id,
        conversation_id,
    })
}

fn mentions(fields: &mut Fields<'_, '_>) -> Vec<String> {
    let mut mentions: Vec<String> = Vec::new();
    for (index, user) in fields
        .texts("mentions", Need::Optional, 0..=MENTIONS, 1..=256)
        .iter()
        .enumerate()
    {
        if !is_id(user) {
            fields.refuse(
                &format!("mentions[{index}]"),
                Rule::Format,
                "must be the id of a user",
            );
        } else if !mentions.iter().any(|known| known == user) {
            mentions.push((*user).to_owned());
        }
    }
    mentions
}

/// An object, or text that holds one, as the stored document has it.
fn metadata<'a>(fields: &mut Fields<'a, '_>) -> Cow<'a, Map<String, Value>> {
    let nothing = Cow::Owned(Map::new());
    let object = match fields.value("metadata", Need::Optional) {
        None => return nothing,
        Some(Value::Object(object)) => Cow::Borrowed(object),
        Some(Value::String(text)) => match serde_json::from_str(text) {
            Ok(object) => Cow::Owned(object),
            Err(_) => {
                fields.refuse(
                    "metadata",
                    Rule::Format,
                    "must be an object, or text that holds one",
                );
                return nothing;
            }
        },
        Some(_) => {
            fields.refuse("metadata", Rule::Type, "must be an object");
            return nothing;
        }
    };
    if text_of(&object).chars().count() > METADATA_TEXT {
        let message = format!("must have at most {METADATA_TEXT} characters as JSON");
        fields.refuse("metadata", Rule::Size, message);
        return nothing;
    }
    object
}

#[cfg(test)]
mod tests;
