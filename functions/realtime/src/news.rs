//! Entries of the event log, as streams read them.

use serde_json::{Map, Value};
use whisper_schema::Timestamp;
use whisper_schema::prelude::Event;
use whisper_store::Doc;

/// Something that happened.
#[derive(Clone, Debug)]
pub struct News {
    /// Its commit number.
    pub seq: i64,
    /// When it happened.
    pub at: Timestamp,
    /// Its kind, such as `message.sent`.
    pub kind: String,
    /// Id of the document that it happened to.
    pub subject: String,
    /// User who made it happen; none if the server did.
    pub by: Option<String>,
    details: Map<String, Value>,
}

impl From<Doc<Event>> for News {
    fn from(of: Doc<Event>) -> Self {
        let (seq, of) = (of.seq, of.into_inner());
        News {
            seq,
            at: of.created_at,
            kind: of.kind,
            subject: of.subject,
            by: of.user_id,
            details: serde_json::from_str(&of.payload).unwrap_or_default(),
        }
    }
}

impl News {
    /// A detail that is a text.
    pub fn text(&self, key: &str) -> Option<&str> {
        self.details.get(key)?.as_str()
    }

    /// A detail that is a whole number.
    pub fn number(&self, key: &str) -> Option<i64> {
        self.details.get(key)?.as_i64()
    }

    /// Whether a detail is true.
    pub fn is(&self, key: &str) -> bool {
        self.details.get(key) == Some(&Value::Bool(true))
    }

    /// A detail that is a list of texts.
    pub fn texts(&self, key: &str) -> Vec<&str> {
        let list = self.details.get(key).and_then(Value::as_array);
        list.into_iter()
            .flatten()
            .filter_map(Value::as_str)
            .collect()
    }

    /// The conversation that it happened in; none for anything else.
    pub fn conversation(&self) -> Option<&str> {
        let is_of_it = ["conversation.", "broadcast."]
            .iter()
            .any(|kind| self.kind.starts_with(kind));
        match is_of_it {
            true => Some(&self.subject),
            false => self.text("conversationId"),
        }
    }

    /// The messages that have to be read for it.
    pub fn messages(&self) -> Vec<&str> {
        let is_of_one = ["message.", "reaction.", "poll."]
            .iter()
            .any(|kind| self.kind.starts_with(kind));
        match is_of_one {
            // Nothing is left to read of a message that ended.
            true if self.kind == "message.expired" => self.answered().into_iter().collect(),
            true => {
                let message = self.text("messageId").unwrap_or(&self.subject);
                [message].into_iter().chain(self.answered()).collect()
            }
            false => self.texts("messageIds"),
        }
    }

    /// The message that one answered which is gone.
    pub fn answered(&self) -> Option<&str> {
        self.text("replyToMessageId")
    }

    /// The people between whom and a listener a block may be: the one who did it, and those whom it is between.
    pub fn people(&self) -> impl Iterator<Item = &str> {
        const SIDES: [&str; 6] = [
            "userId",
            "authorId",
            "followerId",
            "followingId",
            "requesterId",
            "recipientId",
        ];
        let sides = SIDES.into_iter().filter_map(|key| self.text(key));
        self.by.as_deref().into_iter().chain(sides)
    }

    /// The users whom it names.
    pub fn users(&self) -> Vec<&str> {
        let one = self.text("userId");
        let all = ["userIds", "participantIds"].map(|key| self.texts(key));
        one.into_iter().chain(all.into_iter().flatten()).collect()
    }
}
