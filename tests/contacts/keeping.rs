//! Adding, changing, listing and taking off.

use std::thread;

use whisper_testkit::{Person, TestApp, json};

use super::{block, keep, kept, unblock};

#[test]
fn somebody_is_kept_renamed_favoured_and_taken_off() {
    let app = TestApp::start();
    let (ann, bob, cid) = (app.person("ann"), app.person("bob"), app.person("cid"));
    let details = json!({"nickname": "Bobby", "relationship": "family", "tags": ["Bern"]});
    let added = keep(&app, &ann, &bob, &details).expect(201);
    assert_eq!(added["user"]["username"], bob.username.as_str());
    keep(&app, &ann, &cid, &json!({})).expect(201);
    assert_eq!(kept(&app, &ann, ""), [cid.id.as_str(), &bob.id]);
    let path = format!("/v1/contacts/{}", bob.id);
    let edited = ann
        .call(&app, "PATCH", &path)
        .json(&json!({"isFavorite": true, "nickname": null, "notes": "likes tea"}))
        .send()
        .expect(200);
    assert!(edited["nickname"].is_null() && edited["relationship"] == "family");
    assert_eq!(ann.get(&app, &path).expect(200), edited);
    assert_eq!(kept(&app, &ann, ""), [bob.id.as_str(), &cid.id]);
    for query in ["?favorite=true", "?tag=Bern", "?relationship=family"] {
        assert_eq!(kept(&app, &ann, query), [bob.id.as_str()], "{query}");
    }
    let by_name = format!("?query={}", bob.username.to_uppercase());
    assert_eq!(kept(&app, &ann, &by_name), [bob.id.as_str()]);
    for _ in 0..2 {
        ann.delete(&app, &path).expect(204);
        assert_eq!(kept(&app, &ann, ""), [cid.id.as_str()]);
    }
    ann.get(&app, &path).expect_problem(404, "not_found");
}

#[test]
fn many_at_once_are_one_contact() {
    let app = TestApp::start();
    let (ann, bob) = (app.person("ann"), app.person("bob"));
    let statuses: Vec<u16> = thread::scope(|scope| {
        let call = || keep(&app, &ann, &bob, &json!({"nickname": "B"})).status;
        let calls: Vec<_> = (0..6).map(|_| scope.spawn(call)).collect();
        calls.into_iter().map(|call| call.join().unwrap()).collect()
    });
    let made = statuses.iter().filter(|status| **status == 201).count();
    assert_eq!(made, 1, "{statuses:?}");
    assert!(
        statuses.iter().all(|status| [200, 201].contains(status)),
        "{statuses:?}"
    );
    assert_eq!(kept(&app, &ann, ""), [bob.id.as_str()]);
}

#[test]
fn blocks_hide_people_and_leave_the_notes() {
    let app = TestApp::start();
    let (ann, bob, cid) = (app.person("ann"), app.person("bob"), app.person("cid"));
    keep(&app, &ann, &bob, &json!({"nickname": "Mine"})).expect(201);
    block(&app, &bob, &ann);
    block(&app, &ann, &cid);
    for other in [&bob, &cid] {
        keep(&app, other, &ann, &json!({})).expect_problem(404, "not_found");
    }
    keep(&app, &ann, &cid, &json!({})).expect_problem(404, "not_found");
    let list = ann.get(&app, "/v1/contacts").expect(200);
    assert_eq!(
        list["items"].as_array().unwrap().len(),
        1,
        "a block is no contact"
    );
    assert_eq!(list["items"][0]["nickname"], "Mine");
    assert_eq!(list["items"][0]["user"], json!({"id": bob.id}));
    assert_eq!(list["items"][0]["isBlocked"], false);
    // A contact that is taken off while blocked leaves the block alone.
    unblock(&app, &bob, &ann);
    block(&app, &ann, &bob);
    assert_eq!(
        ann.get(&app, &format!("/v1/contacts/{}", bob.id))
            .expect(200)["isBlocked"],
        true
    );
    ann.delete(&app, &format!("/v1/contacts/{}", bob.id))
        .expect(204);
    let blocks = ann.get(&app, "/v1/blocks").expect(200);
    assert_eq!(blocks["items"].as_array().unwrap().len(), 2, "{blocks}");
    for other in [&bob, &cid] {
        unblock(&app, &ann, other);
        keep(&app, &ann, other, &json!({})).expect(201);
    }
    assert_eq!(kept(&app, &ann, "").len(), 2);
}

fn conversation(app: &TestApp, from: &Person, to: &Person) -> String {
    let body = json!({"type": "direct", "participantIds": [to.id]});
    let made = from.post(app, "/v1/conversations", &body).expect(201);
    made["id"].as_str().unwrap().to_owned()
}

#[test]
fn a_contact_is_no_stranger_and_the_last_interaction_moves() {
    let app = TestApp::start();
    let (ann, bob) = (app.person("ann"), app.person("bob"));
    let id = conversation(&app, &bob, &ann);
    let messages = format!("/v1/conversations/{id}/messages");
    bob.post(&app, &messages, &json!({"content": "hi"}))
        .expect(201);
    let listed = |query: &str| {
        let list = ann.get(&app, &format!("/v1/conversations{query}"));
        list.expect(200)["items"].as_array().unwrap().len()
    };
    assert_eq!((listed(""), listed("?requests=true")), (0, 1));
    let added = keep(&app, &ann, &bob, &json!({})).expect(201);
    assert_eq!((listed(""), listed("?requests=true")), (1, 0));
    let first = added["lastInteraction"].as_str().unwrap().to_owned();
    let sent = ann
        .post(&app, &messages, &json!({"content": "hello"}))
        .expect(201);
    let path = format!("/v1/contacts/{}", bob.id);
    let latest = ann.get(&app, &path).expect(200)["lastInteraction"].clone();
    assert_eq!(latest, sent["createdAt"]);
    assert!(latest.as_str().unwrap() >= first.as_str());
}

#[test]
fn whom_somebody_keeps_may_write_where_contacts_may() {
    let app = TestApp::start();
    let (ann, bob, cid) = (app.person("ann"), app.person("bob"), app.person("cid"));
    let settings = json!({"privacySettings": {"messages": "contacts", "groups": "contacts"}});
    ann.call(&app, "PATCH", "/v1/me")
        .json(&settings)
        .send()
        .expect(200);
    keep(&app, &ann, &bob, &json!({})).expect(201);
    // Cid keeps her as a contact, which doesn't make him known to her.
    keep(&app, &cid, &ann, &json!({})).expect(201);
    let direct = json!({"type": "direct", "participantIds": [ann.id]});
    let group = json!({"type": "group", "name": "Chess", "participantIds": [ann.id]});
    for body in [&direct, &group] {
        cid.post(&app, "/v1/conversations", body)
            .expect_fields(&["participantIds[0]"]);
        bob.post(&app, "/v1/conversations", body).expect(201);
    }
    let list = ann.get(&app, "/v1/conversations").expect(200);
    assert_eq!(
        list["items"].as_array().unwrap().len(),
        2,
        "no requests: {list}"
    );
    ann.delete(&app, &format!("/v1/contacts/{}", bob.id))
        .expect(204);
    bob.post(&app, "/v1/conversations", &group)
        .expect_fields(&["participantIds[0]"]);
}
