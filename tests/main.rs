//! End-to-end tests: HTTP against a running bundle, a file for each feature.
//!
//! `WHISPER_URL=http://… cargo test -p e2e` runs them against any bundle, on any host.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod accounts;
mod appwrite;
mod bench;
mod bodies;
mod commands;
mod computing;
mod contacts;
mod conversations;
mod copying;
mod crash;
mod deploy;
mod edge;
mod errors;
mod follows;
mod full_disk;
mod host;
mod integrations;
mod leases;
mod logs;
mod media;
mod messages;
#[path = "../host/appwrite/tests/npm/mod.rs"]
mod npm;
mod on_postgres;
mod on_replica;
mod openapi;
mod operators;
mod pieces;
mod pip;
mod postgres;
mod proxies;
mod push;
mod reactions;
mod readme;
mod realtime;
mod schema_push;
mod schemathesis;
mod search;
mod smoke;
mod starting;
mod stopping;
mod store;
mod stored;
mod stories;
mod story_expiry;
mod tables;
mod world;
mod xp;
mod zones;
