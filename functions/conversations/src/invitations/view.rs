//! Invitations as the members who invite see them.

use serde::Serialize;
use whisper_schema::Ephemeral;
use whisper_schema::prelude::{
    Conversation, ConversationInvitation, ConversationMember, Timestamp,
};

use super::code;
use crate::joining::may_invite;

/// An invitation.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(not(target_family = "wasm"), derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct InvitationView {
    /// Id of the invitation.
    pub id: String,
    /// Conversation it leads to.
    pub conversation_id: String,
    /// The secret part of the link: 26 digits and capital letters. Lower case and hyphens are taken as well.
    pub code: String,
    /// The text of its QR code, in the characters of the alphanumeric mode: `WHISPER://J/` and the code, 38 in all.
    pub qr: String,
    /// Name by which the members who invite tell it from others.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Member who made it.
    pub created_by: String,
    /// Whether users who come by it wait for approval. Where the setting `joinApproval` says so, all do.
    pub needs_approval: bool,
    /// When it stops working; absent if it doesn't.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<Timestamp>,
    /// How many users may join by it; absent if any number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_uses: Option<i64>,
    /// How many users have joined by it; users who left since count.
    pub uses: i64,
    /// When it was revoked; absent if it wasn't.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub revoked_at: Option<Timestamp>,
    /// Whether it works: it hasn't ended, wasn't revoked, has a use left, and its maker may still invite.
    pub is_open: bool,
    /// When it was made.
    pub created_at: Timestamp,
}

impl InvitationView {
    /// An invitation at a time, with the membership of its maker.
    pub fn new(
        of: ConversationInvitation,
        conversation: &Conversation,
        maker: Option<&ConversationMember>,
        now: Timestamp,
    ) -> Self {
        let is_open = of.stands(now) && !of.is_used_up() && may_invite(conversation, maker);
        InvitationView {
            is_open,
            qr: code::qr(&of.code),
            id: of.id,
            conversation_id: of.conversation_id,
            code: of.code,
            name: of.name,
            created_by: of.created_by,
            needs_approval: of.needs_approval,
            expires_at: of.expires_at,
            max_uses: of.max_uses,
            uses: of.uses,
            revoked_at: of.revoked_at,
            created_at: of.created_at,
        }
    }
}
