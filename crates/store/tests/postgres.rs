//! The store on PostgreSQL, on a server of the tests' own.
#![allow(clippy::unwrap_used)]

#[path = "postgres/conformance.rs"]
mod conformance;
#[path = "postgres/order.rs"]
mod order;
#[path = "postgres/races.rs"]
mod races;
