//! Files, natively: uploads, what is served to whom, quotas, the library and the job.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod content;
mod expiry;
mod library;
mod postgres;
mod quotas;
mod readers;
mod resumption;
mod scene;
mod signed;
mod upload;
