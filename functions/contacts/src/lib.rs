#![doc = include_str!("../README.md")]

mod details;
mod discovery;
mod get;
mod import;
mod keep;
mod limits;
mod list;
mod remove;
mod request;
mod requests;
mod search;
mod side;

use whisper_kit::Api;

#[cfg(target_family = "wasm")]
whisper_kit::entry!(crate::api);

/// Where a contact is.
const CONTACT: &str = "/v1/contacts/{userId}";

/// The endpoints of this function.
pub fn api() -> Api {
    let api = Api::new(
        "contacts",
        "Address books: a user's contacts, their notes about each, and requests to be one.",
    )
    .rates(&[limits::CHANGES, limits::REQUESTS, limits::LOOKUPS])
    .endpoint(list::endpoint())
    .endpoint(get::endpoint())
    .endpoint(keep::add_endpoint())
    .endpoint(keep::edit_endpoint())
    .endpoint(remove::endpoint());
    let api = requests::endpoints(api);
    let api = discovery::endpoints(api);
    api.endpoint(import::endpoint())
}
