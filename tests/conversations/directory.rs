//! Public groups: the directory, and joining from there.

use super::{group, id};
use whisper_testkit::{Person, TestApp, Value, json};

/// The groups that somebody finds.
fn found(app: &TestApp, who: &Person, query: &str) -> Vec<Value> {
    let page = who.get(app, &format!("/v1/directory?{query}")).expect(200);
    let items = page["items"].as_array().unwrap().iter();
    items.map(|item| item["conversationId"].clone()).collect()
}

#[test]
fn a_public_group_is_found_seen_and_joined() {
    let app = TestApp::start();
    let (ann, bob, cid) = (app.person("ann"), app.person("bob"), app.person("cid"));
    let (small, large) = (group(&app, &ann, &[]), group(&app, &ann, &[&cid]));
    // Others use the same directory.
    let word = format!("w{}", id(&small).replace('-', ""));
    let category = &word[..20];
    for path in [&large, &small] {
        let listing = json!({"category": category.to_uppercase(), "tags": [word, "chess"]});
        let listed = ann.put(&app, &format!("{path}/listing"), &listing);
        assert_eq!(listed.expect(200)["category"], category);
    }
    let [first, second] = [&large, &small].map(|path| json!(id(path)));
    for query in [format!("category={category}"), format!("tag={word}")] {
        let all = found(&app, &bob, &query);
        assert_eq!(all, [first.clone(), second.clone()], "most members first");
    }
    let newest = found(&app, &bob, &format!("query={}", &word[..15]));
    assert_eq!(newest, [first.clone(), second.clone()], "the newest first");
    let seen = bob.get(&app, &format!("/v1/directory/{}", id(&small)));
    let seen = seen.expect(200);
    assert_eq!(
        (&seen["participantCount"], &seen["isMember"]),
        (&json!(1), &json!(false))
    );
    bob.get(&app, &small).expect_problem(404, "not_found");
    let joined = bob.post(&app, &format!("{small}/join"), &json!({}));
    assert_eq!(joined.expect(201)["outcome"], "joined");
    assert_eq!(bob.get(&app, &small).expect(200)["isPublic"], true);
    bob.post(&app, &format!("{small}/leave"), &json!({}))
        .expect(204);
    bob.post(&app, &format!("{small}/join"), &json!({}))
        .expect(201);
}

#[test]
fn a_group_is_the_owners_to_list_and_hidden_from_people_they_keep_away() {
    let app = TestApp::start();
    let (ann, bob, mia) = (app.person("ann"), app.person("bob"), app.person("mia"));
    let path = group(&app, &ann, &[&mia]);
    let listing = format!("{path}/listing");
    let word = format!("w{}", id(&path).replace('-', ""));
    let body = json!({"tags": [word]});
    mia.put(&app, &listing, &body)
        .expect_problem(403, "forbidden");
    bob.put(&app, &listing, &body)
        .expect_problem(404, "not_found");
    ann.put(&app, &listing, &json!({"tags": "chess"}))
        .expect_fields(&["tags"]);
    ann.put(&app, &listing, &body).expect(200);
    let one = format!("/v1/directory/{}", id(&path));
    bob.get(&app, &one).expect(200);
    ann.put(&app, &format!("/v1/blocks/{}", bob.id), &json!({}));
    bob.get(&app, &one).expect_problem(404, "not_found");
    for query in [format!("tag={word}"), format!("query={word}")] {
        assert_eq!(found(&app, &bob, &query), [Value::Null; 0], "{query}");
        assert_eq!(found(&app, &mia, &query), [json!(id(&path))], "{query}");
    }
    bob.post(&app, &format!("{path}/join"), &json!({}))
        .expect_problem(404, "not_found");
    ann.delete(&app, &listing).expect(204);
    assert_eq!(found(&app, &mia, &format!("tag={word}")), [Value::Null; 0]);
    mia.get(&app, &one).expect_problem(404, "not_found");
}

#[test]
fn all_newcomers_wait_where_the_setting_says_so() {
    let app = TestApp::start();
    let (ann, bob) = (app.person("ann"), app.person("bob"));
    let path = group(&app, &ann, &[]);
    ann.put(&app, &format!("{path}/listing"), &json!({}))
        .expect(200);
    let settings = json!({"settings": {"joinApproval": true}});
    let changed = ann
        .call(&app, "PATCH", &path)
        .header("if-match", "*")
        .json(&settings)
        .send();
    assert_eq!(changed.expect(200)["settings"]["joinApproval"], true);
    let join = format!("{path}/join");
    assert_eq!(
        bob.post(&app, &join, &json!({})).expect(202)["outcome"],
        "pending"
    );
    let approve = format!("{path}/join-requests/{}/approve", bob.id);
    ann.post(&app, &approve, &json!({})).expect(204);
    assert_eq!(
        bob.post(&app, &join, &json!({})).expect(200)["outcome"],
        "already"
    );
}
