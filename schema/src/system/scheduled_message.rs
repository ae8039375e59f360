//! Messages that are sent at a later time.

use crate::{Collection, Column, Ephemeral, Timestamp, choices};

choices! {
    /// How far a scheduled message got. One that was sent is gone.
    pub enum ScheduledMessageStatus {
        /// Waits for its time.
        Waiting = "waiting",
        /// Its time came, and it couldn't be sent.
        Failed = "failed",
    }
}

choices! {
    /// The reason for which a scheduled message wasn't sent.
    pub enum ScheduledMessageFailure {
        /// The account of its sender is out of use.
        AccountDisabled = "account_disabled",
        /// Its sender doesn't belong to the conversation any more, or there is none.
        NotMember = "not_member",
        /// Its sender may not send there: by the settings, or since the other one doesn't want it.
        NotAllowed = "not_allowed",
        /// A thing that it names is gone: the message that it answers or copies, a story, the recipient of a gift.
        ReferenceGone = "reference_gone",
        /// A time in it has passed: its own end, or that of its poll or of a live place.
        Overdue = "overdue",
        /// Another message has its id.
        IdTaken = "id_taken",
        /// The rules for messages have changed, and it breaks them.
        Invalid = "invalid",
        /// Its sender's limits didn't let it out for a day.
        RateLimited = "rate_limited",
        /// The server failed at it again and again.
        ServerError = "server_error",
    }
}

/// A message that its sender wants sent at a later time, and nobody else knows of. It goes in the commit that sends it; the
/// message has its id.
#[derive(Clone, Debug, PartialEq, Collection)]
#[collection(
    database = "systemDB",
    id = "scheduledMessages",
    name = "Scheduled messages",
    system
)]
#[access(readers(user_id))]
#[retention(until(expires_at), job = "retention")]
#[retention(forever = "The user's own, until it is sent or given up.")]
#[index(idx_due(due_at))]
#[index(idx_user(user_id, send_at))]
#[index(idx_user_conversation(user_id, conversation_id, send_at))]
#[index(idx_expires(expires_at))]
pub struct ScheduledMessage {
    /// Id of the document, and of the message once it is sent.
    pub id: String,
    /// User who sends it.
    #[attr(size = 36)]
    pub user_id: String,
    /// Conversation it goes to.
    #[attr(size = 36)]
    pub conversation_id: String,
    /// The message, as the body of a send has it: a JSON object.
    #[attr(size = 100000)]
    pub message: String,
    /// When its sender wants it sent.
    pub send_at: Timestamp,
    /// When the job tries to send it; none once that failed for good.
    pub due_at: Option<Timestamp>,
    /// How far it got.
    #[attr(default = ScheduledMessageStatus::Waiting)]
    pub status: ScheduledMessageStatus,
    /// The reason for which it wasn't sent.
    pub failure: Option<ScheduledMessageFailure>,
    /// Attempts at which the server failed.
    #[attr(default = 0, min = 0)]
    pub attempts: i64,
    /// When it failed for good.
    pub failed_at: Option<Timestamp>,
    /// When it goes; none while it waits.
    pub expires_at: Option<Timestamp>,
    /// When it was scheduled.
    pub created_at: Timestamp,
    /// When it was changed last, or failed.
    pub updated_at: Timestamp,
}

impl ScheduledMessage {
    /// How long one stays after it failed, in milliseconds: 30 days.
    pub const KEPT: i64 = 30 * 24 * 60 * 60 * 1000;
}

impl Ephemeral for ScheduledMessage {
    const ENDS: Column<ScheduledMessage> = ScheduledMessage::EXPIRES_AT;
    const LONGEST: Option<i64> = Some(ScheduledMessage::KEPT);

    fn ends_at(&self) -> Option<Timestamp> {
        self.expires_at
    }
}

/// How many messages of a user wait for their time, so that their number is held to a limit without counting them.
#[derive(Clone, Debug, PartialEq, Collection)]
#[collection(
    database = "systemDB",
    id = "scheduledBooks",
    name = "Numbers of scheduled messages",
    system
)]
#[access(readers(id))]
#[retention(forever = "One for each user who has scheduled a message, as long as the account.")]
pub struct ScheduledBook {
    /// Id of the document: the user's id.
    pub id: String,
    /// How many of their messages wait.
    #[attr(min = 0)]
    pub waiting: i64,
}
