#![doc = include_str!("../README.md")]

#[cfg(target_family = "wasm")]
mod afterwards;
pub mod auth;
mod body;
mod caller;
mod client;
mod compress;
pub mod config;
pub mod consumer;
mod cors;
mod ctx;
#[cfg(target_family = "wasm")]
mod database;
pub mod edge;
mod endpoint;
#[cfg(target_family = "wasm")]
pub mod entry;
pub mod error;
pub mod events;
pub mod extract;
mod handler;
pub mod idempotency;
pub mod ids;
mod incoming;
#[cfg_attr(not(target_family = "wasm"), allow(dead_code))]
mod intake;
pub mod jobs;
pub mod log;
mod many;
#[cfg(not(target_family = "wasm"))]
pub mod openapi;
pub mod outbound;
mod outlet;
pub mod page;
pub mod precondition;
mod query;
pub mod rate_limit;
pub mod reaction;
#[cfg_attr(not(all(target_family = "wasm", feature = "spin")), allow(dead_code))]
mod replica;
mod reply;
mod request;
mod retry;
mod routes;
pub mod sealing;
mod shape;
pub mod signal;
#[cfg(all(feature = "testing", not(target_family = "wasm")))]
#[allow(clippy::expect_used, clippy::panic)]
pub mod testing;
mod turns;

pub use bytes::Bytes;
pub use config::Config;
pub use ctx::{Ctx, Instance};
pub use endpoint::{Api, Auth, BODY_LIMIT, Endpoint, Header};
pub use error::{Code, Error, FaultView, FieldError, OptionExt, Result, ResultExt, Rule};
pub use extract::{Json, OptionalJson, Params};
pub use handler::{Answering, Described, Handler};
pub use http::Method;
pub use incoming::Incoming;
pub use many::{Together, together};
pub use outlet::{Opened, Outlet};
pub use reply::{Reply, Response};
pub use request::Request;
pub use retry::Attempt;
pub use shape::{Shape, Shaped};
