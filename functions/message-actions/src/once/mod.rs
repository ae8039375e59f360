//! Messages that can be viewed once: opening them, who did, and the end of their content.

mod list;
mod open;
mod spend;

use whisper_kit::Api;

pub use spend::Opened;

/// The endpoints.
pub fn endpoints(api: Api) -> Api {
    api.endpoint(open::endpoint()).endpoint(list::endpoint())
}
