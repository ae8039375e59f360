//! System messages: what happens to a group, told in its history with typed metadata, and unread to nobody.

use super::{direct, give, group, say};
use whisper_testkit::{Person, TestApp, Value, json};

/// The history's system messages as somebody sees them, oldest first: their senders and metadata.
fn told(app: &TestApp, who: &Person, path: &str) -> Vec<Value> {
    let path = format!("{path}/messages?order=asc&limit=100");
    let page = who.get(app, &path).expect(200);
    let items = page["items"].as_array().unwrap().iter();
    let of_system = items.filter(|item| item["isSystemMessage"] == true);
    of_system
        .map(|item| json!([item["senderId"], item["metadata"]]))
        .collect()
}

fn change(app: &TestApp, by: &Person, path: &str, body: &Value) {
    let change = by.call(app, "PATCH", path).header("if-match", "*");
    change.json(body).send().expect(200);
}

/// The story of the group below, as its history tells it.
fn story(ann: &Person, bob: &Person, cid: &Person, dan: &Person) -> [Value; 10] {
    let by = |who: &Person, event: Value| json!([who.id, event]);
    [
        by(
            ann,
            json!({"event": "conversation_created", "name": "Room", "userIds": [bob.id, dan.id]}),
        ),
        by(ann, json!({"event": "description_changed"})),
        by(ann, json!({"event": "picture_changed"})),
        by(ann, json!({"event": "made_public"})),
        by(
            ann,
            json!({"event": "settings_changed", "settings": {"joinApproval": true}}),
        ),
        by(ann, json!({"event": "member_approved", "userId": cid.id})),
        by(ann, json!({"event": "made_private"})),
        by(cid, json!({"event": "member_left"})),
        by(ann, json!({"event": "member_removed", "userId": dan.id})),
        by(
            ann,
            json!({"event": "ownership_handed_over", "userId": bob.id}),
        ),
    ]
}

#[test]
fn all_that_happens_is_told_and_unread_to_nobody() {
    let app = TestApp::start();
    let [ann, bob, cid, dan] = ["ann", "bob", "cid", "dan"].map(|name| app.person(name));
    let path = group(&app, &ann, &[&bob, &dan]);
    change(&app, &ann, &path, &json!({"description": "We play"}));
    let picture = json!({"avatarUrl": "https://example.com/a.png"});
    change(&app, &ann, &path, &picture);
    ann.put(&app, &format!("{path}/listing"), &json!({}))
        .expect(200);
    let approval = json!({"settings": {"joinApproval": true}});
    change(&app, &ann, &path, &approval);
    cid.post(&app, &format!("{path}/join"), &Value::Null)
        .expect(202);
    let approve = format!("{path}/join-requests/{}/approve", cid.id);
    ann.post(&app, &approve, &Value::Null).expect(204);
    ann.delete(&app, &format!("{path}/listing")).expect(204);
    cid.post(&app, &format!("{path}/leave"), &Value::Null)
        .expect(204);
    ann.delete(&app, &format!("{path}/members/{}", dan.id))
        .expect(204);
    give(&app, &ann, &path, &bob, "owner").expect(200);
    // A request that changes nothing, or is refused, is not told.
    give(&app, &ann, &path, &ann, "owner").expect_problem(403, "forbidden");
    let listing = format!("{path}/listing");
    dan.put(&app, &listing, &json!({})).expect(404);
    let own = json!({"isSystemMessage": true, "content": "x"});
    bob.post(&app, &format!("{path}/messages"), &own)
        .expect_fields(&["isSystemMessage"]);
    change(&app, &bob, &path, &json!({"description": "We play"}));

    let wanted = story(&ann, &bob, &cid, &dan);
    for who in [&ann, &bob] {
        assert_eq!(told(&app, who, &path), wanted);
        assert_eq!(who.get(&app, &path).expect(200)["my"]["unreadCount"], 0);
        let totals = who.get(&app, "/v1/me/unread").expect(200);
        assert_eq!(totals["messages"], 0, "{totals}");
    }
    let seen = bob.get(&app, &path).expect(200);
    assert_eq!(seen["lastMessageSystem"], wanted[9][1]);
    say(&app, &ann, &path, "hello");
    assert_eq!(bob.get(&app, &path).expect(200)["my"]["unreadCount"], 1);
    // Between two little is told.
    let talk = direct(&app, &ann, &bob);
    let custom = json!({"settings": {"custom": {"colour": "red"}}});
    change(&app, &ann, &talk, &custom);
    assert_eq!(told(&app, &bob, &talk), [json!(null); 0]);
}
