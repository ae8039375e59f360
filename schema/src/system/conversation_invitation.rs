//! Links that invite into conversations.

use crate::{Collection, Column, Ephemeral, Timestamp};

/// A link by which users join a group on their own, or ask to.
///
/// The code is random, 130 bits of it, and all that a link is. It works until it ends, is revoked or was used as often as
/// it may be, and only while its maker may invite.
#[derive(Clone, Debug, PartialEq, Collection)]
#[collection(
    database = "systemDB",
    id = "conversationInvitations",
    name = "Invitations into conversations",
    system
)]
#[access(server = "Members who may invite see it; the code opens the group to anybody.")]
#[retention(until(kept_until), job = "retention")]
#[retention(forever = "A link without an end, until it is revoked.")]
#[index(unique idx_code(code))]
#[index(idx_conversation(conversation_id))]
#[index(idx_conversation_maker(conversation_id, created_by))]
#[index(idx_kept(kept_until))]
pub struct ConversationInvitation {
    /// Id of the document.
    pub id: String,
    /// Conversation it leads to.
    #[attr(size = 36)]
    pub conversation_id: String,
    /// The secret part of the link.
    #[attr(size = 36)]
    pub code: String,
    /// Name by which the members who invite tell it from others.
    #[attr(size = 100, text = Name)]
    pub name: Option<String>,
    /// Member who made it.
    #[attr(size = 36)]
    pub created_by: String,
    /// Whether users who come by it wait for approval.
    #[attr(default = false)]
    pub needs_approval: bool,
    /// When it stops working; none if it doesn't.
    pub expires_at: Option<Timestamp>,
    /// How many users may join by it; none if any number.
    #[attr(min = 1, max = 200000)]
    pub max_uses: Option<i64>,
    /// How many users have joined by it; users who left since count.
    #[attr(default = 0, min = 0)]
    pub uses: i64,
    /// When it was revoked; none if it wasn't.
    pub revoked_at: Option<Timestamp>,
    /// Until when it is kept after it stopped working, so that members see who came by it; none if it doesn't stop.
    pub kept_until: Option<Timestamp>,
    /// When it was made.
    pub created_at: Timestamp,
}

impl ConversationInvitation {
    /// How long one is kept after it stopped working, in milliseconds: 90 days.
    pub const KEPT: i64 = 90 * 24 * 60 * 60 * 1000;

    /// Whether as many users have joined by it as may.
    pub fn is_used_up(&self) -> bool {
        self.max_uses.is_some_and(|most| self.uses >= most)
    }
}

impl Ephemeral for ConversationInvitation {
    const ENDS: Column<ConversationInvitation> = ConversationInvitation::EXPIRES_AT;
    const TAKEN_BACK: Option<Column<ConversationInvitation>> =
        Some(ConversationInvitation::REVOKED_AT);

    fn ends_at(&self) -> Option<Timestamp> {
        self.expires_at
    }

    fn taken_back_at(&self) -> Option<Timestamp> {
        self.revoked_at
    }
}
