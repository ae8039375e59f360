//! The function on a database of its own, with a push service that the test plays.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod answers;
mod delivery;
mod devices;
mod events;
mod inbox;
mod operators;
mod reach;
mod scene;
mod silence;
mod sweep;
mod turns;
