#![doc = include_str!("../README.md")]

mod badges;
mod consume;
mod day;
mod job;
mod leaderboards;
mod levels;
mod list_badges;
mod progress;
mod reputation;
mod rules;
mod standing;

use whisper_kit::Api;

pub use consume::{LIMIT, NAME};
pub use job::react;
pub use levels::{level_of, points_for};
pub use standing::{News, Standing};

/// The job's name.
pub const JOB: &str = "xp-badges";

#[cfg(target_family = "wasm")]
whisper_kit::entry!(crate::api);

/// The endpoints of this function.
pub fn api() -> Api {
    let [global, following, week] = leaderboards::endpoints();
    Api::new(
        JOB,
        "Experience points, levels, badges, streaks, reputation.",
    )
    .endpoint(progress::endpoint())
    .endpoint(list_badges::endpoint())
    .endpoint(global)
    .endpoint(following)
    .endpoint(week)
    .endpoint(job::endpoint())
    .consumer(react)
}
