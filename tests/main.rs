//! End-to-end tests: HTTP against a running bundle, a file for each feature.
//!
//! `WHISPER_URL=http://… cargo test -p e2e` runs them against any bundle, whatever serves it.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod edge;
mod host;
mod smoke;
