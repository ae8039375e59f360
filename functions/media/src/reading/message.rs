//! Files of messages: for the members who see the message now; of one that can be viewed once, for those who opened it, while that lasts.

use whisper_messages::{OPENING, deletion, is_active, is_view_once, is_visible, opening_id};
use whisper_people::ids::member_id;
use whisper_schema::prelude::{
    Conversation, ConversationKind, ConversationMember, ConversationMemberRole as Role, FileHold,
    Message, MessageMark, MessageOpening, Timestamp,
};
use whisper_store::{Answers, Doc, Get, Questions, ReadSet, StoreError};

use super::Right;

/// Milliseconds of an hour.
const HOUR: i64 = 3_600_000;

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
    /// The message with its conversation and the membership, where they see it now.
    fn visible(
        &self,
        now: Timestamp,
    ) -> Option<(&Doc<Message>, &Conversation, &ConversationMember)> {
        let (message, conversation) = (self.message.as_ref()?, self.conversation.as_ref()?);
        let member = self.member.as_ref().filter(|member| is_active(member))?;
        is_visible(message, conversation, member, self.deletion.as_ref(), now).then_some((
            message,
            conversation,
            member,
        ))
    }

    /// The right that it gives now.
    pub fn right(&self, now: Timestamp) -> Option<Right> {
        let (message, ..) = self.visible(now)?;
        if !is_view_once(message) {
            return Some(Right::Document);
        }
        let opened = self.opening.as_ref()?.opened_at;
        (now.since(opened) < OPENING).then_some(Right::Opening)
    }

    /// Whether they may delete it for all, as `message-actions` decides it: its sender for so many hours, 0 for however long, and moderators at any time.
    pub fn can_be_taken_back(&self, hours: u64, now: Timestamp) -> bool {
        let Some((message, conversation, member)) = self.visible(now) else {
            return false;
        };
        let moderators = [Role::Owner, Role::Admin, Role::Moderator];
        if conversation.kind != ConversationKind::Direct && moderators.contains(&member.role) {
            return true;
        }
        let hours = i64::try_from(hours).unwrap_or(i64::MAX);
        let sent = message.created_at.unwrap_or_default();
        let is_recent = hours == 0 || now <= sent.plus(hours.saturating_mul(HOUR));
        is_recent && message.sender_id == member.user_id
    }
}
