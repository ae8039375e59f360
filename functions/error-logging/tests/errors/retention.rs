//! Old errors go.

use super::*;
use whisper_schema::Timestamp;
use whisper_schema::prelude::{ErrorGroup, ErrorLink, ErrorLog, JobRun};
use whisper_store::Batch;

/// Runs the job, ten minutes after another one ran.
fn run(scene: &Scene) -> Value {
    let at = scene.edge.ctx().now().plus(-600_000);
    let another = JobRun {
        id: format!("run-{}", at.as_millis()),
        job: "another".into(),
        started_at: at,
        ..JobRun::default()
    };
    block_on(scene.edge.store().commit(Batch::new().upsert(&another))).unwrap();
    run_at_once(scene)
}

fn run_at_once(scene: &Scene) -> Value {
    scene
        .operator(Method::POST, "/internal/jobs/error-retention", &Value::Null)
        .expect(200)
}

fn kept(scene: &Scene) -> [u64; 3] {
    [
        scene.count::<ErrorLog>(),
        scene.count::<ErrorLink>(),
        scene.count::<ErrorGroup>(),
    ]
}

#[test]
fn errors_go_after_their_time_and_groups_with_the_last() {
    let scene = Scene::with(&[
        ("error_retention_days", "10"),
        ("error_rate_per_minute", "0"),
    ]);
    for n in 0..250 {
        let mut body = error("old");
        body["fingerprint"] = format!("{}", n % 5).into();
        scene.report(&body).expect(201);
    }
    scene.edge.advance(6 * DAY);
    let token = block_on(scene.edge.session(&scene.user));
    let mut body = error("new");
    body["fingerprint"] = "0".into();
    block_on(scene.edge.send(Method::POST, "/v1/errors", &token, &body)).expect(201);
    assert_eq!(run(&scene)["done"], 0);
    assert_eq!(kept(&scene), [251, 251, 5]);
    scene.edge.advance(5 * DAY);
    let report = run(&scene);
    assert_eq!(
        (&report["done"], &report["capped"]),
        (&json!(254), &json!(false))
    );
    assert_eq!(
        kept(&scene),
        [1, 1, 1],
        "the group that was seen since stays"
    );
    assert_eq!(scene.group()["count"], 51);
    scene.edge.advance(6 * DAY);
    run(&scene);
    assert_eq!(kept(&scene), [0, 0, 0]);
}

#[test]
fn a_group_stays_as_long_as_an_error_that_was_reported_late() {
    let scene = Scene::with(&[("error_retention_days", "10")]);
    let now = scene.edge.ctx().now();
    let mut body = error("late");
    body["timestamp"] = now.plus(-6 * DAY).to_string().into();
    scene.report(&body).expect(201);
    scene.edge.advance(9 * DAY);
    assert_eq!(run(&scene)["done"], 0);
    assert_eq!(kept(&scene), [1, 1, 1]);
    scene.edge.advance(2 * DAY);
    assert_eq!(run(&scene)["done"], 2);
    assert_eq!(kept(&scene), [0, 0, 0]);
}

#[test]
fn groups_that_stay_keep_no_others_from_going() {
    let scene = Scene::with(&[("error_retention_days", "10")]);
    let then = scene.edge.ctx().now();
    let of = |kind: &str, at: Timestamp| {
        let errors = (0..100).map(|n| {
            let mut body = error("x");
            body["fingerprint"] = format!("{kind} {n}").into();
            body["timestamp"] = at.to_string().into();
            body
        });
        errors.collect::<Vec<Value>>()
    };
    scene.batch(&of("old", then)).expect(201);
    scene.edge.advance(5 * DAY);
    let token = block_on(scene.edge.session(&scene.user));
    let late = json!({"errors": of("late", then.plus(-DAY))});
    let path = "/v1/errors/batch";
    block_on(scene.edge.send(Method::POST, path, &token, &late)).expect(201);
    scene.edge.advance(6 * DAY);
    assert_eq!(run(&scene)["done"], 200, "those behind a page of others");
    assert_eq!(kept(&scene), [100, 100, 100]);
}

#[test]
fn a_clock_that_is_a_year_ahead_for_a_minute_deletes_nothing() {
    let scene = Scene::new();
    scene.report(&error("x")).expect(201);
    run(&scene);
    scene.edge.advance(365 * DAY);
    let ahead = run_at_once(&scene);
    assert_eq!(
        (&ahead["done"], &ahead["capped"]),
        (&json!(0), &json!(true))
    );
    scene.edge.advance(-365 * DAY);
    assert_eq!(run_at_once(&scene)["done"], 0);
    assert_eq!(kept(&scene), [1, 1, 1]);
    // A pause that is as long takes a run more.
    scene.edge.advance(365 * DAY);
    assert_eq!(run_at_once(&scene)["done"], 0);
    scene.edge.advance(DAY);
    assert_eq!(run_at_once(&scene)["done"], 2);
    assert_eq!(kept(&scene), [0, 0, 0]);
}

#[test]
fn zero_days_are_for_ever() {
    let scene = Scene::with(&[("error_retention_days", "0")]);
    scene.report(&error("x")).expect(201);
    scene.edge.advance(365 * DAY);
    assert_eq!(run(&scene)["done"], 0);
    assert_eq!(kept(&scene), [1, 1, 1]);
}
