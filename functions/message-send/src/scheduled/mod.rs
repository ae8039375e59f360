//! Messages that are sent at a later time. Until then they are their sender's alone; whether they may be sent is asked when
//! their time comes, by the code that every send goes through.

mod book;
mod cancel;
mod create;
mod edit;
mod failure;
mod fetch;
mod job;
mod list;
mod own;
mod send_now;
mod terms;
mod turn;

use whisper_kit::Api;

pub use job::JOB;

/// The scheduled messages of the caller.
const MINE: &str = "/v1/me/scheduled-messages";
/// One of them.
const ONE: &str = "/v1/me/scheduled-messages/{scheduledMessageId}";

/// The endpoints.
pub fn endpoints(api: Api) -> Api {
    api.endpoint(create::endpoint())
        .endpoint(list::endpoint())
        .endpoint(fetch::endpoint())
        .endpoint(edit::endpoint())
        .endpoint(cancel::endpoint())
        .endpoint(send_now::endpoint())
        .endpoint(job::endpoint())
}
