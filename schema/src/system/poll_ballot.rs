//! Ballots of polls.

use crate::{Collection, Timestamp};

/// A user's ballot in a poll; one each, replaced by their next vote.
///
/// In an anonymous poll it tells that they voted and nothing else: their choice is encrypted with a key that they alone have, so
/// that they can change it or take it back, and nobody else can read it.
#[derive(Clone, Debug, PartialEq, Collection)]
#[collection(
    database = "systemDB",
    id = "pollBallots",
    name = "Ballots of polls",
    system
)]
#[access(server = "The voters' choices may be nobody's to see.")]
#[retention(with = "polls", job = "message-expiry")]
#[index(idx_poll(poll_id))]
pub struct PollBallot {
    /// Id of the document: a hash of poll and user.
    pub id: String,
    /// Poll voted in.
    #[attr(size = 36)]
    pub poll_id: String,
    /// User who voted.
    #[attr(size = 36)]
    pub user_id: String,
    /// The places of the chosen options, as a JSON array; none in an anonymous poll.
    #[attr(size = 100)]
    pub choices: Option<String>,
    /// The same, encrypted with the voter's key; in an anonymous poll alone.
    #[attr(size = 200)]
    pub sealed: Option<String>,
    /// When they voted last; none in an anonymous poll.
    pub voted_at: Option<Timestamp>,
}
