//! Holding a configuration against the limits.

mod buckets;
mod columns;
mod indexes;
mod rows;
mod rule;
mod tables;

pub use rule::{Rule, Severity, Violation};

use crate::limits::STORAGE;
use crate::model::Config;

/// What depends on the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Options {
    /// Its `_APP_STORAGE_LIMIT`, in bytes.
    pub storage_limit: u64,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            storage_limit: STORAGE,
        }
    }
}

/// Everything that a server would refuse, in the order of the file; and warnings.
pub fn check(config: &Config, options: Options) -> Vec<Violation> {
    let mut found = Vec::new();
    tables::databases(config, &mut found);
    for table in &config.tables {
        tables::table(config, table, &mut found);
        columns::columns(table, &mut found);
        rows::width(table, &mut found);
        indexes::indexes(table, &mut found);
    }
    tables::twice(config, &mut found);
    buckets::buckets(config, options, &mut found);
    found
}
