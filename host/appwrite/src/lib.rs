//! The schema on Appwrite: the configuration file that its CLI pushes, and what a server refuses.
//!
//! The limits are those of Appwrite 1.9.6 with utopia-php/database 7.2.6 on MariaDB or PostgreSQL, which share
//! them. Nothing here talks to a server.

pub mod check;
pub mod limits;
mod model;
mod ours;
mod read;
mod width;

pub use check::{Options, Rule, Severity, Violation, check};
pub use model::{Bucket, Column, Config, Index, Kind, Named, Table};
pub use ours::ours;
pub use read::{Unreadable, read};
pub use width::{in_row, row};
