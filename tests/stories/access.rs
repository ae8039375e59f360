//! Refusals that every route has: no token, an ended one, ids that are none.

use super::{NO_STORY, body, story};
use whisper_testkit::{NO_IDS, Route, TestApp, json};

/// Every route, with a body that is fine.
fn routes(path: &str) -> Vec<Route> {
    vec![
        ("POST", "/v1/stories".into(), body(&json!({}))),
        ("GET", "/v1/stories".into(), json!(null)),
        ("GET", "/v1/stories/feed".into(), json!(null)),
        ("GET", path.into(), json!(null)),
        ("POST", format!("{path}/views"), json!({})),
        ("GET", format!("{path}/views"), json!(null)),
        (
            "PUT",
            format!("{path}/reactions"),
            json!({"reaction": "like"}),
        ),
        ("GET", format!("{path}/reactions"), json!(null)),
        ("DELETE", format!("{path}/reactions"), json!(null)),
        ("DELETE", path.into(), json!(null)),
    ]
}

#[test]
fn without_a_token_nothing_is_answered_and_nothing_happens() {
    let app = TestApp::start();
    let ann = app.person("ann");
    let path = story(&app, &ann, &json!({}));
    app.refuses_without_token(&routes(&path), &ann);
    let shown = ann.get(&app, &path).expect(200);
    assert_eq!(
        (&shown["viewCount"], &shown["reactionCount"]),
        (&json!(0), &json!(0))
    );
    assert_eq!(super::feed(&app, &ann).len(), 1);
}

#[test]
fn an_ended_session_and_an_expired_token_open_nothing() {
    let Some(app) = TestApp::own().start() else {
        return;
    };
    let (ann, bob) = (app.person("ann"), app.person("bob"));
    let path = story(&app, &ann, &json!({}));
    app.refuses_old_tokens(&routes(&path), &bob, &ann);
}

#[test]
fn bad_bodies_change_nothing() {
    let app = TestApp::start();
    let (ann, bob) = (app.person("ann"), app.person("bob"));
    let path = story(&app, &ann, &json!({}));
    app.refuses_bad_bodies(&routes(&path), &bob);
    let shown = ann.get(&app, &path).expect(200);
    assert_eq!(
        (&shown["viewCount"], &shown["reactionCount"]),
        (&json!(0), &json!(0))
    );
    assert!(super::feed(&app, &bob).is_empty());
}

#[test]
fn ids_of_any_form_are_looked_for_and_not_found() {
    let app = TestApp::start();
    let ann = app.person("ann");
    for route in routes(NO_STORY).split_off(3) {
        app.knock(Some(&ann.token), &route)
            .expect_problem(404, "not_found");
    }
    for id in NO_IDS {
        ann.get(&app, &format!("/v1/stories/{id}"))
            .expect_problem(404, "not_found");
        ann.get(&app, &format!("/v1/stories?userId={id}"))
            .expect_problem(404, "not_found");
    }
}
