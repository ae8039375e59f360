#![doc = include_str!("../README.md")]

// The derive names the crate, also from inside it.
extern crate self as whisper_schema;

mod choices;
mod column;
#[doc(hidden)]
pub mod derived;
mod document;
#[cfg(not(target_family = "wasm"))]
pub mod json_schema;
pub mod main_db;
mod meta;
mod timestamp;

pub use choices::{Choice, UnknownChoice};
pub use column::Column;
pub use document::Document;
pub use meta::{
    Attribute, Bucket, Collection, Database, DefaultValue, Index, IndexColumn, IndexKind, Kind,
    Order,
};
pub use timestamp::{InvalidTimestamp, Timestamp};
pub use whisper_schema_derive::Collection;
