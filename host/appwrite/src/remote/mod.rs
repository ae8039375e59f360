//! A server and our schema: what differs, and bringing the server up to it.
//!
//! A push never trusts what it did before: it reads the server, compares, and does what is missing. So it can be
//! interrupted at any point and begun again, and a second one does nothing.

mod change;
mod client;
mod compare;
mod plan;
mod push;
mod state;

pub use change::{Change, Verb, What};
pub use client::{Client, RemoteError};
pub use plan::{Plan, Refused, plan};
pub use push::{Progress, PushError, push};
pub use state::state;
