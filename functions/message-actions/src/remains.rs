//! Remains of messages that were deleted for all: the rows about them that the deletion left.

use whisper_kit::Result;
use whisper_kit::jobs::{Budget, Due, Expiring};
use whisper_schema::Timestamp;
use whisper_schema::prelude::{Column, MessageRemains};
use whisper_store::{Batch, Doc, Filter, Order, Query};

use crate::hanging::Hanging;

/// A message of which something may be left.
type DueRemains = Due<()>;

/// Rows about messages that were deleted for all.
pub struct Remains;

impl Expiring for Remains {
    type End = MessageRemains;
    type Item = ();
    const NOT_REMOVED: (&'static str, &'static str) = ("message_remains_not_removed", "messageId");

    fn ended(&self, now: Timestamp) -> Query<MessageRemains> {
        Query::new()
            .filter(Filter::le(MessageRemains::DUE_AT, now))
            .order(Order::asc(MessageRemains::DUE_AT))
    }

    async fn due(
        &self,
        _: &Budget<'_>,
        ended: Vec<Doc<MessageRemains>>,
    ) -> Result<Vec<DueRemains>> {
        let due = ended.into_iter().map(|remains| Due {
            id: remains.into_inner().id,
            rows: 1,
            item: (),
        });
        Ok(due.collect())
    }

    async fn remove(&self, run: &Budget<'_>, due: &[DueRemains]) -> Result<u64> {
        let (ids, most) = (ids(due), due.len() as u64);
        let batch = hanging(due).remove(Batch::new(), run.bounds.rows_per_commit);
        let batch = batch.delete_where(Filter::is_in(Column::<MessageRemains>::id(), ids), most);
        run.commit(batch).await?;
        Ok(most)
    }

    async fn clear(&self, run: &Budget<'_>, due: &DueRemains) -> Result<()> {
        hanging(std::slice::from_ref(due)).drain(run).await
    }
}

fn ids(due: &[DueRemains]) -> Vec<&str> {
    due.iter().map(|due| due.id.as_str()).collect()
}

/// Any of them may have had a poll: nothing tells any more.
fn hanging(due: &[DueRemains]) -> Hanging {
    let ids = ids(due);
    Hanging::of(&ids, &ids).but_places()
}
