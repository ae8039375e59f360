//! The store on TablesDB.
#![allow(clippy::unwrap_used)]

mod answers;
mod asking;
mod batches;
mod bytes;
mod conformance;
mod formats;
mod meanwhile;
mod order;
mod readers;
mod scripted;
mod server;
mod verified;
