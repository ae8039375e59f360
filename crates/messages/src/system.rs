//! System messages in the history of a conversation, written by the commit of the change that they tell.

use serde_json::Value;
use whisper_kit::{Ctx, Result};
use whisper_schema::Timestamp;
use whisper_schema::main_db::{
    Conversation, ConversationCircle, ConversationKind, ConversationRight, Message,
    MessageContentType, MessageStatus, SystemMessage,
};
use whisper_schema::system::MessageExpiry;
use whisper_store::{Batch, Patch};

/// The system messages that one commit writes. They never count as unread, are pushed to no device, and can't be
/// answered, copied or changed.
#[derive(Clone, Debug, Default)]
#[must_use = "nobody is told before the messages are in a batch, and in the conversation's summary"]
pub struct Told(Vec<Message>);

impl Told {
    /// Tells of a member's changes to a conversation. Arrivals and departures aren't told where not everybody may see the members.
    /// In a channel the channel itself is the sender, and no user is named.
    ///
    /// # Errors
    /// A fault when the runtime has no randomness.
    pub fn of(
        ctx: &Ctx,
        conversation: &Conversation,
        actor: &str,
        what: impl IntoIterator<Item = SystemMessage>,
    ) -> Result<Self> {
        // A list of recipients is read by its owner alone.
        if conversation.kind == ConversationKind::Broadcast {
            return Ok(Told::default());
        }
        let settings = conversation.own_settings();
        let members = settings.circle(ConversationRight::SeeMembers);
        let is_told =
            |what: &SystemMessage| !what.is_of_members() || members == ConversationCircle::Everyone;
        let is_channel = conversation.kind == ConversationKind::Channel;
        let names_nobody = |what: &SystemMessage| !is_channel || what.users().is_empty();
        let actor = match is_channel {
            true => &conversation.id,
            false => actor,
        };
        let messages = what
            .into_iter()
            .filter(is_told)
            .filter(names_nobody)
            .map(|what| Ok(message(ctx.new_id()?, conversation, actor, &what)));
        messages.collect::<Result<_>>().map(Told)
    }

    /// The same, ending with a message that they name.
    pub fn ending(mut self, expires_at: Option<Timestamp>) -> Self {
        for message in &mut self.0 {
            message.expires_at = expires_at;
        }
        self
    }

    /// Adds the messages to a batch.
    pub fn insert_in(&self, batch: Batch) -> Batch {
        let ends = self.0.iter().filter_map(MessageExpiry::of);
        let batch = ends.fold(batch, |batch, end| batch.insert(&end));
        self.0.iter().fold(batch, Batch::insert)
    }

    /// Adds to a change of the conversation that the last of them is its newest message.
    pub fn summarised(&self, patch: Patch<Conversation>) -> Patch<Conversation> {
        match self.newest() {
            Some(newest) => summarised(patch, newest),
            None => patch,
        }
    }

    /// The last of them.
    pub fn newest(&self) -> Option<&Message> {
        self.0.last()
    }

    /// Their ids, for the event of the commit.
    pub fn ids(&self) -> Vec<&str> {
        self.0.iter().map(|message| message.id.as_str()).collect()
    }
}

/// Adds to a change of a conversation that this is its newest message, as lists show it. Always the same columns: the store
/// joins such updates.
pub fn summarised(patch: Patch<Conversation>, message: &Message) -> Patch<Conversation> {
    patch
        .set(Conversation::LAST_MESSAGE_ID, message.id.as_str())
        .set(Conversation::LAST_MESSAGE_TEXT, message.plain_text.clone())
        .set(Conversation::LAST_MESSAGE_AT, Timestamp::AT_COMMIT)
        .set(
            Conversation::LAST_MESSAGE_SENDER_ID,
            message.sender_id.as_str(),
        )
}

fn message(id: String, conversation: &Conversation, actor: &str, what: &SystemMessage) -> Message {
    let metadata = what.to_metadata();
    let event = metadata.get("event").and_then(Value::as_str);
    let kind = event.filter(|_| !conversation.is_encrypted);
    Message {
        id,
        conversation_id: conversation.id.clone(),
        sender_id: actor.to_owned(),
        content_type: MessageContentType::Text,
        plain_text: kind.map(|kind| format!("[{kind}]")),
        metadata: Some(Value::Object(metadata).to_string()),
        is_system_message: true,
        status: MessageStatus::Sent,
        created_at: Some(Timestamp::AT_COMMIT),
        ..Message::default()
    }
}
