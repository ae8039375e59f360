//! Asking to be contacts of each other.

use std::thread;

use whisper_testkit::{Person, Reply, TestApp, json};

use super::{block, keep, kept, unblock};

fn path(whom: &Person) -> String {
    format!("/v1/contact-requests/{}", whom.id)
}

fn ask(app: &TestApp, who: &Person, whom: &Person) -> Reply {
    who.call(app, "PUT", &path(whom)).send()
}

fn answer(app: &TestApp, who: &Person, whom: &Person, how: &str) -> Reply {
    let path = format!("{}/{how}", path(whom));
    who.call(app, "POST", &path).send()
}

fn asked(app: &TestApp, who: &Person, direction: &str) -> Vec<String> {
    let path = format!("/v1/contact-requests?direction={direction}");
    let list = who.get(app, &path).expect(200);
    let items = list["items"].as_array().unwrap().iter();
    items
        .map(|item| item["user"]["id"].as_str().unwrap().to_owned())
        .collect()
}

#[test]
fn a_request_is_listed_on_both_sides_and_accepted() {
    let app = TestApp::start();
    let (ann, bob, cid) = (app.person("ann"), app.person("bob"), app.person("cid"));
    let sent = ask(&app, &ann, &bob).expect(201);
    assert_eq!(sent["user"]["username"], bob.username.as_str());
    ask(&app, &ann, &bob).expect(200);
    ask(&app, &cid, &bob).expect(201);
    assert_eq!(asked(&app, &bob, "incoming"), [cid.id.as_str(), &ann.id]);
    assert_eq!(asked(&app, &ann, "outgoing"), [bob.id.as_str()]);
    let accepted = answer(&app, &bob, &ann, "accept").expect(200);
    assert_eq!(accepted["user"]["username"], ann.username.as_str());
    answer(&app, &bob, &ann, "accept").expect(200);
    answer(&app, &bob, &cid, "decline").expect(204);
    assert!(asked(&app, &bob, "incoming").is_empty());
    assert_eq!(asked(&app, &cid, "outgoing"), [bob.id.as_str()], "not told");
    assert_eq!(kept(&app, &ann, ""), [bob.id.as_str()]);
    assert_eq!(kept(&app, &bob, ""), [ann.id.as_str()]);
    assert!(kept(&app, &cid, "").is_empty());
    cid.delete(&app, &path(&bob)).expect(204);
    cid.delete(&app, &path(&bob)).expect(204);
    assert!(asked(&app, &cid, "outgoing").is_empty());
}

#[test]
fn requests_that_cross_again_and_again_settle() {
    let app = TestApp::start();
    for _ in 0..3 {
        let (ann, bob) = (app.person("ann"), app.person("bob"));
        let statuses: Vec<u16> = thread::scope(|scope| {
            let calls: Vec<_> = [(&ann, &bob), (&bob, &ann), (&ann, &bob), (&bob, &ann)]
                .map(|(who, whom)| scope.spawn(|| ask(&app, who, whom).status))
                .into_iter()
                .collect();
            calls.into_iter().map(|call| call.join().unwrap()).collect()
        });
        assert!(
            statuses.iter().all(|status| [200, 201].contains(status)),
            "{statuses:?}"
        );
        assert_eq!(kept(&app, &ann, ""), [bob.id.as_str()], "{statuses:?}");
        assert_eq!(kept(&app, &bob, ""), [ann.id.as_str()], "{statuses:?}");
    }
}

#[test]
fn blocked_people_look_like_nobody_and_a_block_ends_requests() {
    let app = TestApp::start();
    let (ann, bob) = (app.person("ann"), app.person("bob"));
    ask(&app, &ann, &bob).expect(201);
    block(&app, &bob, &ann);
    for (who, whom) in [(&ann, &bob), (&bob, &ann)] {
        assert!(asked(&app, who, "incoming").is_empty());
        assert!(asked(&app, who, "outgoing").is_empty());
        ask(&app, who, whom).expect_problem(404, "not_found");
        answer(&app, who, whom, "accept").expect_problem(404, "not_found");
    }
    unblock(&app, &bob, &ann);
    answer(&app, &bob, &ann, "accept").expect_problem(404, "not_found");
    ask(&app, &ann, &bob).expect(201);
}

#[test]
fn who_may_ask_is_a_privacy_setting() {
    let app = TestApp::start();
    let (ann, bob) = (app.person("ann"), app.person("bob"));
    for (who, status) in [("nobody", 422), ("contacts", 422), ("everyone", 201)] {
        let settings = json!({"privacySettings": {"contactRequests": who}});
        let change = bob.call(&app, "PATCH", "/v1/me").json(&settings);
        change.send().expect(200);
        assert_eq!(ask(&app, &ann, &bob).status, status, "{who}");
    }
    let settings = json!({"privacySettings": {"contactRequests": "friends"}});
    let change = bob.call(&app, "PATCH", "/v1/me").json(&settings);
    change
        .send()
        .expect_fields(&["privacySettings.contactRequests"]);
}

#[test]
fn an_accepted_requests_conversation_is_no_strangers() {
    let app = TestApp::start();
    let (ann, bob) = (app.person("ann"), app.person("bob"));
    let direct = json!({"type": "direct", "participantIds": [bob.id]});
    ann.post(&app, "/v1/conversations", &direct).expect(201);
    ask(&app, &ann, &bob).expect(201);
    answer(&app, &bob, &ann, "accept").expect(200);
    let list = bob.get(&app, "/v1/conversations").expect(200);
    assert_eq!(list["items"].as_array().unwrap().len(), 1, "{list}");
    keep(&app, &bob, &ann, &json!({"nickname": "A"})).expect(200);
}
