#![doc = include_str!("../README.md")]

mod presence;
pub mod signals;
mod typing;
mod watched;

use whisper_kit::Api;

#[cfg(target_family = "wasm")]
whisper_kit::entry!(crate::api);

/// The endpoints of this function.
pub fn api() -> Api {
    let api = Api::new(
        "realtime",
        "Tells every device what happens: streams and long polls, typing, presence.",
    )
    .rates(&[typing::SIGNS, presence::WORDS, watched::CHANGES]);
    let api = typing::endpoints(api);
    presence::endpoints(api).endpoint(watched::endpoint())
}
