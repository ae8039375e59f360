//! Members of conversations.

use crate::{Collection, Timestamp, choices};

choices! {
    /// The rights of a member.
    pub enum ConversationMemberRole {
        /// May do everything, and can't be removed.
        Owner = "owner",
        /// Change the conversation and its members.
        Admin = "admin",
        /// Remove messages and ordinary members.
        Moderator = "moderator",
        /// Read and write.
        Member = "member",
    }
}

choices! {
    /// Whether somebody still belongs to a conversation.
    pub enum ConversationMemberStatus {
        /// Belongs to it.
        Active = "active",
        /// Went on their own.
        Left = "left",
        /// Was sent away.
        Removed = "removed",
    }
}

/// A user's membership in a conversation, present or former, with their settings for it.
///
/// The row decides on membership at any size of group; its id is a hash of the two ids, so that it can
/// be had without a search.
#[derive(Clone, Debug, PartialEq, Collection)]
#[collection(
    database = "systemDB",
    id = "conversationMembers",
    name = "Conversation members",
    system
)]
#[access(
    server = "It tells who blocked whom, and its readers are all members of the conversation."
)]
#[retention(days(left_at) = 30, job = "retention")]
#[retention(
    forever = "Membership, while it lasts; and the messages that a former member had deleted for themselves, which are not shown again."
)]
#[index(unique idx_conversation_user(conversation_id, user_id))]
#[index(idx_user_list(
    user_id,
    status,
    is_hidden,
    is_request,
    is_archived,
    is_pinned,
    conversation_id
))]
#[index(idx_conversation_status(conversation_id, status, joined_at))]
#[index(idx_conversation_role(conversation_id, status, role))]
#[index(idx_conversation_receipt(conversation_id, status, receipt_position, joined_position))]
#[index(idx_conversation_delivered(conversation_id, status, delivered_position, joined_position))]
#[index(idx_left(left_at))]
#[index(idx_invitation(invitation_id, status, joined_at))]
pub struct ConversationMember {
    /// Id of the document: a hash of conversation and user.
    pub id: String,
    /// Conversation it is about.
    #[attr(size = 36)]
    pub conversation_id: String,
    /// User it is about.
    #[attr(size = 256)]
    pub user_id: String,
    /// Their rights.
    #[attr(default = ConversationMemberRole::Member)]
    pub role: ConversationMemberRole,
    /// Whether they still belong to it.
    #[attr(default = ConversationMemberStatus::Active)]
    pub status: ConversationMemberStatus,
    /// Whether they get no notifications from it; until `muted_until`, if that says when it ends.
    #[attr(default = false)]
    pub is_muted: bool,
    /// When they get notifications again; none where they never do, or aren't without them.
    pub muted_until: Option<Timestamp>,
    /// Whether they marked it as unread by hand, and haven't read it since.
    #[attr(default = false)]
    pub is_marked_unread: bool,
    /// Whether they deleted it for themselves, and nothing was written to them there since, as far as anybody looked: it is in
    /// no list of theirs.
    #[attr(default = false)]
    pub is_hidden: bool,
    /// Whether it stands at the top of their list.
    #[attr(default = false)]
    pub is_pinned: bool,
    /// Whether they put it away.
    #[attr(default = false)]
    pub is_archived: bool,
    /// Whether the other one of a direct conversation blocked them.
    #[attr(default = false)]
    pub is_blocked: bool,
    /// Whether a stranger wrote to them or brought them in, and they haven't said yet that they want it: it sends them no
    /// notifications.
    #[attr(default = false)]
    pub is_request: bool,
    /// Newest message they read.
    #[attr(size = 36)]
    pub last_read_message_id: Option<String>,
    /// When the newest message they read was sent.
    pub last_read_at: Option<Timestamp>,
    /// Commit number of the newest message they read; none if they read nothing.
    pub read_position: Option<i64>,
    /// Commit number up to which others are told that they read; none if nobody was told since they joined. It follows
    /// `read_position`, except where they have their read receipts turned off, and is never below `joined_position`.
    pub receipt_position: Option<i64>,
    /// Commit number up to which messages are on a device of theirs, or were read; none if no device said so since they
    /// joined. Never below `joined_position`.
    pub delivered_position: Option<i64>,
    /// Commit number of the newest message there was when they joined, the last time if more than once: messages up to
    /// there were never unread to them.
    pub joined_position: Option<i64>,
    /// Commit number of the newest message there was when they cleared the conversation for themselves: they see none up to
    /// there. None if they never did.
    pub cleared_position: Option<i64>,
    /// Commit number of the newest message that they deleted for themselves; none if they deleted none. Behind it nobody
    /// has to ask for their marks.
    pub deleted_position: Option<i64>,
    /// Commit number of the newest message there was when they joined, where the conversation's history was only for those
    /// who were there: messages up to there aren't theirs, as long as it isn't for all.
    pub history_position: Option<i64>,
    /// When they sent a message where members have to wait between two; none where they didn't.
    pub last_sent_at: Option<Timestamp>,
    /// When they joined, the last time if more than once.
    pub joined_at: Timestamp,
    /// When they left or were sent away; none while they belong to it.
    pub left_at: Option<Timestamp>,
    /// When anything here last changed.
    pub updated_at: Option<Timestamp>,
    /// User who brought them in; none if they came on their own.
    #[attr(size = 36)]
    pub invited_by: Option<String>,
    /// Invitation that they joined by, the last time if more than once; none if by none.
    #[attr(size = 36)]
    pub invitation_id: Option<String>,
}

impl ConversationMember {
    /// Whether they get no notifications from it at this time.
    pub fn is_muted_at(&self, now: Timestamp) -> bool {
        self.is_muted && self.muted_until.is_none_or(|until| until > now)
    }

    /// Whether they may have deleted a message at this place or behind it for themselves; only then their marks have to be
    /// asked for.
    pub fn may_have_deleted(&self, position: i64) -> bool {
        self.deleted_position >= Some(position)
    }
}
