//! A project: its data, its users, its functions, and its faults on purpose.

use std::collections::{BTreeMap, VecDeque};
use std::time::{Duration, SystemTime};

use serde_json::Value;

use crate::Options;
use crate::auth::Who;
use crate::bucket::Bucket;
use crate::database::Database;
use crate::deadlock::Deadlocks;
use crate::event::Event;
use crate::function::Function;
use crate::function::rule::Rule;
use crate::function::run::{self, Runner, Trigger};
use crate::moment::Moment;
use crate::refusal::{Answered, Refusal};
use crate::session::Session;
use crate::table::Table;
use crate::transaction::Transaction;
use crate::user::User;

/// The clock of a server.
pub type Clock = Box<dyn Fn() -> SystemTime + Send>;

/// Work that is done before a commit.
pub type Before = Box<dyn FnOnce() + Send>;

/// A project, and its faults on purpose.
pub struct Project {
    pub options: Options,
    pub databases: Vec<Database>,
    pub buckets: Vec<Bucket>,
    pub writes: Vec<String>,
    pub fails_after: Option<u32>,
    pub throttled: u32,
    pub transactions: Vec<Transaction>,
    pub users: Vec<User>,
    /// Users of the console: each of them owns the project.
    pub operators: Vec<User>,
    pub sessions: Vec<Session>,
    pub functions: Vec<Function>,
    pub rules: Vec<Rule>,
    /// Where the API is, for functions.
    pub endpoint: String,
    /// The way to run functions; without one they aren't run.
    pub runner: Option<Runner>,
    /// Keys beside the one that every server has, with their scopes.
    pub keys: Vec<(String, Vec<String>)>,
    pub events: Vec<Event>,
    /// How often each route was asked.
    pub requests: BTreeMap<String, usize>,
    /// How many requests came in chunks.
    pub chunked: usize,
    pub clock: Clock,
    pub ahead: Duration,
    /// Commits that are still to fail, and those whose answers are still to get lost.
    pub conflicts: u32,
    pub lost: u32,
    /// The orders in which commits took rows, if that matters.
    pub deadlocks: Option<Deadlocks>,
    /// Work that is done before the next commits, one for each.
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
            operators: Vec::new(),
            sessions: Vec::new(),
            functions: Vec::new(),
            rules: Vec::new(),
            endpoint: String::new(),
            runner: None,
            keys: Vec::new(),
            events: Vec::new(),
            requests: BTreeMap::new(),
            chunked: 0,
            clock: Box::new(SystemTime::now),
            ahead: Duration::ZERO,
            conflicts: 0,
            lost: 0,
            deadlocks: None,
            before_commits: VecDeque::new(),
        }
    }

    pub fn now(&self) -> Moment {
        Moment::of((self.clock)() + self.ahead)
    }

    /// The users of the console, or those of the project.
    pub fn people(&self, console: bool) -> &[User] {
        if console {
            &self.operators
        } else {
            &self.users
        }
    }

    /// Notes an event, by whom it is, and starts the functions that are declared for it.
    pub fn happened(&mut self, event: Event, who: &Who) {
        let user = who.user().unwrap_or_default().to_owned();
        for function in run::declared(self, &event.name) {
            let trigger = Trigger::Event {
                event: event.clone(),
                user: user.clone(),
            };
            run::later(self, &function, &trigger);
        }
        self.events.push(event);
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
