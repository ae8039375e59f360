//! Jobs keep their runs and tell of failures.
#![allow(clippy::unwrap_used, missing_docs)]

use futures::executor::block_on;
use serde_json::{Value, json};
use whisper_kit::jobs::{self, Report};
use whisper_kit::testing::{Answer, TestEdge};
use whisper_kit::{Api, Auth, Ctx, Endpoint, Error, Method, Reply, Request, Result};
use whisper_schema::prelude::JobRun;
use whisper_store::Order;

async fn job(ctx: Ctx, request: Request) -> Result<Reply> {
    let outcome = match request.query.as_str() {
        "broken" => Err(Error::internal("the disk is full")),
        "failed" => Ok(Report {
            found: 5,
            done: 3,
            failed: 2,
            capped: true,
        }),
        _ => Ok(Report {
            found: 5,
            done: 5,
            failed: 0,
            capped: false,
        }),
    };
    jobs::finish(&ctx, "sweep", outcome).await
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
    let newest = edge
        .store()
        .find::<JobRun>()
        .order(Order::desc(JobRun::STARTED_AT))
        .first();
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
    assert_eq!(last(&edge).error.as_deref(), Some("the disk is full"));
}

#[test]
fn runs_are_forgotten_after_30_days() {
    let edge = edge();
    run(&edge, "").expect(200);
    edge.advance(31 * 24 * 60 * 60 * 1000);
    run(&edge, "").expect(200);
    assert_eq!(block_on(edge.store().find::<JobRun>().count(10)), Ok(1));
}
