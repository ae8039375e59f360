//! An expired story is gone for readers at that very moment, and from the database by the job.

use std::process::Command;
use std::thread;

use crate::stored::store;
use futures::executor::block_on;
use whisper_schema::Document;
use whisper_schema::prelude::{
    Column, JobRun, Story, StoryPrivacy, StoryReaction, StoryView, Timestamp,
};
use whisper_store::{Batch, DriverError, Filter, Order, Query, Store};
use whisper_testkit::{Person, TestApp, Value, json};

const JOB: &str = "story-expiry";

fn post(app: &TestApp, by: &Person, seconds: i64) -> Value {
    let body = json!({"contentType": "text", "text": "Today", "privacy": "public", "expiresInSeconds": seconds});
    by.post(app, "/v1/stories", &body).expect(201)
}

fn path(story: &Value) -> String {
    format!("/v1/stories/{}", story["id"].as_str().unwrap())
}

fn millis(time: &Value) -> i64 {
    Timestamp::parse(time.as_str().unwrap())
        .unwrap()
        .as_millis()
}

fn count<D: Document>(store: &Store, filter: Filter<D>) -> u64 {
    block_on(store.read(Query::<D>::new().filter(filter).count(1_000_000))).unwrap()
}

fn views_of(store: &Store, story: &str) -> u64 {
    count(store, Filter::eq(StoryView::STORY_ID, story))
}

fn story_is_there(store: &Store, story: &str) -> bool {
    count::<Story>(store, Filter::eq(Column::id(), story)) == 1
}

/// Puts a story with so many views and reactions into the database; it expired long ago, or never does.
fn seed(store: &Store, id: &str, views: usize, reactions: usize, expired: bool) {
    let expires_at = if expired { 0 } else { 4_000_000_000_000 };
    let story = Story {
        id: id.into(),
        user_id: "author".into(),
        privacy: StoryPrivacy::Public,
        expires_at: Timestamp::from_millis(expires_at),
        ..Story::default()
    };
    block_on(store.commit(Batch::new().insert(&story))).unwrap();
    for start in (0..views.max(reactions)).step_by(1000) {
        let mut batch = Batch::new();
        for n in start..(start + 1000).min(views) {
            batch = batch.insert(&StoryView {
                id: format!("{id}-view-{n}"),
                story_id: id.into(),
                viewer_id: format!("viewer-{n}"),
                ..StoryView::default()
            });
        }
        for n in start..(start + 1000).min(reactions) {
            batch = batch.insert(&StoryReaction {
                id: format!("{id}-reaction-{n}"),
                story_id: id.into(),
                user_id: format!("viewer-{n}"),
                reaction: "like".into(),
                ..StoryReaction::default()
            });
        }
        block_on(store.commit(batch)).unwrap();
    }
}

#[test]
fn at_its_last_moment_a_story_is_gone_for_everybody() {
    let Some(app) = TestApp::own().start() else {
        return;
    };
    let (ann, bob) = (app.person("ann"), app.person("bob"));
    bob.put(&app, &format!("/v1/follows/{}", ann.id), &json!({}))
        .expect(201);
    let story = post(&app, &ann, 600);
    let path = path(&story);
    bob.post(&app, &format!("{path}/views"), &json!({}))
        .expect(201);
    let left = || millis(&story["expiresAt"]) - millis(&app.control(&json!({"cmd": "now"}))["now"]);
    // Some seconds before, as many as a slow machine may need for this.
    app.advance(&format!("{}ms", left() - 60_000));
    for who in [&ann, &bob] {
        who.get(&app, &path).expect(200);
        let feed = who.get(&app, "/v1/stories/feed").expect(200);
        assert_eq!(feed["items"].as_array().unwrap().len(), 1);
    }
    app.advance(&format!("{}ms", left()));
    for who in [&ann, &bob] {
        who.get(&app, &path).expect_problem(404, "not_found");
        who.post(&app, &format!("{path}/views"), &json!({}))
            .expect_problem(404, "not_found");
        who.put(
            &app,
            &format!("{path}/reactions"),
            &json!({"reaction": "like"}),
        )
        .expect_problem(404, "not_found");
        for list in [
            "/v1/stories/feed",
            &format!("/v1/stories?userId={}", ann.id),
        ] {
            assert_eq!(who.get(&app, list).expect(200)["items"], json!([]));
        }
    }
    ann.get(&app, &format!("{path}/views"))
        .expect_problem(404, "not_found");
    ann.delete(&app, &path).expect_problem(404, "not_found");
    assert!(
        story_is_there(&store(&app), story["id"].as_str().unwrap()),
        "swept by nobody yet"
    );
}

