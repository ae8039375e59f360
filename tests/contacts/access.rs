//! Access and refusals.

use whisper_testkit::{NO_IDS, Person, Route, TestApp, json};

use super::{keep, kept};

/// Every route, with a body that is fine.
fn routes(other: &Person) -> Vec<Route> {
    let path = format!("/v1/contacts/{}", other.id);
    let request = format!("/v1/contact-requests/{}", other.id);
    let details = json!({"nickname": "x"});
    vec![
        ("GET", "/v1/contact-requests".into(), json!(null)),
        ("PUT", request.clone(), json!(null)),
        ("POST", format!("{request}/accept"), json!(null)),
        ("POST", format!("{request}/decline"), json!(null)),
        ("DELETE", request, json!(null)),
        ("GET", "/v1/contacts".into(), json!(null)),
        ("GET", path.clone(), json!(null)),
        ("PUT", path.clone(), details.clone()),
        ("PATCH", path.clone(), details),
        ("DELETE", path, json!(null)),
    ]
}

#[test]
fn without_a_token_nothing_is_answered_and_nothing_happens() {
    let app = TestApp::start();
    let (ann, bob) = (app.person("ann"), app.person("bob"));
    app.refuses_without_token(&routes(&bob), &ann);
    assert!(kept(&app, &ann, "").is_empty());
}

#[test]
fn an_ended_session_and_an_expired_token_open_nothing() {
    let Some(app) = TestApp::own().start() else {
        return;
    };
    let (ann, bob) = (app.person("ann"), app.person("bob"));
    app.refuses_old_tokens(&routes(&ann), &bob, &ann);
}

#[test]
fn bad_bodies_change_nothing() {
    let app = TestApp::start();
    let (ann, bob) = (app.person("ann"), app.person("bob"));
    app.refuses_bad_bodies(&routes(&bob), &ann);
    assert!(kept(&app, &ann, "").is_empty());
}

#[test]
fn nobody_oneself_and_nonsense_are_refused() {
    let app = TestApp::start();
    let (ann, bob) = (app.person("ann"), app.person("bob"));
    keep(&app, &ann, &ann, &json!({})).expect_fields(&["userId"]);
    for id in NO_IDS {
        let path = format!("/v1/contacts/{id}");
        ann.put(&app, &path, &json!({}))
            .expect_problem(404, "not_found");
        ann.get(&app, &path).expect_problem(404, "not_found");
        let path = format!("/v1/contact-requests/{id}");
        ann.put(&app, &path, &json!({}))
            .expect_problem(404, "not_found");
        let path = format!("{path}/accept");
        ann.post(&app, &path, &json!({}))
            .expect_problem(404, "not_found");
    }
    ann.get(&app, "/v1/contact-requests?direction=sideways")
        .expect_problem(400, "invalid_query");
    let wrong =
        json!({"relationship": "blocked", "isFavorite": "yes", "tags": "x", "isBlocked": true});
    keep(&app, &ann, &bob, &wrong).expect_fields(&[
        "relationship",
        "isFavorite",
        "tags",
        "isBlocked",
    ]);
    for query in [
        "?relationship=blocked",
        "?favorite=1x",
        "?query=",
        "?x=1",
        "?limit=0",
    ] {
        ann.get(&app, &format!("/v1/contacts{query}"))
            .expect_problem(400, "invalid_query");
    }
    assert!(kept(&app, &ann, "").is_empty());
}

#[test]
fn notes_are_their_writers_alone() {
    let app = TestApp::start();
    let (ann, bob, cid) = (app.person("ann"), app.person("bob"), app.person("cid"));
    keep(
        &app,
        &ann,
        &bob,
        &json!({"nickname": "Bobby", "notes": "secret"}),
    )
    .expect(201);
    for other in [&bob, &cid] {
        for path in [
            format!("/v1/contacts/{}", bob.id),
            format!("/v1/contacts/{}", ann.id),
        ] {
            other.get(&app, &path).expect_problem(404, "not_found");
        }
        assert!(kept(&app, other, "").is_empty());
    }
    let first = ann.get(&app, "/v1/contacts?limit=1").expect(200);
    assert!(first["next"].is_null());
}
