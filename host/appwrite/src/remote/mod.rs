//! A server and our schema: their differences, and bringing the server up to the schema.
//!
//! A push never trusts an earlier one: it reads the server, compares, and makes the missing changes. So it can be
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
