//! Files of messages: for the members who see the message now; of one that can be viewed once, for those who opened it, while that lasts.

use whisper_messages::{OPENING, deletion, is_active, is_view_once, is_visible, opening_id};
use whisper_people::ids::member_id;
use whisper_schema::prelude::{
    Conversation, ConversationMember, FileHold, Message, MessageMark, MessageOpening, Timestamp,
};
use whisper_store::{Answers, Doc, Get, Questions, ReadSet, StoreError};

use super::Right;

/// The questions about a message and somebody who may see it.
type Asked = (
    Get<Message>,
    Get<Conversation>,
    Get<ConversationMember>,
    Get<MessageMark>,
    Get<MessageOpening>,
);

/// Asks whether somebody sees a message; gives [`Seen`].
pub struct Sent(Asked);

impl Sent {
    /// Asks for this message.
    pub fn of(reader: &str, hold: &FileHold) -> Self {
        let message = hold.holder_id.as_str();
        let place = hold.place.as_deref().unwrap_or_default();
        Self((
            Get::id(message),
            Get::id(place),
            Get::id(member_id(place, reader)),
            deletion(reader, message),
            Get::id(opening_id(message, reader)),
        ))
    }
}

impl ReadSet for Sent {
    type Output = Seen;

    fn ask(&self, questions: &mut Questions) -> Result<(), StoreError> {
        self.0.ask(questions)
    }

    fn take(self, answers: &mut Answers) -> Result<Seen, StoreError> {
        let (message, conversation, member, deletion, opening) = self.0.take(answers)?;
        Ok(Seen {
            message,
            conversation,
            member,
            deletion,
            opening,
        })
    }
}

/// The facts about a message and somebody who may see it.
pub struct Seen {
    message: Option<Doc<Message>>,
    conversation: Option<Doc<Conversation>>,
    member: Option<Doc<ConversationMember>>,
    deletion: Option<Doc<MessageMark>>,
    opening: Option<Doc<MessageOpening>>,
}

impl Seen {
    /// The right that it gives now.
    pub fn right(&self, now: Timestamp) -> Option<Right> {
        let (message, conversation) = (self.message.as_ref()?, self.conversation.as_ref()?);
        let member = self.member.as_ref().filter(|member| is_active(member))?;
        if !is_visible(message, conversation, member, self.deletion.as_ref(), now) {
            return None;
        }
        if !is_view_once(message) {
            return Some(Right::Document);
        }
        let opened = self.opening.as_ref()?.opened_at;
        (now.since(opened) < OPENING).then_some(Right::Opening)
    }
}
