#![doc = include_str!("../README.md")]

mod hash;
mod verify;

use whisper_kit::Api;

/// Most characters of a password, the same as where one is set.
const PASSWORD_MAX: usize = 1024;

/// The endpoints.
pub fn api() -> Api {
    Api::new(
        "passwords",
        "Hashes passwords, apart from everything that has to answer soon",
    )
    .without_store()
    .endpoint(hash::endpoint())
    .endpoint(verify::endpoint())
}

#[cfg(target_family = "wasm")]
whisper_kit::entry!(crate::api);
