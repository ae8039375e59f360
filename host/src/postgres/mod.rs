//! PostgreSQL as components use it: pools of connections behind `spin:postgres/postgres@4.2.0`, with the limits, conversions and texts of
//! errors that Spin has.
//!
//! A component has a pool for each address, made when it first opens a connection. A guest's connection is one of the pool's until the
//! guest drops it, in whatever state: an open transaction goes back with it, and the next one to get it is inside.
//!
//! It differs from Spin in this, and in nothing that a component can count on:
//!
//! - Spin lets an address with `hostaddr` connect anywhere, and one that its synchronous `build` is given. Here both are held to the
//!   grants.
//! - Spin panics at a range whose bound is the greatest integer, and at a NUMERIC that is too large, and its synchronous `query` never
//!   returns when there is no row. Here the first two are errors, and the third returns none.
//! - Spin has each statement prepared anew. Here those with parameters stay prepared on their connection.
//! - TLS is rustls with the system's certificates, not OpenSSL: the server's name must be among its certificate's alternative names.
#![allow(
    clippy::result_large_err,
    reason = "the error of the interface has all that the server tells"
)]

mod address;
mod connection;
mod errors;
mod pools;
mod statements;
mod tls;
mod values;

pub use connection::{Connection, ConnectionBuilder};
pub use pools::Pools;

pub(crate) use address::check;
pub(crate) use connection::Rows;
pub(crate) use errors::{connection_failed, too_many_connections};
pub(crate) use tls::{RootCertificate, connector};

/// Connections, and builders of connections, that one instance may hold; the same as in Spin.
pub(crate) const MAX_HANDLES: usize = 1024;

/// Handles that an instance holds.
#[derive(Debug, Default)]
pub struct Handles {
    /// Of connections.
    pub connections: usize,
    /// Of builders of connections.
    pub builders: usize,
}