#[test]
fn the_job_removes_what_expired_and_leaves_the_rest() {
    let Some(app) = TestApp::own().start() else {
        return;
    };
    let (ann, bob) = (app.person("ann"), app.person("bob"));
    let (short, long) = (post(&app, &ann, 60), post(&app, &ann, 3600));
    for story in [&short, &long] {
        bob.post(&app, &format!("{}/views", path(story)), &json!({}))
            .expect(201);
        bob.put(
            &app,
            &format!("{}/reactions", path(story)),
            &json!({"reaction": "like"}),
        )
        .expect(201);
    }
    assert_eq!(app.run_job(JOB).expect(200)["done"], 0);
    app.advance("61s");
    let report = app.run_job(JOB).expect(200);
    assert_eq!(
        report,
        json!({"found": 1, "done": 1, "failed": 0, "capped": false})
    );
    assert_eq!(app.run_job(JOB).expect(200)["found"], 0, "once");
    let store = store(&app);
    for (story, left) in [(&short, 0), (&long, 1)] {
        let id = story["id"].as_str().unwrap();
        assert_eq!(u64::from(story_is_there(&store, id)), left);
        assert_eq!(views_of(&store, id), left);
        assert_eq!(count(&store, Filter::eq(StoryReaction::STORY_ID, id)), left);
    }
    bob.get(&app, &path(&long)).expect(200);
    assert_eq!(
        count(&store, Filter::eq(JobRun::JOB, JOB)),
        3,
        "runs are kept"
    );
}

#[test]
fn the_schedule_runs_it_each_minute() {
    let Some(app) = TestApp::own().start() else {
        return;
    };
    let ann = app.person("ann");
    let story = post(&app, &ann, 60);
    app.advance("61s");
    let ran = app.control(&json!({"cmd": "run-schedules"}));
    let ran = ran["jobs"].as_array().unwrap();
    assert!(
        ran.iter().any(|job| job.to_string().contains(JOB)),
        "{ran:?}"
    );
    assert!(!story_is_there(&store(&app), story["id"].as_str().unwrap()));
}

#[test]
fn only_the_operator_starts_it() {
    let Some(app) = TestApp::own().start() else {
        return;
    };
    let ann = app.person("ann");
    let story = post(&app, &ann, 60);
    app.advance("61s");
    let job = "/internal/jobs/story-expiry";
    app.post(job).send().expect_problem(401, "unauthenticated");
    ann.post(&app, job, &json!({}))
        .expect_problem(401, "unauthenticated");
    assert!(story_is_there(&store(&app), story["id"].as_str().unwrap()));
}

#[test]
fn thousands_of_views_go_and_others_write_meanwhile() {
    let Some(app) = TestApp::own().variable("story_rate_per_hour", "0").start() else {
        return;
    };
    let ann = app.person("ann");
    let store = store(&app);
    seed(&store, "popular", 6000, 2000, true);
    seed(&store, "live", 50, 10, false);
    for n in 0..60 {
        seed(&store, &format!("small-{n}"), 3, 1, true);
    }
    thread::scope(|scope| {
        let job = scope.spawn(|| app.run_job(JOB).expect(200));
        let mut posted = 0;
        while !job.is_finished() {
            post(&app, &ann, 3600);
            posted += 1;
        }
        assert!(posted > 0);
        let report = job.join().unwrap();
        assert_eq!(
            report,
            json!({"found": 61, "done": 61, "failed": 0, "capped": false})
        );
    });
    assert_eq!(views_of(&store, "popular"), 0);
    assert_eq!(
        count::<StoryView>(&store, Filter::eq(StoryView::STORY_ID, "live")),
        50
    );
    assert_eq!(
        count::<StoryReaction>(&store, Filter::eq(StoryReaction::STORY_ID, "popular")),
        0
    );
    assert_eq!(
        count::<Story>(&store, Filter::eq(Story::USER_ID, "author")),
        1
    );
}

