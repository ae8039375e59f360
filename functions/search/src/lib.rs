#![doc = include_str!("../README.md")]

mod backfill;
mod entries;
mod everywhere;
mod found;
mod here;
mod index;
mod job;
mod limits;
mod media;
mod place;
mod question;
mod texts;
mod view;
mod walk;

use whisper_kit::Api;

pub use job::react;

/// The job's name.
pub const JOB: &str = "search";

/// The endpoints of this function.
pub fn api() -> Api {
    Api::new(
        JOB,
        "Finds messages by their words, and lists the media, files and links of conversations.",
    )
    .rates(limits::RATES)
    .endpoint(here::endpoint())
    .endpoint(everywhere::endpoint())
    .endpoint(media::endpoint())
    .endpoint(job::endpoint())
    .consumer(react)
}

#[cfg(target_family = "wasm")]
whisper_kit::entry!(crate::api);
