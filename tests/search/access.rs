//! Access and refusals.

use whisper_testkit::{Route, TestApp, json};

use super::{contents, found, group, say, search};

fn routes(room: &str) -> Vec<Route> {
    [
        format!("{room}/search?query=hello"),
        format!("{room}/media?kind=images"),
        "/v1/search/messages?query=hello".to_owned(),
    ]
    .map(|path| ("GET", path, json!(null)))
    .to_vec()
}

#[test]
fn without_a_token_nothing_is_answered() {
    let app = TestApp::start();
    let ann = app.person("ann");
    let room = group(&app, &ann, &[]);
    app.refuses_without_token(&routes(&room), &ann);
}

#[test]
fn an_ended_session_and_an_expired_token_open_nothing() {
    let Some(app) = TestApp::own().start() else {
        return;
    };
    let (ann, bob) = (app.person("ann"), app.person("bob"));
    let room = group(&app, &ann, &[&bob]);
    app.refuses_old_tokens(&routes(&room), &bob, &ann);
}

#[test]
fn strangers_and_those_who_were_sent_away_find_nothing() {
    let app = TestApp::start();
    let (ann, bob, eve) = (app.person("ann"), app.person("bob"), app.person("eve"));
    let room = group(&app, &ann, &[&bob]);
    say(&app, &ann, &room, "hello");
    let all = "/v1/search/messages?query=hello";
    assert_eq!(
        found(&app, &bob, &format!("{room}/search?query=hello"), 1),
        ["hello"]
    );
    assert_eq!(found(&app, &bob, all, 1), ["hello"]);
    for path in [
        format!("{room}/search?query=hello"),
        format!("{room}/media?kind=links"),
    ] {
        eve.get(&app, &path).expect_problem(404, "not_found");
    }
    let nowhere = "/v1/conversations/nowhere/search?query=hello";
    eve.get(&app, nowhere).expect_problem(404, "not_found");
    ann.delete(&app, &format!("{room}/members/{}", bob.id))
        .expect(204);
    search(&app, &bob, &room, "query=hello").expect_problem(404, "not_found");
    assert!(contents(&bob.get(&app, all).expect(200)).is_empty());
    assert!(contents(&eve.get(&app, all).expect(200)).is_empty());
}

#[test]
fn a_question_is_refused_by_its_field() {
    let app = TestApp::start();
    let ann = app.person("ann");
    let room = group(&app, &ann, &[]);
    for (path, field) in [
        (format!("{room}/search"), "query"),
        (format!("{room}/search?query=%3F"), "query"),
        (format!("{room}/search?query=a&has=legs"), "has"),
        (
            format!("{room}/search?query=a&sentAfter=today"),
            "sentAfter",
        ),
        (format!("{room}/media?kind=everything"), "kind"),
        ("/v1/search/messages?query=a&kind=letter".to_owned(), "kind"),
    ] {
        let problem = ann.get(&app, &path).expect_problem(400, "invalid_query");
        assert_eq!(problem["errors"][0]["field"], field, "{path}");
    }
}
