//! Documents as somebody sees them, on a database, outside of any request of theirs.
#![allow(clippy::unwrap_used)]

mod conversations;
mod members;
mod notifications;
mod scene;
mod stories;
