#![doc = include_str!("../README.md")]

mod access;
mod bots;
mod commands;
mod incoming;
mod job;
mod limits;
mod outgoing;
mod worker;

use std::rc::Rc;

use whisper_kit::Api;
use whisper_kit::outbound::{Transport, runtime};

use worker::Worker;

/// The job's name.
pub const JOB: &str = "integrations";

/// The function's endpoints.
pub fn api() -> Api {
    api_with(runtime())
}

/// The function's endpoints with another way out.
pub fn api_with(transport: Transport) -> Api {
    let worker = Rc::new(Worker::new(transport));
    let api = Api::new(
        JOB,
        "Programs that take part in conversations: webhooks that post, webhooks that are told of events, and bots",
    )
    .variables(&outgoing::VARIABLES)
    .rates(&[limits::CHANGES, limits::BOTS])
    .numbers(&[bots::OWNED]);
    let api = commands::endpoints(bots::endpoints(api));
    let api = outgoing::endpoints(incoming::endpoints(api), &worker);
    job::endpoints(api, &worker)
}

#[cfg(target_family = "wasm")]
whisper_kit::entry!(crate::api);
