//! Messages as the API shows them.

use serde::Serialize;
use serde_json::{Map, Value};
use whisper_schema::Timestamp;
use whisper_schema::main_db::{Message, MessageContentType, MessageStatus};
use whisper_schema::system::{ConversationMember, ConversationMemberStatus};
use whisper_store::{Doc, Filter, Order, Query};

/// Members whose receipts are shown: those who joined first.
pub const RECEIPTS: u32 = 100;

/// A message.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(not(target_family = "wasm"), derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct MessageView {
    /// Id: the client's own, or one of the server's.
    pub id: String,
    /// Conversation it belongs to.
    pub conversation_id: String,
    /// User who sent it.
    pub sender_id: String,
    /// Words, caption or question; ciphertext when the conversation is encrypted.
    pub content: String,
    /// What it carries, and so what `metadata` holds.
    pub content_type: MessageContentType,
    /// The first 300 characters; none when encrypted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub plain_text: Option<String>,
    /// Where its media are served.
    pub media_urls: Vec<String>,
    /// Files of its media.
    pub media_file_ids: Vec<String>,
    /// Where a small picture is served.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub thumbnail_url: Option<String>,
    /// File of the small picture.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub thumbnail_file_id: Option<String>,
    /// Details of the content type. A poll's has `pollId`; a copied message's has
    /// `originalContentType` and `original`, the metadata it had there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub metadata: Option<Map<String, Value>>,
    /// Message of the same conversation that it answers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reply_to_message_id: Option<String>,
    /// Message it is a copy of.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub forwarded_from_message_id: Option<String>,
    /// Conversation the copy comes from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub forwarded_from_conversation_id: Option<String>,
    /// When its content last changed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub edited_at: Option<Timestamp>,
    /// When it was deleted for all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub deleted_at: Option<Timestamp>,
    /// Always empty: a message deleted for the caller is not shown, and others' deletions are their own.
    pub deleted_for: Vec<String>,
    /// Whether the server wrote it.
    pub is_system_message: bool,
    /// Whether it is pinned in the conversation.
    pub is_pinned: bool,
    /// When it was pinned.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pinned_at: Option<Timestamp>,
    /// Reactions: from emoji to user ids.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reactions: Option<Map<String, Value>>,
    /// Users it mentions.
    pub mentions: Vec<String>,
    /// Addresses found in it.
    pub links: Vec<String>,
    /// Who read it, of the first 100 members.
    pub read_by: Vec<String>,
    /// Who has it on a device, of the first 100 members.
    pub delivered_to: Vec<String>,
    /// How far it got.
    pub status: MessageStatus,
    /// When it disappears.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<Timestamp>,
    /// When it was sent: the time of the commit, the order of the history.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub created_at: Option<Timestamp>,
    /// When anything about it last changed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub updated_at: Option<Timestamp>,
}

impl MessageView {
    /// The message with the receipts that follow from where its readers are.
    pub fn new(of: Message, readers: &Readers) -> Self {
        let read_by = readers.of(&of);
        MessageView {
            // What was read has arrived; there is no receipt of arrival alone yet.
            delivered_to: read_by.clone(),
            read_by,
            metadata: object(of.metadata.as_deref()),
            reactions: object(of.reactions.as_deref()),
            deleted_for: Vec::new(),
            id: of.id,
            conversation_id: of.conversation_id,
            sender_id: of.sender_id,
            content: of.content,
            content_type: of.content_type,
            plain_text: of.plain_text,
            media_urls: of.media_urls,
            media_file_ids: of.media_file_ids,
            thumbnail_url: of.thumbnail_url,
            thumbnail_file_id: of.thumbnail_file_id,
            reply_to_message_id: of.reply_to_message_id,
            forwarded_from_message_id: of.forwarded_from_message_id,
            forwarded_from_conversation_id: of.forwarded_from_conversation_id,
            edited_at: of.edited_at,
            deleted_at: of.deleted_at,
            is_system_message: of.is_system_message,
            is_pinned: of.is_pinned,
            pinned_at: of.pinned_at,
            mentions: of.mentions,
            links: of.links,
            status: of.status,
            expires_at: of.expires_at,
            created_at: of.created_at,
            updated_at: of.updated_at,
        }
    }
}

/// A stored JSON text as the object it holds.
fn object(text: Option<&str>) -> Option<Map<String, Value>> {
    serde_json::from_str(text?).ok()
}

/// Where the members of a conversation are in reading it.
#[derive(Clone, Debug, Default)]
pub struct Readers(Vec<(String, Timestamp)>);

impl Readers {
    /// The question for them.
    pub fn query(conversation: &str) -> Query<ConversationMember> {
        Query::new()
            .filter(Filter::eq(
                ConversationMember::CONVERSATION_ID,
                conversation,
            ))
            .filter(Filter::eq(
                ConversationMember::STATUS,
                ConversationMemberStatus::Active,
            ))
            .order(Order::asc(ConversationMember::JOINED_AT))
            .limit(RECEIPTS)
    }

    /// From what the question gave.
    pub fn new(members: Vec<Doc<ConversationMember>>) -> Self {
        let readers = members.into_iter().map(Doc::into_inner);
        Readers(
            readers
                .filter_map(|member| Some((member.user_id, member.last_read_at?)))
                .collect(),
        )
    }

    /// Who read this message: who is at it or behind it. Its sender is no reader.
    fn of(&self, message: &Message) -> Vec<String> {
        let Some(sent) = message.created_at else {
            return Vec::new();
        };
        let readers = self
            .0
            .iter()
            .filter(|(user, at)| *at >= sent && *user != message.sender_id);
        readers.map(|(user, _)| user.clone()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn member(user: &str, read: Option<i64>) -> Doc<ConversationMember> {
        let value = ConversationMember {
            user_id: user.into(),
            last_read_at: read.map(Timestamp::from_millis),
            ..ConversationMember::default()
        };
        Doc {
            value,
            revision: 1,
            seq: 1,
        }
    }

    #[test]
    fn readers_are_those_at_the_message_or_behind_it() {
        let members = [
            ("sender", Some(99)),
            ("before", Some(9)),
            ("at", Some(10)),
            ("behind", Some(11)),
            ("never", None),
        ];
        let readers = Readers::new(members.map(|(user, read)| member(user, read)).into());
        let message = Message {
            sender_id: "sender".into(),
            created_at: Some(Timestamp::from_millis(10)),
            metadata: Some(r#"{"a":1}"#.into()),
            deleted_for: vec!["at".into()],
            ..Message::default()
        };
        let view = MessageView::new(message, &readers);
        assert_eq!(view.read_by, ["at", "behind"]);
        assert_eq!(view.delivered_to, view.read_by);
        assert_eq!(view.metadata.unwrap()["a"], 1);
        assert!(
            view.deleted_for.is_empty(),
            "who deleted it for themselves is their own business"
        );
    }
}
