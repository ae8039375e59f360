//! What the clones of a store on TablesDB share.

use std::time::Duration;

use super::Tables;
use crate::SqlValue;
use crate::batch::Committed;
use crate::commit::Lowered;
use crate::error::StoreError;
use crate::migrate::MigrationReport;
use crate::read::Questions;
use crate::store::Clock;

pub(crate) struct Engine {
    tables: Tables,
    clock: Clock,
}

impl Engine {
    pub fn new(tables: Tables, clock: Clock) -> Self {
        Engine { tables, clock }
    }

    pub async fn read(&self, _questions: Questions) -> Result<Vec<SqlValue>, StoreError> {
        Err(StoreError::Unavailable("TablesDB is under way".into()))
    }

    pub async fn commit(&self, _batch: Lowered) -> Result<Committed, StoreError> {
        Err(StoreError::Unavailable("TablesDB is under way".into()))
    }

    pub async fn check(&self) -> Result<MigrationReport, StoreError> {
        Err(StoreError::Unavailable("TablesDB is under way".into()))
    }

    pub async fn pause(&self, time: Duration) {
        self.tables.transport.pause(time).await;
    }
}
