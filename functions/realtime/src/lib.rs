#![doc = include_str!("../README.md")]

use whisper_kit::Api;

#[cfg(target_family = "wasm")]
whisper_kit::entry!(crate::api);

/// The endpoints of this function.
pub fn api() -> Api {
    Api::new(
        "realtime",
        "Tells every device what happens: streams and long polls, typing, presence.",
    )
}