#[test]
fn a_run_that_was_killed_is_resumed() {
    let Some(mut app) = TestApp::own().start() else {
        return;
    };
    const VIEWS: u64 = 20_000;
    app.person("ann");
    let opened = store(&app);
    seed(&opened, "popular", VIEWS as usize, 10, true);
    seed(&opened, "live", 50, 10, false);
    thread::scope(|scope| {
        let job = app
            .post("/internal/jobs/story-expiry")
            .bearer(app.operator_key());
        let job = scope.spawn(|| job.try_send().is_ok());
        // The first commits are enough; the others take far longer than the kill.
        while views_of(&opened, "popular") == VIEWS {}
        Command::new("kill")
            .args(["-9", &app.pid().to_string()])
            .status()
            .unwrap();
        assert!(!job.join().unwrap(), "no answer comes");
    });
    app.kill();
    let left = views_of(&opened, "popular");
    assert!((1..VIEWS).contains(&left), "{left}");
    assert!(
        story_is_there(&opened, "popular"),
        "it goes after all that hangs on it"
    );
    drop(opened);
    let app = app.restart();
    // On a server's database another host may have it. A host that has its database for itself knows that the run is dead.
    if app.postgres().is_some() {
        crate::stored::end_leases(&app);
    }
    let report = app.run_job(JOB).expect(200);
    assert_eq!(
        report,
        json!({"found": 1, "done": 1, "failed": 0, "capped": false})
    );
    let store = store(&app);
    assert_eq!(views_of(&store, "popular"), 0);
    assert!(!story_is_there(&store, "popular"));
    assert_eq!(
        (views_of(&store, "live"), story_is_there(&store, "live")),
        (50, true)
    );
}

#[test]
fn two_runs_at_once_do_no_harm() {
    let Some(app) = TestApp::own().start() else {
        return;
    };
    app.person("ann");
    let store = store(&app);
    seed(&store, "popular", 3000, 0, true);
    seed(&store, "live", 50, 10, false);
    for n in 0..120 {
        seed(&store, &format!("small-{n}"), 2, 2, true);
    }
    let done: u64 = thread::scope(|scope| {
        let runs: Vec<_> = (0..3).map(|_| scope.spawn(|| app.run_job(JOB))).collect();
        let reports = runs.into_iter().map(|run| run.join().unwrap().expect(200));
        reports.map(|report| report["done"].as_u64().unwrap()).sum()
    });
    assert_eq!(done, 121, "each story is removed by one of them");
    assert_eq!(
        count::<Story>(&store, Filter::eq(Story::USER_ID, "author")),
        1
    );
    assert_eq!(count(&store, Filter::le(StoryView::WATCH_DURATION, 0)), 50);
    assert_eq!(
        count(&store, Filter::eq(StoryReaction::REACTION, "like")),
        10
    );
}

#[test]
fn a_story_that_cannot_be_removed_stops_no_other_and_is_tried_again() {
    let Some(app) = TestApp::own().start() else {
        return;
    };
    app.person("ann");
    let store = store(&app);
    for name in ["a", "bad", "c"] {
        seed(&store, name, 3, 1, true);
    }
    seed(&store, "stuck", 300, 0, true);
    // Triggers of PostgreSQL's have another form.
    if app.sqlite_file().is_none() {
        return;
    }
    let direct = crate::stored::connection(&app);
    let run = |sql: &str| {
        while let Err(error) = block_on(direct.execute(sql, &[])) {
            assert_eq!(error, DriverError::Busy, "{sql}");
        }
    };
    for name in ["bad", "stuck"] {
        run(&format!(
            "CREATE TRIGGER keep_{name} BEFORE DELETE ON stories WHEN OLD._id = '{name}' \
             BEGIN SELECT RAISE(ABORT, 'not this one'); END"
        ));
    }
    let problem = app.run_job(JOB).expect_problem(500, "job_failed");
    assert!(
        !problem.to_string().contains("not this one"),
        "causes are for the log: {problem}"
    );
    assert_eq!(count::<Story>(&store, Filter::and([])), 2);
    let noted = block_on(
        store.read(
            Query::<JobRun>::new()
                .order(Order::desc(JobRun::STARTED_AT))
                .first(),
        ),
    );
    let noted = noted.unwrap().unwrap().into_inner();
    assert_eq!((noted.found, noted.done, noted.failed), (4, 2, 2));

    for name in ["bad", "stuck"] {
        run(&format!("DROP TRIGGER keep_{name}"));
    }
    let report = app.run_job(JOB).expect(200);
    assert_eq!(
        report,
        json!({"found": 2, "done": 2, "failed": 0, "capped": false})
    );
    assert_eq!(count::<Story>(&store, Filter::and([])), 0);
    assert_eq!(count::<StoryView>(&store, Filter::and([])), 0);
}
