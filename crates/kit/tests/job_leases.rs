//! Of all calls of a job one runs it at a time, and a run that is cut off holds it up for as long as its lease lasts.
#![allow(clippy::unwrap_used, missing_docs)]

use std::cell::Cell;
use std::pin::pin;
use std::rc::Rc;

use futures::channel::oneshot;
use futures::executor::block_on;
use futures::future::{join_all, select};
use serde_json::{Value, json};
use whisper_kit::jobs::{self, Call};
use whisper_kit::testing::TestEdge;
use whisper_kit::{Api, Auth, Ctx, Endpoint, Error, Method, Params, Request, Result};
use whisper_schema::prelude::{JobLease, JobRun};
use whisper_store::{Get, Query};

/// The job's runs that are at work now, and the most that were.
#[derive(Default)]
struct AtWork {
    now: Cell<u32>,
    most: Cell<u32>,
}

fn api(at_work: &Rc<AtWork>) -> Api {
    let at_work = Rc::clone(at_work);
    let job = move |ctx: Ctx, _: Request, Params(call): Params<Call>| {
        let at_work = Rc::clone(&at_work);
        async move {
            jobs::run(&ctx, call, "sweep", async |tally| {
                at_work.now.set(at_work.now.get() + 1);
                at_work.most.set(at_work.most.get().max(at_work.now.get()));
                for _ in 0..20 {
                    runs(&ctx).await?;
                }
                at_work.now.set(at_work.now.get() - 1);
                tally.done(1);
                Ok(())
            })
            .await
        }
    };
    let sweep = Endpoint::new(Method::POST, "/internal/jobs/sweep", "sweep", "", job);
    Api::new("sweep", "").endpoint(sweep.auth(Auth::Operator))
}

fn edge() -> TestEdge {
    TestEdge::new(&api(&Rc::default()), &[("operator_key", "key")])
}

/// How many runs are kept.
async fn runs(ctx: &Ctx) -> Result<u64> {
    ctx.read(Query::<JobRun>::new().count(100)).await
}

async fn call(edge: &TestEdge, query: &str) -> Value {
    let path = format!("/internal/jobs/sweep{query}");
    let answer = edge.send(Method::POST, &path, "key", &Value::Null).await;
    answer.expect(200)
}

fn run(edge: &TestEdge) -> Value {
    block_on(call(edge, ""))
}

fn kept(edge: &TestEdge) -> u64 {
    block_on(runs(&edge.ctx())).unwrap()
}

/// A run that is dropped in its middle, as by a host that is killed.
fn cut_off(edge: &TestEdge) {
    let ctx = edge.ctx();
    let (begun, has_begun) = oneshot::channel();
    let going = jobs::run(&ctx, Call::default(), "sweep", async move |_| {
        begun.send(()).unwrap();
        std::future::pending().await
    });
    block_on(select(pin!(going), has_begun));
}

fn elsewhere(seconds: u64) -> Value {
    json!({"found": 0, "done": 0, "failed": 0, "capped": false, "isElsewhere": true, "againInSeconds": seconds})
}

fn done() -> Value {
    json!({"found": 1, "done": 1, "failed": 0, "capped": false})
}

#[test]
fn a_call_beside_a_run_is_told_so_and_is_no_run() {
    let edge = edge();
    cut_off(&edge);
    assert_eq!(run(&edge), elsewhere(30));
    edge.advance(12_500);
    assert_eq!(run(&edge), elsewhere(18));
    assert_eq!(kept(&edge), 1);
}

#[test]
fn a_run_that_was_cut_off_is_taken_over_at_the_end_of_its_lease() {
    let edge = edge();
    cut_off(&edge);
    edge.advance(29_999);
    assert_eq!(run(&edge), elsewhere(1));
    edge.advance(1);
    assert_eq!(run(&edge), done());
    assert_eq!(run(&edge), done(), "and gave it back");
}

#[test]
fn of_several_that_call_at_once_one_runs_the_job() {
    let at_work = Rc::<AtWork>::default();
    let edge = TestEdge::new(&api(&at_work), &[("operator_key", "key")]);
    // The tables are there, so that nobody waits for them.
    run(&edge);
    let others: Vec<TestEdge> = (0..3).map(|_| edge.another(&api(&at_work))).collect();
    for round in 1..=3 {
        let answers = block_on(join_all(others.iter().map(|other| call(other, ""))));
        let ran = answers.iter().filter(|answer| **answer == done()).count();
        let told = answers
            .iter()
            .filter(|answer| answer["isElsewhere"] == true);
        assert_eq!(ran + told.count(), others.len());
        assert!(ran >= 1 && at_work.most.get() == 1, "in round {round}");
    }
}

