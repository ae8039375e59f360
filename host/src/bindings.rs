//! Spin's interfaces as `bindgen!` makes them from the `wit` folder of `spin-sdk`; see `build.rs`.
#![allow(missing_docs, clippy::all)]

include!(concat!(env!("OUT_DIR"), "/bindings.rs"));

pub use spin::key_value::key_value;
pub use spin::postgres::postgres;
pub use spin::sqlite::sqlite;
pub use spin::variables::variables;
