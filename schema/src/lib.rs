#![doc = include_str!("../README.md")]

// The derive names the crate, also from inside it.
extern crate self as whisper_schema;

pub mod analytics_db;
pub mod body;
mod choice;
mod choices;
mod column;
pub mod content_db;
pub mod ddl;
#[doc(hidden)]
pub mod derived;
mod document;
pub mod emoji;
mod ephemeral;
mod excerpt;
mod hex;
#[cfg(not(target_family = "wasm"))]
pub mod json_schema;
pub mod main_db;
mod meta;
mod migrations;
pub mod prelude;
mod registry;
mod rule;
pub mod social_db;
pub mod system;
pub mod text;
mod timestamp;
pub mod validate;
pub mod web3_db;

pub use body::{Body, Change, Changes};
pub use choice::{Choice, UnknownChoice};
pub use column::Column;
pub use document::Document;
pub use ephemeral::Ephemeral;
pub use excerpt::excerpt;
pub use hex::{Hex, from_hex};
pub use meta::{
    Access, Attribute, Bucket, Collection, Database, DefaultValue, Index, IndexColumn, IndexKind,
    Kind, Order, Parts, Retention,
};
pub use migrations::{MIGRATIONS, Migration, POSTGRES_MIGRATIONS};
pub use registry::{
    Stats, buckets, collection, collections, databases, stats, system_collections, system_database,
};
pub use rule::Rule;
pub use text::Text;
pub use timestamp::{InvalidTimestamp, Timestamp};
pub use validate::{Violation, validate, validate_patch};
pub use whisper_schema_derive::{Body, Collection};
