//! Closings of polls: which were ended by somebody before their time.

use crate::{Collection, Timestamp};

/// The end of voting in a poll by its author, or by somebody who runs the group. The poll's own end moves to that moment too;
/// but that is a time, which a clock that was ahead for a while puts into the future. A closed poll stays closed.
#[derive(Clone, Debug, PartialEq, Collection)]
#[collection(
    database = "systemDB",
    id = "pollClosings",
    name = "Closings of polls",
    system
)]
#[access(server = "Its readers are all members of the conversation.")]
#[retention(with = "polls", job = "message-expiry")]
pub struct PollClosing {
    /// Id of the document: the poll's.
    pub id: String,
    /// User who closed it.
    #[attr(size = 36)]
    pub closed_by: String,
    /// When that was.
    pub closed_at: Timestamp,
}
