//! Committed activities are handled once, soon, in spite of crashes in between.

use std::collections::BTreeMap;
use std::process::Command;
use std::sync::mpsc;
use std::thread;

use crate::stored::store;
use whisper_schema::prelude::{ConsumerCursor, Notification, Profile, Progress, UserActivity};
use whisper_store::{Query, Store};
use whisper_testkit::{Person, TestApp, Value, json};

/// The variable with the components that are woken.
const WOKEN: &str = "event_consumers";

fn all<D: whisper_schema::Document>(store: &Store) -> Vec<D> {
    crate::stored::all(store, Query::new())
}

fn room(app: &TestApp, who: &Person) -> String {
    let body = json!({"type": "group", "name": "Notes", "participantIds": []});
    let made = who.post(app, "/v1/conversations", &body).expect(201);
    format!(
        "/v1/conversations/{}/messages",
        made["id"].as_str().unwrap()
    )
}

fn send(app: &TestApp, who: &Person, room: &str, times: usize) {
    for _ in 0..times {
        who.post(app, room, &json!({"content": "Hi"})).expect(201);
    }
}

/// Whether each activity is counted once, for the user who did it, profiles show the same points, and no badge or
/// notification comes twice.
fn everything_counts_once(app: &TestApp) {
    let store = store(app);
    let mut done: BTreeMap<String, BTreeMap<String, i64>> = BTreeMap::new();
    for activity in all::<UserActivity>(&store) {
        let kinds = done.entry(activity.user_id).or_default();
        *kinds.entry(activity.activity_type.to_string()).or_default() += 1;
    }
    let counted: BTreeMap<String, BTreeMap<String, i64>> = all::<Progress>(&store)
        .into_iter()
        .map(|progress| (progress.id, serde_json::from_str(&progress.totals).unwrap()))
        .collect();
    assert_eq!(counted, done);
    let points: BTreeMap<String, i64> = all::<Progress>(&store)
        .into_iter()
        .map(|p| (p.id, p.xp))
        .collect();
    for profile in all::<Profile>(&store) {
        assert_eq!(points.get(&profile.id).copied().unwrap_or(0), profile.xp);
        let mut badges = profile.badges.clone();
        badges.sort();
        badges.dedup();
        assert_eq!(badges.len(), profile.badges.len(), "no badge twice");
    }
    let mut told: Vec<String> = all::<Notification>(&store)
        .into_iter()
        .map(|n| n.user_id + n.title.as_str())
        .collect();
    let count = told.len();
    told.sort();
    told.dedup();
    assert_eq!(told.len(), count, "no news twice");
}

/// Runs the job until nothing is left.
fn catch_up(app: &TestApp) {
    app.eventually(|| {
        let report = app.run_job("xp-badges").expect(200);
        (report["done"] == 0).then_some(())
    });
}

#[test]
fn what_was_committed_before_a_crash_is_handled_after_it() {
    // No consumer is woken: the host dies between the commit and the consumption.
    let Some(mut app) = TestApp::own().variable(WOKEN, "").start() else {
        return;
    };
    let ann = app.person("ann");
    let room = room(&app, &ann);
    send(&app, &ann, &room, 20);
    assert_eq!(all::<Progress>(&store(&app)), []);
    app.kill();
    app.set_variable(WOKEN, "xp-badges");
    let app = app.restart();
    // The next commit is enough: the consumer starts where it stood.
    send(&app, &ann, &room, 1);
    let progress = app.eventually(|| {
        let progress = ann.get(&app, "/v1/me/progress").expect(200);
        (progress["xp"] == 5 + 2 * 21).then_some(progress)
    });
    assert_eq!(progress["badges"][0]["earned"], true);
    everything_counts_once(&app);
}

/// Somebody sends until the host is gone.
fn until_the_end(app: &TestApp, who: &Person, room: &str, sent: &mpsc::Sender<()>) {
    let body = json!({"content": "Hi"});
    while let Ok(reply) = who.call(app, "POST", room).json(&body).try_send() {
        reply.expect(201);
        // The receiver is gone once enough were sent, so this may fail.
        let _ = sent.send(());
    }
}

#[test]
fn a_crash_while_consumers_are_at_work_loses_nothing_and_counts_nothing_twice() {
    let Some(mut app) = TestApp::own().start() else {
        return;
    };
    let people: Vec<Person> = (0..4).map(|n| app.person(&format!("p{n}"))).collect();
    let rooms: Vec<String> = people.iter().map(|who| room(&app, who)).collect();
    // Consumers are woken all the time: the end comes before, in the middle of and after their commits.
    for after in [5, 37, 90, 160] {
        thread::scope(|scope| {
            let (sent, seen) = mpsc::channel();
            for (who, room) in people.iter().zip(&rooms) {
                let (app, sent) = (&app, sent.clone());
                scope.spawn(move || until_the_end(app, who, room, &sent));
            }
            drop(sent);
            assert_eq!(seen.iter().take(after).count(), after);
            let pid = app.pid().to_string();
            assert!(
                Command::new("kill")
                    .args(["-9", &pid])
                    .status()
                    .unwrap()
                    .success()
            );
        });
        app = app.restart();
        catch_up(&app);
        everything_counts_once(&app);
    }
}

#[test]
fn consumers_of_one_kind_running_at_once_do_no_harm() {
    let Some(app) = TestApp::own().variable(WOKEN, "").start() else {
        return;
    };
    let ann = app.person("ann");
    let room = room(&app, &ann);
    send(&app, &ann, &room, 60);
    thread::scope(|scope| {
        for _ in 0..6 {
            scope.spawn(|| app.run_job("xp-badges").expect(200));
        }
        scope.spawn(|| send(&app, &ann, &room, 40));
    });
    catch_up(&app);
    everything_counts_once(&app);
    let cursors: Vec<String> = all::<ConsumerCursor>(&store(&app))
        .into_iter()
        .map(|c| c.id)
        .collect();
    assert!(cursors.contains(&"xp".to_owned()), "{cursors:?}");
}

#[test]
fn the_private_routes_are_no_routes_from_outside() {
    let app = TestApp::start();
    let ann = app.person("ann");
    for path in ["/internal/events", "/internal/errors/reports"] {
        let call = |token: Option<&str>| {
            let call = app
                .post(path)
                .header("spin-client-addr", "0.0.0.0:0")
                .json(&json!({}));
            match token {
                Some(token) => call.bearer(token).send(),
                None => call.send(),
            }
        };
        call(None).expect_problem(404, "route_not_found");
        call(Some(&ann.token)).expect_problem(404, "route_not_found");
        if app.has_operator_key() {
            call(Some(app.operator_key())).expect_problem(404, "route_not_found");
        }
    }
}

#[test]
fn the_schedule_is_the_backstop() {
    let Some(app) = TestApp::own().variable(WOKEN, "").start() else {
        return;
    };
    let ann = app.person("ann");
    let xp = |app: &TestApp| ann.get(app, "/v1/me/progress").expect(200)["xp"].clone();
    assert_eq!(xp(&app), 0);
    app.advance("61s");
    let ran = app.control(&json!({"cmd": "run-schedules"}));
    let jobs: Vec<&Value> = ran["jobs"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|job| job["ok"] == true)
        .collect();
    assert!(jobs.iter().any(|job| job["job"] == "xp-badges"), "{ran}");
    assert_eq!(xp(&app), 5);
}
