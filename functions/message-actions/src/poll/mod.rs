//! Votes in the poll that a message shows.

mod close;
mod key;
mod open;
mod results;
mod vote;
mod voters;

use whisper_kit::Api;
use whisper_kit::rate_limit::Rate;

/// Where the caller's vote is.
const VOTE: &str = "/v1/conversations/{conversationId}/messages/{messageId}/vote";
/// Where the poll is.
const POLL: &str = "/v1/conversations/{conversationId}/messages/{messageId}/poll";

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