#[test]
fn a_run_that_fails_gives_the_job_back() {
    let edge = edge();
    let ctx = edge.ctx();
    let failing = jobs::run(&ctx, Call::default(), "sweep", async |_| {
        Err(Error::internal("the disk is full"))
    });
    assert!(block_on(failing).is_err());
    assert_eq!(run(&edge), done());
}

#[test]
fn a_long_run_keeps_its_lease() {
    let edge = edge();
    let ctx = edge.ctx();
    let long = jobs::run(&ctx, Call::default(), "sweep", async |_| {
        for _ in 0..6 {
            edge.advance(11_000);
            assert_eq!(call(&edge, "").await["isElsewhere"], true);
            runs(&ctx).await?;
        }
        Ok(())
    });
    block_on(long).unwrap();
    assert_eq!(kept(&edge), 1);
    assert_eq!(run(&edge), done());
}

#[test]
fn a_run_whose_job_was_taken_over_ends_and_leaves_the_lease_alone() {
    let edge = edge();
    let ctx = edge.ctx();
    let overtaken = jobs::run(&ctx, Call::default(), "sweep", async |_| {
        let taken = "UPDATE \"jobLeases\" SET \"holder\" = 'other', \"until\" = \"until\" + 60000";
        edge.spoil(taken).await;
        edge.advance(10_000);
        for _ in 0..100 {
            runs(&ctx).await?;
        }
        panic!("it went on");
    });
    let error = block_on(overtaken).unwrap_err();
    assert!(error.source_text().unwrap().contains("taken the job over"));
    let lease = block_on(edge.store().read(Get::<JobLease>::id("sweep")));
    assert_eq!(lease.unwrap().unwrap().holder.as_deref(), Some("other"));
    let newest = block_on(edge.store().read(Query::<JobRun>::new().first()));
    assert!(newest.unwrap().unwrap().finished_at.is_some());
}

#[test]
fn a_time_of_the_schedule_is_run_for_once() {
    let edge = edge();
    let (noon, later) = ("?due=2026-01-01T12:00:00Z", "?due=2026-01-01T12:01:00Z");
    assert_eq!(block_on(call(&edge, noon)), done());
    let again = block_on(call(&edge, noon));
    assert_eq!(
        (&again["isElsewhere"], again.get("againInSeconds")),
        (&json!(true), None)
    );
    assert_eq!(run(&edge), done(), "by hand");
    assert_eq!(
        block_on(call(&edge, noon))["isElsewhere"],
        true,
        "which changes nothing"
    );
    assert_eq!(block_on(call(&edge, later)), done());
    assert_eq!(
        block_on(call(&edge, noon)),
        done(),
        "another host's time may be behind"
    );
}

#[test]
fn a_time_of_the_schedule_whose_run_was_cut_off_is_run_for_again() {
    let edge = edge();
    let noon = "?due=2026-01-01T12:00:00Z";
    let ctx = edge.ctx();
    let call_for_noon = Call {
        due: Some("2026-01-01T12:00:00Z".parse().unwrap()),
    };
    let (begun, has_begun) = oneshot::channel();
    let going = jobs::run(&ctx, call_for_noon, "sweep", async move |_| {
        begun.send(()).unwrap();
        std::future::pending().await
    });
    block_on(select(pin!(going), has_begun));
    assert_eq!(block_on(call(&edge, noon)), elsewhere(30));
    edge.advance(30_000);
    assert_eq!(block_on(call(&edge, noon)), done());
}

#[test]
fn a_lease_of_a_clock_that_was_ahead_holds_up_nobody() {
    let edge = edge();
    edge.advance(24 * 60 * 60 * 1000);
    cut_off(&edge);
    edge.advance(-24 * 60 * 60 * 1000);
    assert_eq!(run(&edge), done());
}

#[test]
fn jobs_are_apart() {
    let edge = edge();
    cut_off(&edge);
    let ctx = edge.ctx();
    let other = jobs::run(&ctx, Call::default(), "other", async |tally| {
        tally.done(1);
        Ok(())
    });
    assert!(block_on(other).is_ok());
    assert_eq!(kept(&edge), 2);
}
