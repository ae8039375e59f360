//! Messages that can be viewed once: media that each recipient sees once, when they open it.
//!
//! Wherever such a message is shown it has no content, to its sender neither: opening it is the only way to see it. So there is
//! nothing of it in previews, searches, pins, stars and answers that would have to be taken back later. The content itself goes
//! from the database when all recipients have opened it, or with the message.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use serde_json::{Map, Value};
use whisper_kit::ids::derived_id;
use whisper_people::unblocked;
use whisper_schema::main_db::{Message, MessageContentType as Kind};
use whisper_schema::system::MessageOpening;
use whisper_store::{Answers, Count, Doc, Filter, Get, Query, Questions, ReadSet, StoreError};

/// Where the metadata of a message says that it can be viewed once.
pub const VIEW_ONCE: &str = "viewOnce";
/// How long one stays at most, in milliseconds: 14 days.
pub const VIEW_ONCE_LIFETIME: i64 = 14 * 24 * 60 * 60 * 1000;
/// How long an opening lasts, in milliseconds: a minute, in which the same user gets the same answer again, as theirs may have
/// been lost.
pub const OPENING: i64 = 60_000;
/// How far the users are counted who opened a message.
const MOST_COUNTED: u64 = 1_000;

/// How far a message that can be viewed once got.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(not(target_family = "wasm"), derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct ViewOnceView {
    /// Whether the caller opened it; of the caller's own message, whether anybody did.
    pub is_opened: bool,
    /// How many users opened it, up to 1,000; for its sender alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub opened_count: Option<u64>,
}

/// Whether a message can be viewed once.
pub fn is_view_once(message: &Message) -> bool {
    let media = [
        Kind::Image,
        Kind::Video,
        Kind::Audio,
        Kind::File,
        Kind::Gif,
        Kind::Voice,
    ];
    let text = message.metadata.as_deref();
    let text =
        text.filter(|text| text.contains(VIEW_ONCE) && media.contains(&message.content_type));
    let metadata = text.and_then(|text| serde_json::from_str::<Map<String, Value>>(text).ok());
    metadata.is_some_and(|metadata| metadata.get(VIEW_ONCE) == Some(&Value::Bool(true)))
}

/// Whether the content of a message that can be viewed once is gone.
pub fn is_spent(message: &Message) -> bool {
    message.media_urls.is_empty() && message.media_file_ids.is_empty()
}

/// The metadata of one whose content isn't shown.
pub fn spent_metadata() -> String {
    let mut metadata = Map::new();
    metadata.insert(VIEW_ONCE.to_owned(), true.into());
    Value::Object(metadata).to_string()
}

/// A message as it may be shown: without its content, if it can be viewed once.
pub(crate) fn concealed(message: Message) -> Message {
    match is_view_once(&message) {
        false => message,
        true => Message {
            content: String::new(),
            media_urls: Vec::new(),
            media_file_ids: Vec::new(),
            thumbnail_url: None,
            thumbnail_file_id: None,
            links: Vec::new(),
            metadata: Some(spent_metadata()),
            ..message
        },
    }
}

/// Id of the row that says that a user opened a message.
pub fn opening_id(message: &str, user: &str) -> String {
    derived_id(&["opening", message, user])
}

/// Asks for the openings of those of these messages that can be viewed once: the viewer's, and of the viewer's own messages how
/// many there are. Gives [`Openings`]; nothing is asked where there are no such messages.
pub(crate) fn openings(me: &str, messages: &[Doc<Message>]) -> Opening {
    let once = messages.iter().filter(|message| is_view_once(message));
    let (own, others): (Vec<_>, Vec<_>) = once.partition(|message| message.sender_id == me);
    let count = |message: &&Doc<Message>| {
        Query::new()
            .filter(Filter::eq(MessageOpening::MESSAGE_ID, message.id.as_str()))
            .filter(unblocked(MessageOpening::USER_ID, me))
            .count(MOST_COUNTED)
    };
    let mine = |message: &&Doc<Message>| Get::id(opening_id(&message.id, me));
    Opening {
        questions: (
            own.iter().map(count).collect(),
            others.iter().map(mine).collect(),
        ),
        own: own.into_iter().map(|message| message.id.clone()).collect(),
    }
}

/// See [`openings`].
pub(crate) struct Opening {
    questions: (Vec<Count<MessageOpening>>, Vec<Get<MessageOpening>>),
    own: Vec<String>,
}

impl ReadSet for Opening {
    type Output = Openings;

    fn ask(&self, questions: &mut Questions) -> Result<(), StoreError> {
        self.questions.ask(questions)
    }

    fn take(self, answers: &mut Answers) -> Result<Openings, StoreError> {
        let (counts, mine) = self.questions.take(answers)?;
        let mine = mine.into_iter().flatten();
        Ok(Openings {
            counts: self.own.into_iter().zip(counts).collect(),
            mine: mine
                .map(|opening| opening.into_inner().message_id)
                .collect(),
        })
    }
}

/// The openings of messages, as one viewer is told of them.
#[derive(Clone, Debug, Default)]
pub(crate) struct Openings {
    /// Numbers of users who opened the viewer's own messages, by the messages' ids.
    counts: BTreeMap<String, u64>,
    /// Ids of messages that the viewer opened.
    mine: BTreeSet<String>,
}

impl Openings {
    /// How far a message got that can be viewed once.
    pub(crate) fn view(&self, message: &Message) -> ViewOnceView {
        let opened_count = self.counts.get(&message.id).copied();
        ViewOnceView {
            is_opened: match opened_count {
                Some(count) => count > 0,
                None => self.mine.contains(&message.id),
            },
            opened_count,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(kind: Kind, metadata: &str) -> Message {
        Message {
            content: "A caption".to_owned(),
            content_type: kind,
            metadata: Some(metadata.to_owned()),
            media_urls: vec!["https://cdn.example/1".to_owned()],
            media_file_ids: vec!["f".to_owned()],
            thumbnail_url: Some("https://cdn.example/2".to_owned()),
            thumbnail_file_id: Some("t".to_owned()),
            links: vec!["https://a.example".to_owned()],
            ..Message::default()
        }
    }

    #[test]
    fn media_that_say_so_can_be_viewed_once() {
        for (kind, metadata, wanted) in [
            (Kind::Image, r#"{"viewOnce":true}"#, true),
            (Kind::Voice, r#"{"durationMs":1,"viewOnce":true}"#, true),
            (Kind::Image, r#"{"viewOnce":false}"#, false),
            (Kind::Image, r#"{"mimeType":"viewOnce"}"#, false),
            (Kind::Image, "viewOnce", false),
            (Kind::Game, r#"{"viewOnce":true}"#, false),
            (Kind::Forward, r#"{"original":{"viewOnce":true}}"#, false),
        ] {
            let found = is_view_once(&message(kind, metadata));
            assert_eq!(found, wanted, "{kind} {metadata}");
        }
    }

    #[test]
    fn nothing_of_its_content_is_shown() {
        let once = message(Kind::Image, r#"{"viewOnce":true,"width":640}"#);
        let shown = concealed(once.clone());
        assert!(is_view_once(&shown) && is_spent(&shown) && !is_spent(&once));
        let wanted = Message {
            content_type: Kind::Image,
            metadata: Some(spent_metadata()),
            ..Message::default()
        };
        assert_eq!(shown, wanted);
        let ordinary = message(Kind::Image, r#"{"width":640}"#);
        assert_eq!(concealed(ordinary.clone()), ordinary);
    }
}
