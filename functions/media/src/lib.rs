#![doc = include_str!("../README.md")]

mod begin;
mod buckets;
mod expiry;
mod library;
mod limits;
mod own;
mod reading;
mod removal;
mod room;
mod serve;
mod sniff;
mod upload;
mod view;

use whisper_kit::Api;

pub use expiry::JOB;

/// Where a file is.
const FILE: &str = "/v1/files/{fileId}";
/// Where its bytes are: where they come, and where they are served.
const CONTENT: &str = "/v1/files/{fileId}/content";

/// The function's endpoints.
pub fn api() -> Api {
    let about = "Files: uploads that can be resumed, who may read them, ranges, and the library";
    Api::new("media", about)
        .rates(&limits::RATES)
        .numbers(&limits::NUMBERS)
        .endpoint(begin::endpoint())
        .endpoint(upload::put_endpoint())
        .endpoint(upload::append_endpoint())
        .endpoint(upload::cancel_endpoint())
        .endpoint(serve::endpoint())
        .endpoint(library::get_endpoint())
        .endpoint(library::change_endpoint())
        .endpoint(library::delete_endpoint())
        .endpoint(library::list_endpoint())
        .endpoint(library::usage_endpoint())
        .endpoint(expiry::endpoint())
}

#[cfg(target_family = "wasm")]
whisper_kit::entry!(crate::api);
