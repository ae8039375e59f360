//! Exports of the schema: Appwrite's configuration file, TypeScript, the reference; and the rules by which a server of
//! Appwrite's refuses a file.
//!
//! The limits are those of Appwrite 1.9.6 with utopia-php/database 7.2.6 on MariaDB or PostgreSQL, which share
//! them. Only [`remote`] talks to a server. [`package`] makes functions of the components.

pub mod check;
mod export;
mod from_schema;
pub mod limits;
mod model;
pub mod package;
mod permissions;
mod read;
mod reference;
pub mod remote;
mod settings;
mod typescript;
mod width;

pub use check::{Options, Rule, Severity, Violation, check, check_file};
pub use export::appwrite;
pub use from_schema::from_schema;
pub use model::{Bucket, Column, Config, File, Function, Index, Kind, Named, Table};
pub use read::{Unreadable, read, read_file};
pub use reference::reference;
pub use typescript::typescript;
pub use width::{in_row, row};
