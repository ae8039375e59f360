//! The directory: groups that are public, which anybody finds and joins.

mod delist;
mod entry;
mod find;
mod list;
mod one;
mod preview;
mod terms;
mod view;

use whisper_kit::Api;

pub use entry::{deserted, reworded};

/// Where a group's place in the directory is.
const LISTING: &str = "/v1/conversations/{conversationId}/listing";

/// Adds the endpoints.
pub fn endpoints(api: Api) -> Api {
    api.endpoint(list::endpoint())
        .endpoint(delist::endpoint())
        .endpoint(find::endpoint())
        .endpoint(preview::endpoint())
}
