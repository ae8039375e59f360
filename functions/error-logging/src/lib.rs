#![doc = include_str!("../README.md")]

mod fingerprint;
mod frames;
mod groups;
mod inside;
mod keep;
mod post;
mod redact;
mod report;
mod resolve;
mod retention;

use whisper_kit::Api;

pub use keep::KEPT;

/// Name of the component.
pub const NAME: &str = "error-logging";
/// Name of the job.
pub const RETENTION: &str = "error-retention";

#[cfg(target_family = "wasm")]
whisper_kit::entry!(crate::api);

/// The endpoints of this function.
pub fn api() -> Api {
    Api::new(NAME, "Errors of apps, functions and the host.")
        .numbers(&[retention::DAYS])
        .rates(&post::RATES)
        .endpoint(post::one_endpoint())
        .endpoint(post::many_endpoint())
        .endpoint(resolve::resolve_endpoint())
        .endpoint(resolve::reopen_endpoint())
        .endpoint(groups::list_endpoint())
        .endpoint(groups::get_endpoint())
        .endpoint(groups::errors_endpoint())
        .endpoint(inside::function_endpoint())
        .endpoint(inside::host_endpoint())
        .endpoint(retention::endpoint())
}
