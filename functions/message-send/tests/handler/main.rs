//! The handlers on a database of their own: their answers, and everything they write.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod context;
mod cost;
mod effects;
mod history;
mod limits;
mod positions;
mod requests;
mod scene;
mod views;
