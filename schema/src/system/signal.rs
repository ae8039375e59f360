//! Signals for streams: typing, presence, and changes of the people whom a session watches.

use crate::{Collection, Timestamp, choices};

choices! {
    /// The subject of a signal.
    pub enum SignalKind {
        /// Somebody is writing in a conversation, or has stopped.
        Typing = "typing",
        /// Somebody is there, or no longer.
        Presence = "presence",
        /// Somebody watches other people than before.
        Watch = "watch",
    }
}

/// A sign that streams tell of at once and that nobody has to hear of later: it is committed without waiting for the disk, read
/// in commit order by the instances that hold streams, and gone soon.
///
/// Readers keep the commit number of the newest as their place, so no number is given twice.
#[derive(Clone, Debug, PartialEq, Collection)]
#[collection(
    database = "systemDB",
    id = "signals",
    name = "Signals",
    system,
    monotonic
)]
#[access(
    server = "Its readers are all members of a conversation, or those whom somebody lets see that they are there."
)]
#[retention(until(expires_at), job = "retention")]
#[index(idx_expires(expires_at))]
pub struct Signal {
    /// Id of the document.
    pub id: String,
    /// The subject: typing, presence or watching.
    pub kind: SignalKind,
    /// User it is about.
    #[attr(size = 36)]
    pub user_id: String,
    /// Conversation it is about; none where it isn't about one.
    #[attr(size = 36)]
    pub conversation_id: Option<String>,
    /// Details: a JSON object.
    #[attr(size = 1000)]
    pub payload: String,
    /// When it means nothing any more.
    pub expires_at: Timestamp,
}
