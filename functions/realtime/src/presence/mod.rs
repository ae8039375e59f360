//! Whether people are there: the word of each device, the sum of a user's devices, and its viewers.

mod mine;
mod of_others;
mod sum;
mod view;
mod write;

use whisper_kit::Api;
use whisper_kit::ids::derived_id;
use whisper_kit::rate_limit::Rate;

pub use view::PresenceView;
pub use write::{Said, Word, write};

/// How many times one user may say per minute whether they are there.
pub const WORDS: Rate = Rate::per_minute("presence", "presence_rate_per_minute", 60);

/// How long a device counts after it was last kept up, in milliseconds.
pub const COUNTS: i64 = 45_000;
/// How long the word of a device is remembered, in milliseconds: a day.
pub const REMEMBERED: i64 = 24 * 60 * 60 * 1000;

/// Adds the endpoints.
pub fn endpoints(api: Api) -> Api {
    api.endpoint(mine::get_endpoint())
        .endpoint(mine::set_endpoint())
        .endpoint(of_others::endpoint())
}

/// The id of a device of a user, which is a session of theirs.
pub fn device_id(user: &str, session: &str) -> String {
    derived_id(&["presence device", user, session])
}
