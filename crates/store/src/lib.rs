#![doc = include_str!("../README.md")]

mod batch;
mod bell;
mod bind;
mod clock;
mod columns;
mod commit;
#[cfg(feature = "conformance")]
pub mod conformance;
mod connections;
#[cfg(all(feature = "native", not(target_family = "wasm")))]
pub mod copy;
mod database;
mod decode;
mod doc;
mod driver;
mod encode;
mod error;
mod filter;
mod gate;
mod line;
mod migrate;
#[cfg(all(feature = "native", not(target_family = "wasm")))]
pub mod native;
#[cfg(target_family = "wasm")]
pub mod outgoing;
mod parts;
mod patch;
pub mod postgres;
mod query;
mod read;
mod reading;
mod replica;
#[cfg(all(feature = "spin", target_family = "wasm"))]
pub mod spin;
mod sql;
mod store;
pub mod tables;

pub use batch::{Batch, Committed};
pub use bell::Bell;
pub use clock::Clock;
pub use doc::{Cursor, Doc, Page};
pub use driver::{Connection, Dialect, Driver, DriverError, LocalBoxFuture, SqlValue};
pub use error::StoreError;
pub use filter::{Filter, Order};
pub use migrate::{MigrationReport, UNFINISHED_COPY};
pub use parts::{Ahead, Part};
pub use patch::Patch;
pub use query::{Count, DEFAULT_LIMIT, First, Get, MAX_LIMIT, Paged, Query};
pub use read::{Answers, Questions, ReadSet};
pub use replica::{OnReplicaFault, ReplicaFault};
pub use store::Store;
pub use whisper_words::Phrase;
