//! Values between components and the server, converted as Spin converts them.
//!
//! A parameter must have the type that the statement gives it: the driver converts between no two types, not even between two sizes of
//! integers. A column of a type that isn't known here arrives as the bytes that the server sent.

mod decimals;
mod opaque;
mod ranges;
mod read;
mod times;
mod write;

pub use read::{columns, memory, row};
pub use write::{Parameter, parameters};
