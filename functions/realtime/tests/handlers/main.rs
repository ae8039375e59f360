//! The handlers on a database of their own: their answers, and everything they write.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod presence;
mod presence_model;
mod room;
mod signals;
mod typing;
mod watched;
