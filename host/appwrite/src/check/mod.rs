//! Holding a configuration against the limits.

mod buckets;
mod cli;
mod columns;
mod functions;
mod id;
mod indexes;
mod permission;
mod rows;
mod rule;
mod strict;
mod tables;

pub use rule::{Rule, Severity, Violation};

use crate::limits::STORAGE;
use crate::model::{Config, File};

/// Settings that differ from server to server.
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

/// The violations for which a server would refuse a configuration, in the order of the file; and warnings.
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

/// The violations of a whole file, functions included; and refusals of some command lines, as warnings.
pub fn check_file(file: &File, options: Options) -> Vec<Violation> {
    let mut found = check(&file.config, options);
    functions::functions(&file.functions, &mut found);
    cli::cli(&file.value, &mut found);
    found
}
