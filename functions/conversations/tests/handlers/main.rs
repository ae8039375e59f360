//! The function on a database of its own: its reads and writes, with the clock held still.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod bans;
mod blocked;
mod departure;
mod directory;
mod drafts;
mod hall;
mod invitations;
mod joining;
mod joining_model;
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
