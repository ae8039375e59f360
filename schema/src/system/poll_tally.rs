//! Tallies of polls: how many chose each option.

use crate::Collection;

/// How many users chose an option of a poll. Made by its first vote; each vote counts in its own commit.
#[derive(Clone, Debug, PartialEq, Collection)]
#[collection(
    database = "systemDB",
    id = "pollTallies",
    name = "Tallies of polls",
    system
)]
#[access(server = "Its readers are all members of the conversation.")]
#[retention(with = "polls", job = "message-expiry")]
#[index(idx_poll(poll_id))]
pub struct PollTally {
    /// Id of the document: a hash of poll and option.
    pub id: String,
    /// Poll voted in.
    #[attr(size = 36)]
    pub poll_id: String,
    /// Place of the option, from 0.
    pub option: i64,
    /// How many users chose it.
    #[attr(default = 0, min = 0)]
    pub votes: i64,
}
