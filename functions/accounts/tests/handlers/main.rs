//! The function on a database of its own, with the clock held still.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;
mod foreign;
mod passwords;
mod people;
mod pictures;
mod presence;
mod profiles;
mod verifying;
