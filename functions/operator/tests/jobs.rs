//! Jobs and their runs.
#![allow(clippy::unwrap_used, missing_docs)]

use std::collections::BTreeSet;
use std::pin::pin;

use futures::channel::oneshot;
use futures::executor::block_on;
use futures::future::select;
use operator::{JOBS, api};
use serde_json::{Value, json};
use whisper_kit::jobs::{self, Call, ReportView};
use whisper_kit::testing::{Answer, TestEdge};
use whisper_kit::{Error, Method};

fn edge() -> TestEdge {
    TestEdge::new(&api(), &[("operator_key", "key")])
}

fn get(edge: &TestEdge, path: &str) -> Answer {
    block_on(edge.send(Method::GET, path, "key", &Value::Null))
}

fn run(edge: &TestEdge, job: &str, outcome: Result<ReportView, Error>) {
    let ctx = edge.ctx();
    // The job's answer is not the point here.
    let _ = block_on(jobs::run(&ctx, Call::default(), job, async |tally| {
        edge.advance(250);
        tally.add(&outcome?);
        Ok(())
    }));
    edge.advance(60_000);
}

fn job(edge: &TestEdge, name: &str) -> Value {
    let list = get(edge, "/internal/jobs").expect(200);
    let items = list["items"].as_array().unwrap();
    items
        .iter()
        .find(|job| job["name"] == name)
        .unwrap()
        .clone()
}

#[test]
fn the_jobs_are_those_of_the_manifest() {
    let manifest = concat!(env!("CARGO_MANIFEST_DIR"), "/../../spin.toml");
    let manifest: toml::Table = std::fs::read_to_string(manifest).unwrap().parse().unwrap();
    let schedules = manifest["application"]["tool"]["whisper"]["schedules"]
        .as_array()
        .unwrap();
    let scheduled: BTreeSet<&str> = schedules
        .iter()
        .map(|s| s["name"].as_str().unwrap())
        .collect();
    let listed: Vec<&str> = JOBS.iter().map(|(name, _)| *name).collect();
    assert_eq!(listed, scheduled.into_iter().collect::<Vec<_>>());
    for schedule in schedules {
        let name = schedule["name"].as_str().unwrap();
        assert_eq!(
            schedule["route"].as_str(),
            Some(format!("/internal/jobs/{name}").as_str())
        );
    }
}

#[test]
fn a_job_shows_its_last_run_and_its_failures() {
    let edge = edge();
    let fresh = job(&edge, "story-expiry");
    assert_eq!(
        (fresh.get("lastRun"), &fresh["failures24h"]),
        (None, &json!(0))
    );
    let report = ReportView {
        found: 5,
        done: 4,
        failed: 1,
        ..ReportView::default()
    };
    run(&edge, "story-expiry", Ok(report));
    run(
        &edge,
        "story-expiry",
        Err(Error::internal("the disk is full")),
    );
    run(
        &edge,
        "xp-badges",
        Ok(ReportView {
            capped: true,
            ..ReportView::default()
        }),
    );
    let seen = job(&edge, "story-expiry");
    assert_eq!(seen["failures24h"], 2);
    assert_eq!(
        (&seen["lastRun"]["ok"], &seen["lastRun"]["error"]),
        (&json!(false), &json!("the disk is full"))
    );
    assert_eq!(seen["lastRun"]["durationMs"], 250);
    let other = job(&edge, "xp-badges");
    assert_eq!(
        (
            &other["failures24h"],
            &other["lastRun"]["ok"],
            &other["lastRun"]["capped"]
        ),
        (&json!(0), &json!(true), &json!(true))
    );
    edge.advance(24 * 60 * 60 * 1000);
    assert_eq!(job(&edge, "story-expiry")["failures24h"], 0);
}

#[test]
fn a_run_that_was_cut_off_shows_as_failed() {
    let edge = edge();
    let ctx = edge.ctx();
    let (begun, has_begun) = oneshot::channel();
    let going = jobs::run(&ctx, Call::default(), "story-expiry", async move |_| {
        begun.send(()).unwrap();
        std::future::pending().await
    });
    // Dropped in the middle, as by a host that stops.
    block_on(select(pin!(going), has_begun));
    let running = job(&edge, "story-expiry");
    let seen = (&running["lastRun"]["status"], &running["failures24h"]);
    assert_eq!(seen, (&json!("running"), &json!(0)));
    edge.advance(6 * 60 * 1000);
    let failed = job(&edge, "story-expiry");
    let seen = (&failed["lastRun"]["ok"], &failed["failures24h"]);
    assert_eq!(seen, (&json!(false), &json!(1)));
    assert_eq!(failed["lastRun"]["error"], "did not finish");
}

#[test]
fn runs_are_listed_the_latest_first() {
    let edge = edge();
    for n in 0..3 {
        run(
            &edge,
            "story-expiry",
            Ok(ReportView {
                found: n,
                done: n,
                ..ReportView::default()
            }),
        );
    }
    let first = get(&edge, "/internal/jobs/story-expiry/runs?limit=2").expect(200);
    let found = |page: &Value| -> Vec<i64> {
        page["items"]
            .as_array()
            .unwrap()
            .iter()
            .map(|run| run["found"].as_i64().unwrap())
            .collect()
    };
    assert_eq!(found(&first), [2, 1]);
    let next = first["next"].as_str().unwrap();
    let rest = get(
        &edge,
        &format!("/internal/jobs/story-expiry/runs?limit=2&after={next}"),
    )
    .expect(200);
    assert_eq!(found(&rest), [0]);
}

#[test]
fn only_the_operator_is_told() {
    let edge = edge();
    let (_, user) = block_on(edge.user());
    for path in ["/internal/jobs", "/internal/jobs/story-expiry/runs"] {
        for token in ["", "other", &user] {
            let refused = edge.send(Method::GET, path, token, &Value::Null);
            block_on(refused).expect_problem(401, "unauthenticated");
        }
    }
    get(&edge, "/internal/jobs/nothing/runs").expect_problem(404, "not_found");
    get(&edge, "/internal/jobs/story-expiry/runs?limit=0").expect_problem(400, "invalid_query");
}
