//! Drafts, which only their owner sees.

use serde::Serialize;
use serde_json::{Map, Value};
use whisper_kit::ids::derived_id;
use whisper_kit::{Ctx, Result};
use whisper_schema::Ephemeral;
use whisper_schema::prelude::{MessageDraft, Timestamp};
use whisper_store::{Doc, Get};

/// A message that the caller has begun to write.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(not(target_family = "wasm"), derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct DraftView {
    /// Conversation it is meant for.
    pub conversation_id: String,
    /// The words so far; may be empty.
    pub content: String,
    /// Message that it will answer. It may be gone by now.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reply_to_message_id: Option<String>,
    /// The client's own values with it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub custom: Option<Map<String, Value>>,
    /// When it was saved last.
    pub updated_at: Timestamp,
}

impl From<MessageDraft> for DraftView {
    fn from(draft: MessageDraft) -> Self {
        DraftView {
            conversation_id: draft.conversation_id,
            content: draft.content,
            reply_to_message_id: draft.reply_to_message_id,
            custom: draft
                .custom
                .and_then(|custom| serde_json::from_str(&custom).ok()),
            updated_at: draft.updated_at,
        }
    }
}

/// Id of a user's draft of a conversation.
pub fn draft_id(conversation: &str, user: &str) -> String {
    derived_id(&["draft", conversation, user])
}

/// A user's draft of a conversation, as its GET shows it; none where there is none. One statement.
///
/// # Errors
/// The store's.
pub async fn draft_of(ctx: &Ctx, user: &str, conversation: &str) -> Result<Option<DraftView>> {
    let draft = Get::<MessageDraft>::id(draft_id(conversation, user));
    let draft = ctx.read(draft).await?;
    let draft = draft.filter(|draft| draft.stands(ctx.now()));
    Ok(draft.map(Doc::into_inner).map(DraftView::from))
}
