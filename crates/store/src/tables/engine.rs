//! The state that the clones of a store on TablesDB share.

use std::cell::Cell;
use std::rc::Rc;
use std::time::Duration;

use futures::future::LocalBoxFuture;
use serde_json::json;
use whisper_schema::prelude::{Document, Event};
use whisper_schema::{Collection, MIGRATIONS, Timestamp, collections, system_collections};

use super::Tables;
use super::client::Refusal;
use super::record::REVISION_COLUMN;
use super::rows::side_by_side;
use crate::SqlValue;
use crate::clock::{Clock, FARTHEST_AHEAD, Ticking};
use crate::commit::Queue;
use crate::error::StoreError;
use crate::migrate::MigrationReport;
use crate::read::Questions;

/// A store on TablesDB.
pub(crate) struct Engine {
    pub tables: Tables,
    /// One commits at a time: so batches of one store come in the order in which they were given.
    pub queue: Rc<Queue>,
    /// The time, and the latest that a commit of this instance was given.
    clock: Ticking,
    /// Whether it is known how late it was for the instances before this one.
    recalled: Cell<bool>,
}

/// How many of the newest events are asked for their times: those of several instances differ as their clocks do.
const RECALLED: usize = 10;

impl Engine {
    /// Most operations of a transaction of the server's.
    pub const MOST: usize = 100;
    /// Most operations of a group of batches. Each takes at most two of the server's: changing a
    /// row takes two, and so does holding it.
    pub const MOST_OPERATIONS: usize = Engine::MOST / 2;

    pub fn new(tables: Tables, clock: Clock) -> Self {
        Engine {
            tables,
            queue: Queue::new(1),
            clock: Ticking::new(clock),
            recalled: Cell::new(false),
        }
    }

    /// Asks once for the times of the newest events, so that times of commits don't go back when an instance begins
    /// anew, or another one takes over.
    pub async fn recall(&self) -> Result<(), StoreError> {
        if self.recalled.get() {
            return Ok(());
        }
        let at = Event::CREATED_AT.key();
        let queries = [
            json!({"method": "orderDesc", "attribute": "$sequence"}),
            json!({"method": "limit", "values": [RECALLED]}),
            json!({"method": "select", "values": ["$id", at]}),
        ];
        let rows = match self.tables.list(Event::COLLECTION, &queries, false).await {
            Ok((rows, _)) => rows,
            // Without a table of events there was no commit yet.
            Err(refusal) if refusal.is(404) => Vec::new(),
            Err(refusal) => return Err(refusal.into()),
        };
        let times = rows.iter().filter_map(|row| row[at].as_str());
        let times = times.filter_map(|time| Timestamp::parse(time).ok());
        // Times of a clock that has been mended since aren't true.
        let farthest = self.clock.now().plus(FARTHEST_AHEAD);
        let times = times.filter(|time| *time <= farthest);
        if let Some(latest) = times.max() {
            self.clock.heard_of(latest);
        }
        self.recalled.set(true);
        Ok(())
    }

    /// The time of a commit: not earlier than that of the one before in this instance, or of the newest events when it
    /// began, unless that was further ahead of
    /// the clock than a mended clock leaves it.
    pub fn tick(&self) -> Timestamp {
        self.clock.tick()
    }

    /// The time by the clock of this instance.
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    pub async fn read(&self, mut questions: Questions) -> Result<Vec<SqlValue>, StoreError> {
        questions.tables().try_for_each(|table| is_kept(table.0))?;
        questions.spread();
        let now = self.clock.now();
        let slots = questions.binds.at(now);
        self.tables.answers(&questions.shapes, &slots, now).await
    }

    /// Whether every table is there, with the column that the store keeps beside the attributes.
    pub async fn check(&self) -> Result<MigrationReport, StoreError> {
        let tables = collections().iter().chain(system_collections());
        let tables = tables.copied().filter(|table| is_kept(table).is_ok());
        let tables: Vec<&Collection> = tables.collect();
        let looks = tables.iter().map(|table| {
            Box::pin(async move {
                let queries = [
                    json!({"method": "limit", "values": [1]}),
                    json!({"method": "select", "values": ["$id", REVISION_COLUMN]}),
                ];
                self.tables.list(table, &queries, false).await.map(|_| ())
            }) as LocalBoxFuture<'_, Result<(), Refusal>>
        });
        for (looked, table) in side_by_side(looks.collect()).await.into_iter().zip(&tables) {
            match looked {
                Ok(()) => {}
                Err(refusal) if refusal.is(404) || refusal.is(400) => {
                    let why = format!(
                        "the table {} is missing or older than this program: run `whisper schema push`",
                        table.id
                    );
                    return Err(StoreError::Internal(why));
                }
                Err(refusal) => return Err(refusal.into()),
            }
        }
        let version = MIGRATIONS.iter().map(|migration| migration.number).max();
        Ok(MigrationReport {
            applied: Vec::new(),
            version: version.unwrap_or_default(),
        })
    }

    pub async fn pause(&self, time: Duration) {
        self.tables.transport.pause(time).await;
    }
}

/// Refuses a collection that has bytes: the server has no column for them, so there is no such table.
pub(super) fn is_kept(collection: &Collection) -> Result<(), StoreError> {
    match collection.has_bytes() {
        false => Ok(()),
        true => Err(StoreError::Internal(format!(
            "{} has bytes, which TablesDB can't keep",
            collection.id
        ))),
    }
}
