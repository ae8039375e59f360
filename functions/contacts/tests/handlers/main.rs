//! The function on a database of its own: its reads and writes.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod blocked;
mod common;
mod discovery;
mod import;
mod keeping;
mod listing;
mod model;
mod requests;
