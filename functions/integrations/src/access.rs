//! The members who may have to do with the webhooks of a conversation: the ones whom its setting `editDetails` names.

use whisper_kit::{Code, Ctx, Error, Result};
use whisper_messages::{Access, check_member};
use whisper_schema::prelude::{ConversationKind, ConversationRight};

/// The membership of a user who may manage the webhooks of a conversation.
///
/// # Errors
/// `not_found` for everybody who is no member, `direct_conversation`, `wrong_kind`, `forbidden`.
pub async fn check_manager(ctx: &Ctx, conversation: &str, user: &str) -> Result<Access> {
    let access = check_member(ctx, conversation, user).await?;
    match access.conversation.kind {
        ConversationKind::Group | ConversationKind::Channel => {}
        ConversationKind::Direct => {
            let detail = "A direct conversation has no webhooks.";
            return Err(Error::new(Code::DirectConversation, detail));
        }
        ConversationKind::Broadcast | ConversationKind::Community => {
            let detail = "Only groups and channels have webhooks.";
            return Err(Error::new(Code::WrongKind, detail));
        }
    }
    if !access.has(ConversationRight::EditDetails) {
        let detail = "The settings of this conversation don't let you manage its webhooks.";
        return Err(Error::forbidden(detail));
    }
    Ok(access)
}

/// Refuses a conversation that clients encrypt: the server neither writes into it nor tells of its messages.
///
/// # Errors
/// `encrypted_conversation`.
pub fn refuse_encrypted(access: &Access) -> Result<()> {
    match access.conversation.is_encrypted {
        false => Ok(()),
        true => {
            let detail = "Clients encrypt this conversation, so it has no webhooks.";
            Err(Error::new(Code::EncryptedConversation, detail))
        }
    }
}

/// The webhooks of one kind that a conversation has at most.
pub const MOST: i64 = 10;

/// The first place that others leave. The commit refuses the second of two that are made at once and take the same one.
///
/// # Errors
/// `too_many_webhooks`.
pub fn free_place(taken: &[i64]) -> Result<i64> {
    let place = (0..MOST).find(|place| !taken.contains(place));
    place.ok_or_else(|| {
        let detail =
            format!("A conversation has at most {MOST} webhooks of a kind. Delete one first.");
        Error::new(Code::TooManyWebhooks, detail)
    })
}
