#![doc = include_str!("../README.md")]

mod add_email;
mod anonymous;
mod attempts;
mod block;
mod change_password;
mod documents;
mod edit;
mod find_users;
mod foreign;
mod founding;
mod list_blocks;
mod list_sessions;
mod manage_users;
mod me;
mod my_account;
mod public_keys;
mod refresh;
mod revoke_session;
mod revoke_sessions;
pub mod rules;
mod sign_in;
mod sign_up;
mod trail;
mod unblock;
mod update_me;
mod user;
mod verify;
mod views;

use whisper_kit::Api;
use whisper_kit::auth::HASHING;

/// The endpoints.
pub fn api() -> Api {
    Api::new(
        "accounts",
        "Sign-up, sign-in, sessions, profiles and blocks",
    )
    .rates(&[founding::RATE, block::RATE, update_me::RENAMES])
    .variables(&[HASHING])
    .endpoint(sign_up::endpoint())
    .endpoint(anonymous::endpoint())
    .endpoint(sign_in::endpoint())
    .endpoint(refresh::endpoint())
    .endpoint(list_sessions::endpoint())
    .endpoint(revoke_session::endpoint())
    .endpoint(revoke_sessions::endpoint())
    .endpoint(public_keys::endpoint())
    .endpoint(foreign::endpoint())
    .endpoint(me::endpoint())
    .endpoint(update_me::endpoint())
    .endpoint(my_account::endpoint())
    .endpoint(add_email::endpoint())
    .endpoint(change_password::endpoint())
    .endpoint(find_users::endpoint())
    .endpoint(user::endpoint())
    .endpoint(block::endpoint())
    .endpoint(unblock::endpoint())
    .endpoint(list_blocks::endpoint())
    .endpoint(manage_users::show_endpoint())
    .endpoint(manage_users::disable_endpoint())
    .endpoint(manage_users::enable_endpoint())
    .endpoint(verify::endpoint())
}

#[cfg(target_family = "wasm")]
whisper_kit::entry!(crate::api);
