//! What a project holds.

use std::collections::{BTreeMap, VecDeque};
use std::time::{Duration, SystemTime};

use serde_json::Value;

use crate::Options;
use crate::auth::User;
use crate::bucket::Bucket;
use crate::database::Database;
use crate::event::Event;
use crate::moment::Moment;
use crate::refusal::{Answered, Refusal};
use crate::table::Table;
use crate::transaction::Transaction;

/// What tells the time.
pub type Clock = Box<dyn Fn() -> SystemTime + Send>;

/// What is done before a commit.
pub type Before = Box<dyn FnOnce() + Send>;

/// A project, and what goes wrong with it on purpose.
pub struct Project {
    pub options: Options,
    pub databases: Vec<Database>,
    pub buckets: Vec<Bucket>,
    pub writes: Vec<String>,
    pub fails_after: Option<u32>,
    pub throttled: u32,
    pub transactions: Vec<Transaction>,
    pub users: Vec<User>,
    /// Keys beside the one that every server has, with their scopes.
    pub keys: Vec<(String, Vec<String>)>,
    pub events: Vec<Event>,
    /// How often each route was asked.
    pub requests: BTreeMap<String, usize>,
    pub clock: Clock,
    pub ahead: Duration,
    /// Commits that are still to fail, and those whose answers are still to get lost.
    pub conflicts: u32,
    pub lost: u32,
    /// What is done before the next commits, one for each.
    pub before_commits: VecDeque<Before>,
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
            transactions: Vec::new(),
            users: Vec::new(),
            keys: Vec::new(),
            events: Vec::new(),
            requests: BTreeMap::new(),
            clock: Box::new(SystemTime::now),
            ahead: Duration::ZERO,
            conflicts: 0,
            lost: 0,
            before_commits: VecDeque::new(),
        }
    }

    pub fn now(&self) -> Moment {
        Moment::of((self.clock)() + self.ahead)
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
