//! The function on a database of its own: its reads and writes, with the clock held still.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod bans;
mod blocked;
mod catching_up;
mod catching_up_model;
mod communities;
mod deleted;
mod departure;
mod directory;
mod drafts;
mod folders;
mod hall;
mod invitations;
mod joining;
mod joining_model;
mod limits;
mod linked;
mod list;
mod list_model;
mod making;
mod my_settings;
mod permissions;
mod pictures;
mod pinned;
mod reading;
mod receipts;
mod requests;
mod room;
mod seen;
mod strangers;
mod telling;
mod timer;
mod totals;
