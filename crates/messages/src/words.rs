//! Words of a message: the rules that its kind sets for them, and the beginning that stands for it in lists. They are the same
//! for a message that is sent and for one that is edited.

use whisper_kit::error::{FieldError, Rule};
use whisper_kit::rate_limit::Rate;
use whisper_schema::excerpt;
use whisper_schema::main_db::{Message, MessageContentType as Kind};
use whisper_schema::text::is_blank;

use crate::once::is_view_once;

/// People whom one user mentions, in messages that they send and by edits.
pub const MENTIONS: Rate = Rate::per_hour("send_mention", "mention_rate_per_hour", 1000);

/// Characters of a poll's question: the content of its message.
const QUESTION: usize = 500;
/// Characters of a preview.
const PREVIEW: usize = 300;

/// The words of a message, and the other fields that decide whether they will do.
#[derive(Clone, Copy, Debug)]
pub struct Words<'a> {
    /// The kind of the message.
    pub kind: Kind,
    /// Words, caption or question.
    pub content: &'a str,
    /// Whether it has addresses.
    pub has_links: bool,
    /// Whether it has media.
    pub has_media: bool,
}

impl<'a> Words<'a> {
    /// The words of a message.
    pub fn of(message: &'a Message) -> Self {
        Words {
            kind: message.content_type,
            content: &message.content,
            has_links: !message.links.is_empty(),
            has_media: !(message.media_urls.is_empty() && message.media_file_ids.is_empty()),
        }
    }

    /// The fault of a message whose kind needs other words than these.
    pub fn fault(&self) -> Option<FieldError> {
        let missing = |field, detail: &str| Some(FieldError::new(field, Rule::Required, detail));
        let blank = is_blank(self.content);
        match self.kind {
            Kind::Text | Kind::Reply if blank => {
                missing("content", "must have at least one visible character")
            }
            Kind::Poll if blank => missing("content", "must be the question"),
            Kind::Poll if self.content.chars().count() > QUESTION => {
                let detail =
                    format!("must have at most {QUESTION} characters, as the question of a poll");
                Some(FieldError::new("content", Rule::Size, detail))
            }
            Kind::StoryReply if blank && !self.has_media => {
                missing("content", "is required unless there are media")
            }
            Kind::Link if !self.has_links => missing("links", "must have at least one address"),
            _ => None,
        }
    }
}

/// The beginning of a message's words; the kind in brackets where there are none, or where they are to be viewed once.
pub fn plain_text(message: &Message) -> String {
    match message.content.trim() {
        words if is_blank(words) || is_view_once(message) => format!("[{}]", message.content_type),
        words => excerpt(words, PREVIEW).to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fault(kind: Kind, content: &str, has_links: bool, has_media: bool) -> Option<String> {
        let words = Words {
            kind,
            content,
            has_links,
            has_media,
        };
        let fault = words.fault()?;
        Some(format!("{}:{}", fault.field, fault.rule.as_str()))
    }

    #[test]
    fn each_kind_has_the_words_that_it_needs() {
        let long = "x".repeat(501);
        for (kind, content, links, media, wanted) in [
            (Kind::Text, "x", false, false, None),
            (Kind::Text, " ", true, true, Some("content:required")),
            (Kind::Reply, "", false, false, Some("content:required")),
            (Kind::Poll, "", false, false, Some("content:required")),
            (Kind::Poll, &long, false, false, Some("content:size")),
            (Kind::StoryReply, "", false, true, None),
            (Kind::StoryReply, "", false, false, Some("content:required")),
            (Kind::Link, "", true, false, None),
            (Kind::Link, "x", false, false, Some("links:required")),
            (Kind::Image, "", false, true, None),
            (Kind::Forward, "", false, false, None),
        ] {
            let found = fault(kind, content, links, media);
            assert_eq!(found.as_deref(), wanted, "{kind} {content:?}");
        }
    }
}
