//! The events that listeners hear of, by polls that don't wait, and the handlers: their answers, and everything they write.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod copies;
mod files;
mod kinds;
mod parted;
mod pictures;
mod presence;
mod presence_model;
mod roles;
mod room;
mod signals;
mod steps;
mod together;
mod typing;
mod watched;
mod world;
