//! Votes in the poll that a message shows.

mod close;
mod key;
mod open;
mod results;
mod vote;
mod voters;

use whisper_kit::Api;
use whisper_kit::rate_limit::Rate;
use whisper_messages::message_path;

/// Where the caller's vote is.
const VOTE: &str = message_path!("/vote");
/// Where the poll is.
const POLL: &str = message_path!("/poll");

/// How often one user may vote, over all polls.
pub const VOTING: Rate = Rate::per_minute("vote", "vote_rate_per_minute", 60);

/// Adds the endpoints.
pub fn endpoints(api: Api) -> Api {
    api.endpoint(vote::endpoint())
        .endpoint(vote::withdraw_endpoint())
        .endpoint(results::endpoint())
        .endpoint(voters::endpoint())
        .endpoint(close::endpoint())
}
