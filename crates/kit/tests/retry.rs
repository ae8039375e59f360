//! Attempts that are made again, commits of many things, and deleting within bounds.
#![allow(clippy::unwrap_used, missing_docs)]

use std::cell::Cell;

use futures::executor::block_on;
use whisper_kit::jobs::{Sweep, Tally, delete_bounded};
use whisper_kit::testing::TestEdge;
use whisper_kit::{Api, Attempt, Code, Ctx, Error, Result, ResultExt, precondition, together};
use whisper_schema::prelude::RateLimit;
use whisper_store::{Batch, Filter, Get, Patch, Query};

fn edge() -> TestEdge {
    TestEdge::new(&Api::new("x", "X."), &[])
}

fn row(id: &str, count: i64) -> RateLimit {
    RateLimit {
        id: id.into(),
        bucket: id.into(),
        count,
        ..RateLimit::default()
    }
}

fn commit(edge: &TestEdge, batch: Batch) {
    block_on(edge.store().commit(batch)).unwrap();
}

fn count(edge: &TestEdge, id: &str) -> Option<i64> {
    let row = block_on(edge.store().read(Get::<RateLimit>::id(id))).unwrap();
    row.map(|row| row.count)
}

/// Doubles the count that it reads; `rival` comes in between.
async fn double(ctx: &Ctx, rival: impl AsyncFn()) -> Result<i64> {
    ctx.retry(async || {
        let read = ctx.read(Get::<RateLimit>::id("r")).await?;
        let read = read.map_or(0, |row| row.count);
        rival().await;
        let patch = Patch::new().set(RateLimit::COUNT, 2 * read);
        let as_read = Filter::eq(RateLimit::COUNT, read);
        let batch = Batch::new().update_if("r", patch, as_read);
        Ok(match ctx.try_commit(batch).await? {
            Some(_) => Attempt::Done(2 * read),
            None => Attempt::Retry,
        })
    })
    .await
}

#[test]
fn whoever_loses_reads_again() {
    let edge = edge();
    commit(&edge, Batch::new().insert(&row("r", 5)));
    let came = Cell::new(0);
    let rival = async || {
        came.set(came.get() + 1);
        if came.get() <= 3 {
            let more = Patch::new().add(RateLimit::COUNT, 1);
            let batch = Batch::new().update::<RateLimit>("r", more);
            edge.store().commit(batch).await.unwrap();
        }
    };
    assert_eq!(block_on(double(&edge.ctx(), rival)).unwrap(), 16);
    assert_eq!((came.get(), count(&edge, "r")), (4, Some(16)));
}

#[test]
fn whoever_always_loses_is_told_to_come_again_later() {
    let edge = edge();
    commit(&edge, Batch::new().insert(&row("r", 5)));
    let rival = async || {
        let more = Patch::new().add(RateLimit::COUNT, 1);
        let batch = Batch::new().update::<RateLimit>("r", more);
        edge.store().commit(batch).await.unwrap();
    };
    let error = block_on(double(&edge.ctx(), rival)).unwrap_err();
    assert_eq!(error.code(), Code::Unavailable);
    assert_eq!(error.headers(), [("retry-after", "1".to_owned())]);
}

#[test]
fn a_refusal_ends_the_attempts() {
    let edge = edge();
    let tried = Cell::new(0);
    let refused = block_on(edge.ctx().retry(async || {
        tried.set(tried.get() + 1);
        Err::<Attempt<()>, Error>(precondition::failed())
    }));
    assert_eq!(refused.unwrap_err().code(), Code::PreconditionFailed);
    assert_eq!(tried.get(), 1);
}

#[test]
fn what_is_the_clients_fault_is_no_reason_to_try_again() {
    let edge = edge();
    commit(&edge, Batch::new().insert(&row("r", 1)));
    let again = || block_on(edge.store().commit(Batch::new().insert(&row("r", 1))));
    assert_eq!(Attempt::of(again()).unwrap(), Attempt::Retry);
    let picked = again().on_conflict("idx_bucket", Code::UsernameTaken, "taken");
    assert_eq!(Attempt::of(picked).unwrap_err().code(), Code::UsernameTaken);
}

#[test]
fn of_many_only_those_fail_that_cannot_be_done() {
    let edge = edge();
    commit(&edge, Batch::new().insert(&row("b", 1)));
    let insert = async |ids: &[&str]| {
        let batch = ids
            .iter()
            .fold(Batch::new(), |batch, id| batch.insert(&row(id, 1)));
        Ok(edge.store().commit(batch).await?)
    };
    edge.rows_written();
    let outcome = block_on(together(&["a", "b", "c"], insert)).unwrap();
    let failed: Vec<&str> = outcome.failed.iter().map(|(id, _)| **id).collect();
    assert_eq!((outcome.done.len(), failed), (2, vec!["b"]));
    assert_eq!((count(&edge, "a"), count(&edge, "c")), (Some(1), Some(1)));
    edge.rows_written();
    let outcome = block_on(together(&["d", "e"], insert)).unwrap();
    assert_eq!((outcome.done.len(), outcome.failed.len()), (1, 0));
    assert_eq!(edge.rows_written().len(), 1, "one commit");
}

#[test]
fn a_run_deletes_within_its_bounds_and_says_so() {
    let edge = edge();
    let rows = |range: std::ops::Range<i64>| {
        range.fold(Batch::new(), |batch, n| {
            batch.insert(&row(&format!("r{n}"), n))
        })
    };
    commit(&edge, rows(0..30));
    let old = Filter::<RateLimit>::lt(RateLimit::COUNT, 25);
    let sweep = Sweep {
        rows: 5,
        commits: 3,
    };
    let left = || block_on(edge.store().read(Query::<RateLimit>::new().count(99))).unwrap();
    for (done, capped, still) in [(15, true, 15), (10, false, 5)] {
        let tally = Tally::default();
        block_on(delete_bounded(&edge.ctx(), &tally, &old, sweep)).unwrap();
        let report = tally.report();
        assert_eq!((report.done, report.capped), (done, capped));
        assert_eq!(left(), still);
    }
}
