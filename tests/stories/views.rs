//! Views of a story: viewers, counts, lists.

use std::thread;

use super::{follow, story};
use whisper_testkit::{Person, TestApp, Value, json};

fn view(app: &TestApp, who: &Person, path: &str, body: &Value) -> whisper_testkit::Reply {
    who.post(app, &format!("{path}/views"), body)
}

fn count(app: &TestApp, who: &Person, path: &str) -> Value {
    who.get(app, path).expect(200)["viewCount"].clone()
}

#[test]
fn each_viewer_counts_once() {
    let app = TestApp::start();
    let (ann, bob, cid) = (app.person("ann"), app.person("bob"), app.person("cid"));
    let path = story(&app, &ann, &json!({}));
    let seen = view(&app, &bob, &path, &json!({"watchDuration": 4})).expect(201);
    assert_eq!(
        (&seen["counted"], &seen["viewerId"]),
        (&json!(true), &json!(bob.id))
    );
    let again = view(
        &app,
        &bob,
        &path,
        &json!({"watchDuration": 2, "completedView": true}),
    )
    .expect(200);
    assert_eq!(
        (&again["watchDuration"], &again["completedView"]),
        (&json!(4), &json!(true))
    );
    assert_eq!(again["viewedAt"], seen["viewedAt"], "the first time stays");
    // The body may be left out.
    let call = cid.call(&app, "POST", &format!("{path}/views"));
    call.send().expect(201);
    assert_eq!(count(&app, &ann, &path), 2);
    assert_eq!(bob.get(&app, &path).expect(200)["viewed"], true);
    let list = ann.get(&app, &format!("{path}/views")).expect(200);
    let viewers: Vec<&Value> = list["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|v| &v["viewerId"])
        .collect();
    assert_eq!(
        viewers,
        [&json!(cid.id), &json!(bob.id)],
        "the latest first"
    );
    assert_eq!(
        list["items"][1]["viewer"]["username"],
        bob.username.as_str()
    );
    assert_eq!(
        ann.get(&app, &path).expect(200)["viewerIds"],
        json!([cid.id, bob.id])
    );
}

#[test]
fn ones_own_views_do_not_count() {
    let app = TestApp::start();
    let ann = app.person("ann");
    let path = story(&app, &ann, &json!({}));
    let seen = view(&app, &ann, &path, &json!({"watchDuration": 4})).expect(200);
    assert_eq!(seen["counted"], false);
    assert_eq!(count(&app, &ann, &path), 0);
    assert_eq!(
        ann.get(&app, &format!("{path}/views")).expect(200)["items"],
        json!([])
    );
}

#[test]
fn two_devices_at_once_are_one_viewer() {
    let app = TestApp::start();
    let (ann, bob) = (app.person("ann"), app.person("bob"));
    let path = story(&app, &ann, &json!({}));
    let mut statuses: Vec<u16> = thread::scope(|scope| {
        let calls: Vec<_> = (1..=6)
            .map(|n| {
                let (app, bob, path) = (&app, &bob, &path);
                scope.spawn(move || view(app, bob, path, &json!({"watchDuration": n})).status)
            })
            .collect();
        calls.into_iter().map(|call| call.join().unwrap()).collect()
    });
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 200, 200, 200, 200, 201]);
    assert_eq!(count(&app, &ann, &path), 1);
    let list = ann.get(&app, &format!("{path}/views")).expect(200);
    assert_eq!(list["items"].as_array().unwrap().len(), 1);
    assert_eq!(list["items"][0]["watchDuration"], 6, "the longest time");
}

#[test]
fn the_viewers_are_the_authors_to_know() {
    let app = TestApp::start();
    let (ann, bob) = (app.person("ann"), app.person("bob"));
    follow(&app, &bob, &ann, false);
    let path = story(&app, &ann, &json!({}));
    view(&app, &bob, &path, &json!({})).expect(201);
    bob.get(&app, &format!("{path}/views"))
        .expect_problem(404, "not_found");
    assert_eq!(bob.get(&app, &path).expect(200)["viewerIds"], json!([]));
}

#[test]
fn what_is_no_view_is_refused() {
    let app = TestApp::start();
    let (ann, bob) = (app.person("ann"), app.person("bob"));
    let path = story(&app, &ann, &json!({}));
    for (body, field) in [
        (json!({"watchDuration": -1}), "watchDuration"),
        (json!({"watchDuration": 86_401}), "watchDuration"),
        (json!({"watchDuration": "long"}), "watchDuration"),
        (json!({"completedView": 1}), "completedView"),
    ] {
        view(&app, &bob, &path, &body).expect_fields(&[field]);
    }
    view(&app, &bob, super::NO_STORY, &json!({})).expect_problem(404, "not_found");
    assert_eq!(count(&app, &ann, &path), 0);
}
