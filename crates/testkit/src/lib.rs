//! Builds, starts and calls a bundle in tests.
//!
//! A test asks for a [`TestApp`] and speaks HTTP to it. By default the test gets a bundle of its own:
//! the `whisper` host on a port that the system chose, with a fresh data folder that goes with the test.
//! With `WHISPER_URL` set, every test speaks to that bundle instead, on any host; tests
//! that must stop the host, move its clock or read its files say so ([`TestApp::own`]) and are skipped
//! with a line there.
//!
//! Failures panic on purpose: this crate is only ever linked into tests.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod app;
mod builder;
mod bundle;
mod control;
mod doors;
mod events;
mod gate;
mod http;
mod log;
mod people;
pub mod push;

pub use app::TestApp;
pub use builder::Builder;
pub use bundle::{binary, components, functions, root};
pub use doors::{NO_IDS, Route, ids};
pub use events::{Events, Unread};
pub use gate::{Caller, Gate};
pub use http::{Call, Reply};
pub use people::Person;
pub use serde_json::{Value, json};
