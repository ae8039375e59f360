//! The store on TablesDB.
#![allow(clippy::unwrap_used)]

mod answers;
mod batches;
mod conformance;
mod scripted;
mod server;
