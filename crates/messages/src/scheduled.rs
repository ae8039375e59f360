//! Scheduled messages, which only their sender sees.

use serde::Serialize;
use serde_json::{Map, Value};
use whisper_kit::{Ctx, Result};
use whisper_schema::system::{ScheduledMessage, ScheduledMessageFailure, ScheduledMessageStatus};
use whisper_schema::{Ephemeral, Timestamp};
use whisper_store::{Doc, Get};

/// A message of the caller's that is sent at a later time. One that was sent is none any more: the message has its id.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(not(target_family = "wasm"), derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct ScheduledMessageView {
    /// Its id, and that of the message once it is sent.
    pub id: String,
    /// Conversation it goes to.
    pub conversation_id: String,
    /// When it is to be sent.
    pub send_at: Timestamp,
    /// Whether it waits, or couldn't be sent; then it stays for 30 days, and can be scheduled anew.
    pub status: ScheduledMessageStatus,
    /// The reason for which it couldn't be sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub failure: Option<ScheduledMessageFailure>,
    /// When that was found.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub failed_at: Option<Timestamp>,
    /// The message, as a send takes it.
    pub message: Map<String, Value>,
    /// When it was scheduled.
    pub created_at: Timestamp,
    /// When it was changed last.
    pub updated_at: Timestamp,
}

impl From<ScheduledMessage> for ScheduledMessageView {
    fn from(of: ScheduledMessage) -> Self {
        ScheduledMessageView {
            message: serde_json::from_str(&of.message).unwrap_or_default(),
            id: of.id,
            conversation_id: of.conversation_id,
            send_at: of.send_at,
            status: of.status,
            failure: of.failure,
            failed_at: of.failed_at,
            created_at: of.created_at,
            updated_at: of.updated_at,
        }
    }
}

/// Whether a scheduled message is this user's, and stands.
pub fn is_scheduled_by(scheduled: &ScheduledMessage, user: &str, ctx: &Ctx) -> bool {
    scheduled.user_id == user && scheduled.lasts(ctx.now())
}

/// A user's scheduled message; none where it isn't there, was sent or has ended, or is another user's.
///
/// # Errors
/// The store's.
pub async fn scheduled_by(
    ctx: &Ctx,
    user: &str,
    id: &str,
) -> Result<Option<Doc<ScheduledMessage>>> {
    let found = ctx.read(Get::<ScheduledMessage>::id(id)).await?;
    Ok(found.filter(|one| is_scheduled_by(one, user, ctx)))
}
