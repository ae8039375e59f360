//! Choices of voters, option by option.

use crate::{Collection, Timestamp};

/// A user's choice of an option of a poll that isn't anonymous: the voters of an option are found by it, however many there are.
#[derive(Clone, Debug, PartialEq, Collection)]
#[collection(
    database = "systemDB",
    id = "pollChoices",
    name = "Choices of voters",
    system
)]
#[access(server = "Its readers are all members of the conversation.")]
#[retention(with = "polls", job = "message-expiry")]
#[index(idx_poll_option(poll_id, option))]
pub struct PollChoice {
    /// Id of the document: a hash of poll, user and option.
    pub id: String,
    /// Poll voted in.
    #[attr(size = 36)]
    pub poll_id: String,
    /// Place of the option, from 0.
    pub option: i64,
    /// User who chose it.
    #[attr(size = 36)]
    pub user_id: String,
    /// When they chose it.
    pub chosen_at: Timestamp,
}
