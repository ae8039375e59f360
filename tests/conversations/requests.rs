//! Strangers' conversations are requests; people say who may write to them and add them to groups.

use super::{direct, follow, group, id, ids, say, start};
use whisper_testkit::{Person, TestApp, json};

fn listed(app: &TestApp, who: &Person, query: &str) -> Vec<String> {
    let list = who
        .get(app, &format!("/v1/conversations{query}"))
        .expect(200);
    ids(&list).into_iter().map(str::to_owned).collect()
}

#[test]
fn an_answer_accepts_a_request() {
    let app = TestApp::start();
    let (ann, bob) = (app.person("ann"), app.person("bob"));
    let path = direct(&app, &ann, &bob);
    say(&app, &ann, &path, "hello");
    assert_eq!(listed(&app, &bob, ""), [""; 0]);
    assert_eq!(listed(&app, &bob, "?requests=true"), [id(&path)]);
    say(&app, &bob, &path, "hello yourself");
    assert_eq!(listed(&app, &bob, ""), [id(&path)]);
    assert_eq!(listed(&app, &bob, "?requests=true"), [""; 0]);
}

#[test]
fn a_request_is_accepted_or_put_away_by_hand() {
    let app = TestApp::start();
    let (ann, bob) = (app.person("ann"), app.person("bob"));
    let path = direct(&app, &ann, &bob);
    let declined = bob.post(&app, &format!("{path}/decline"), &json!({}));
    assert_eq!(declined.expect(200)["isArchived"], true);
    assert_eq!(listed(&app, &bob, "?requests=true"), [""; 0]);
    let accepted = bob.post(&app, &format!("{path}/accept"), &json!({}));
    assert_eq!(accepted.expect(200)["isRequest"], false);
    assert_eq!(listed(&app, &bob, ""), [id(&path)]);
}

#[test]
fn who_may_write_and_who_may_add_is_up_to_everybody() {
    let app = TestApp::start();
    let (ann, bob, cid) = (app.person("ann"), app.person("bob"), app.person("cid"));
    follow(&app, &ann, &cid);
    let settings = json!({"privacySettings": {"messages": "contacts", "groups": "nobody"}});
    ann.call(&app, "PATCH", "/v1/me")
        .header("if-match", "*")
        .json(&settings)
        .send()
        .expect(200);
    start(&app, &bob, None, &[&ann]).expect_fields(&["participantIds[0]"]);
    start(&app, &cid, None, &[&ann]).expect(201);
    for by in [&bob, &cid] {
        start(&app, by, Some("Room"), &[&ann]).expect_fields(&["participantIds[0]"]);
        let path = group(&app, by, &[]);
        super::add(&app, by, &path, &[&ann]).expect_fields(&["userIds[0]"]);
    }
}
