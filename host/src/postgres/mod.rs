//! PostgreSQL as components use it: pools of connections behind `spin:postgres/postgres@4.2.0`, with the limits, conversions and texts of
//! errors that Spin has.
//!
//! A component has a pool for each address, made when it first opens a connection. A guest's connection is one of the pool's until the
//! guest drops it, in whatever state: an open transaction goes back with it, and the next one to get it is inside. A statement is
//! prepared each time.
//!
//! Three things differ from Spin, none of them visible to a component that does what it may. Spin lets an address with `hostaddr`
//! connect anywhere, and its synchronous `build` too; here both are held to the grants. A range whose bound is the greatest integer is a
//! bad parameter, where Spin panics. TLS is rustls with the system's certificates, not OpenSSL; a server's name must be among its
//! certificate's alternative names.

mod address;
mod connection;
mod errors;
mod pools;
mod tls;
mod values;

pub use connection::{Connection, ConnectionBuilder};
pub use pools::Pools;

pub(crate) use address::check;
pub(crate) use connection::Rows;
pub(crate) use errors::{connection_failed, too_many_connections};
pub(crate) use tls::RootCertificate;

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
