//! SQLite for components, exactly as Spin offers it.
//!
//! Each open is a connection of its own, made at the first statement; nothing sets a pragma, so that a locked
//! database is waited for as `rusqlite` does it (5 s, with SQLite's own growing pauses) until a component sets
//! `PRAGMA busy_timeout`; a statement holds its connection until its rows are read or dropped.

mod connection;
mod files;
mod held;
mod keeper;
mod lane;
mod leases;
mod sink;
mod statement;
mod usable;
mod values;

pub use connection::Connection;
pub use files::{checkpoint, database_path};
pub use held::Held;
pub use leases::free_leases;
pub(crate) use sink::End;
pub use usable::check_usable;
pub(crate) use values::io_error;

/// Name of the file behind the label `default`, in the data folder; the same as Spin's.
pub const DATABASE_FILE: &str = "sqlite_db.db";

/// Connections that one instance may have open, as in Spin.
pub const MAX_CONNECTIONS: usize = 256;

/// Bytes that one result may have, as in Spin.
pub(crate) const MAX_RESULT_BYTES: usize = 128 << 20;
