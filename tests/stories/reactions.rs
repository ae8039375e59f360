//! Reactions to stories.

use std::thread;

use super::story;
use whisper_testkit::{Person, Reply, TestApp, Value, json};

fn react(app: &TestApp, who: &Person, path: &str, reaction: &str) -> Reply {
    who.put(
        app,
        &format!("{path}/reactions"),
        &json!({"reaction": reaction}),
    )
}

fn count(app: &TestApp, who: &Person, path: &str) -> Value {
    who.get(app, path).expect(200)["reactionCount"].clone()
}

#[test]
fn each_has_one_reaction_which_can_be_changed_and_taken_back() {
    let app = TestApp::start();
    let (ann, bob, cid) = (app.person("ann"), app.person("bob"), app.person("cid"));
    let path = story(&app, &ann, &json!({}));
    let first = react(&app, &bob, &path, "👍").expect(201);
    assert_eq!(
        (&first["reaction"], &first["userId"]),
        (&json!("👍"), &json!(bob.id))
    );
    react(&app, &bob, &path, "👍").expect(200);
    react(&app, &bob, &path, "🔥").expect(200);
    react(&app, &cid, &path, "like").expect(201);
    assert_eq!(count(&app, &ann, &path), 2);
    assert_eq!(bob.get(&app, &path).expect(200)["myReaction"], "🔥");
    let list = ann.get(&app, &format!("{path}/reactions")).expect(200);
    let found: Vec<(&Value, &Value)> = list["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|item| (&item["userId"], &item["reaction"]))
        .collect();
    assert_eq!(
        found,
        [
            (&json!(cid.id), &json!("like")),
            (&json!(bob.id), &json!("🔥"))
        ]
    );
    bob.get(&app, &format!("{path}/reactions"))
        .expect_problem(404, "not_found");
    for _ in 0..2 {
        bob.delete(&app, &format!("{path}/reactions")).expect(204);
        assert_eq!(count(&app, &ann, &path), 1);
    }
    assert!(bob.get(&app, &path).expect(200)["myReaction"].is_null());
}

#[test]
fn two_devices_at_once_are_one_reaction() {
    let app = TestApp::start();
    let (ann, bob) = (app.person("ann"), app.person("bob"));
    let path = story(&app, &ann, &json!({}));
    let mut statuses: Vec<u16> = thread::scope(|scope| {
        let calls: Vec<_> = ["👍", "🔥", "😂", "❤️"]
            .into_iter()
            .map(|reaction| {
                let (app, bob, path) = (&app, &bob, &path);
                scope.spawn(move || react(app, bob, path, reaction).status)
            })
            .collect();
        calls.into_iter().map(|call| call.join().unwrap()).collect()
    });
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 200, 200, 201]);
    assert_eq!(count(&app, &ann, &path), 1);
}

#[test]
fn what_is_no_reaction_is_refused() {
    let app = TestApp::start();
    let (ann, bob) = (app.person("ann"), app.person("bob"));
    let path = story(&app, &ann, &json!({}));
    for wrong in [
        "",
        " ",
        "two words",
        "line\nbreak",
        "\u{200B}",
        &"x".repeat(51),
    ] {
        react(&app, &bob, &path, wrong).expect_fields(&["reaction"]);
    }
    for wrong in [json!({}), json!({"reaction": 7}), json!({"reaction": null})] {
        bob.put(&app, &format!("{path}/reactions"), &wrong)
            .expect_fields(&["reaction"]);
    }
    assert_eq!(count(&app, &ann, &path), 0);
}
