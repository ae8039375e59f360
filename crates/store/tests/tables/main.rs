//! The store on TablesDB.
#![allow(clippy::unwrap_used)]

mod answers;
mod batches;
mod scripted;
