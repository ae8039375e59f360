//! Jobs keep their runs and tell of failures.
#![allow(clippy::unwrap_used, missing_docs)]

use std::pin::pin;

use futures::channel::oneshot;
use futures::executor::block_on;
use futures::future::select;
use serde_json::{Value, json};
use whisper_kit::jobs::{self, Call, ReportView};
use whisper_kit::testing::{Answer, TestEdge};
use whisper_kit::{Api, Auth, Ctx, Endpoint, Error, Method, Reply, Request, Result};
use whisper_schema::prelude::JobRun;
use whisper_store::{Order, Query, StoreError};

async fn job(ctx: Ctx, request: Request) -> Result<Reply> {
    jobs::run(&ctx, Call::default(), "sweep", async |tally| {
        tally.done(3);
        match request.query.as_str() {
            "broken" => return Err(Error::internal("the disk is full")),
            "busy" => return Err(StoreError::Busy.into()),
            "failed" => tally.add(&ReportView {
                found: 2,
                failed: 2,
                capped: true,
                ..ReportView::default()
            }),
            _ => tally.done(2),
        }
        Ok(())
    })
    .await
}

fn edge() -> TestEdge {
    let endpoint =
        Endpoint::new(Method::POST, "/internal/jobs/sweep", "sweep", "", job).auth(Auth::Operator);
    TestEdge::new(
        &Api::new("sweep", "").endpoint(endpoint),
        &[("operator_key", "key")],
    )
}

fn run(edge: &TestEdge, how: &str) -> Answer {
    block_on(edge.send(
        Method::POST,
        &format!("/internal/jobs/sweep?{how}"),
        "key",
        &Value::Null,
    ))
}

fn last(edge: &TestEdge) -> JobRun {
    let newest = edge.store().read(
        Query::<JobRun>::new()
            .order(Order::desc(JobRun::STARTED_AT))
            .first(),
    );
    block_on(newest).unwrap().unwrap().into_inner()
}

#[test]
fn a_run_answers_with_its_report_and_is_kept() {
    let edge = edge();
    let report = run(&edge, "").expect(200);
    assert_eq!(
        report,
        json!({"found": 5, "done": 5, "failed": 0, "capped": false})
    );
    let run = last(&edge);
    assert_eq!(
        (
            run.job.as_str(),
            run.found,
            run.done,
            run.failed,
            run.capped
        ),
        ("sweep", 5, 5, 0, false)
    );
    assert!(run.finished_at.is_some() && run.error.is_none());
}

#[test]
fn a_run_with_failures_is_no_success() {
    let edge = edge();
    run(&edge, "failed").expect_problem(500, "job_failed");
    let run = last(&edge);
    assert_eq!((run.done, run.failed, run.capped), (3, 2, true));
}

#[test]
fn a_run_that_broke_off_keeps_the_cause_for_the_operator() {
    let edge = edge();
    let problem = run(&edge, "broken").expect_problem(500, "internal");
    assert!(!problem.to_string().contains("disk"), "{problem}");
    let run = last(&edge);
    assert_eq!(run.error.as_deref(), Some("the disk is full"));
    assert_eq!((run.found, run.done), (3, 3), "what was done before");
}

#[test]
fn a_run_is_kept_from_its_start() {
    let edge = edge();
    let ctx = edge.ctx();
    let (begun, has_begun) = oneshot::channel();
    let going = jobs::run(&ctx, Call::default(), "sweep", async move |_| {
        begun.send(()).unwrap();
        std::future::pending().await
    });
    // Dropped in the middle, as by a host that stops.
    block_on(select(pin!(going), has_begun));
    let cut_off = last(&edge);
    assert_eq!((cut_off.job.as_str(), cut_off.finished_at), ("sweep", None));
    // Its lease is over by then.
    edge.advance(30_000);
    run(&edge, "").expect(200);
    assert_eq!(
        block_on(edge.store().read(Query::<JobRun>::new().count(10))),
        Ok(2)
    );
}

#[test]
fn what_a_busy_database_keeps_a_job_from_is_reported() {
    let edge = edge();
    run(&edge, "busy").expect_problem(503, "unavailable");
    let faults = edge.faults();
    assert_eq!((faults.len(), faults[0].code), (1, "unavailable"));
    assert_eq!(faults[0].operation, "sweep");
    assert!(!faults[0].cause.is_empty());
}

#[test]
fn a_run_forgets_no_earlier_one_as_the_clock_may_be_ahead() {
    let edge = edge();
    run(&edge, "").expect(200);
    edge.advance(365 * 24 * 60 * 60 * 1000);
    run(&edge, "").expect(200);
    assert_eq!(
        block_on(edge.store().read(Query::<JobRun>::new().count(10))),
        Ok(2)
    );
}
