//! Messages that a draft names.

use whisper_messages::is_visible;
use whisper_schema::Timestamp;
use whisper_schema::main_db::{Conversation, Message};
use whisper_schema::system::{ConversationMember, MessageMark};
use whisper_store::Doc;

/// A message that the draft names, and the sender's mark if they deleted it for themselves.
#[derive(Debug, Default)]
pub struct Named {
    /// The message.
    pub message: Option<Doc<Message>>,
    deletion: Option<Doc<MessageMark>>,
}

impl Named {
    /// Whether a member of this conversation can refer to it.
    pub fn is_visible(
        &self,
        conversation: &Conversation,
        member: &ConversationMember,
        now: Timestamp,
    ) -> bool {
        let deletion = self.deletion.as_ref();
        let message = self.message.as_ref();
        message.is_some_and(|message| is_visible(message, conversation, member, deletion, now))
    }
}

impl From<(Option<Doc<Message>>, Option<Doc<MessageMark>>)> for Named {
    fn from((message, deletion): (Option<Doc<Message>>, Option<Doc<MessageMark>>)) -> Self {
        Named { message, deletion }
    }
}
