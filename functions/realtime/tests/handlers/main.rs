//! The events that listeners hear of, by polls that don't wait, on a database of their own.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod copies;
mod kinds;
mod world;
