//! The function on a database that it shares with the functions beside it, with a receiver of the test's own.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod belonging;
mod belonging_model;
mod farm;
mod incoming;
mod managing;
mod owning;
mod posting;
mod told;
mod turns;
mod world;
