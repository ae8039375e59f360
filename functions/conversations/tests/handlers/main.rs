//! The function on a database of its own: its reads and writes, with the clock held still.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod bans;
mod blocked;
mod departure;
mod drafts;
mod limits;
mod list;
mod list_model;
mod making;
mod permissions;
mod reading;
mod receipts;
mod requests;
mod room;
mod strangers;
mod telling;
mod timer;
