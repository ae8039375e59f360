//! What a project holds.

use serde_json::Value;

use crate::Options;
use crate::bucket::Bucket;
use crate::database::Database;
use crate::refusal::{Answered, Refusal};
use crate::table::Table;

/// A project, and what goes wrong with it on purpose.
pub struct Project {
    pub options: Options,
    pub databases: Vec<Database>,
    pub buckets: Vec<Bucket>,
    pub writes: Vec<String>,
    pub fails_after: Option<u32>,
    pub throttled: u32,
}

impl Project {
    pub fn new(options: Options) -> Self {
        Project {
            options,
            databases: Vec::new(),
            buckets: Vec::new(),
            writes: Vec::new(),
            fails_after: None,
            throttled: 0,
        }
    }

    pub fn database(&mut self, id: &str) -> Result<&mut Database, Refusal> {
        let found = self.databases.iter_mut().find(|database| database.id == id);
        found.ok_or_else(|| Refusal::missing("database"))
    }

    pub fn table(&mut self, database: &str, id: &str) -> Result<&mut Table, Refusal> {
        let tables = &mut self.database(database)?.tables;
        let found = tables.iter_mut().find(|table| table.id == id);
        found.ok_or_else(|| Refusal::missing("table"))
    }
}

/// A page of a list, under its name, with how many there are in all.
pub fn page(name: &str, all: Vec<Value>, (offset, limit): (usize, usize)) -> Answered {
    let total = all.len();
    let some: Vec<Value> = all.into_iter().skip(offset).take(limit).collect();
    Ok((200, serde_json::json!({"total": total, name: some})))
}
