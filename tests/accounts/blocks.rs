//! Blocking and unblocking.

use whisper_testkit::{Person, Reply, TestApp, Value, json};

use super::{befriend, change_profile};

fn block(app: &TestApp, who: &Person, whom: &Person) -> Reply {
    who.call(app, "PUT", &format!("/v1/blocks/{}", whom.id))
        .send()
}

fn unblock(app: &TestApp, who: &Person, whom: &Person) -> Reply {
    who.delete(app, &format!("/v1/blocks/{}", whom.id))
}

fn names(list: &Value) -> Vec<String> {
    let items = list["items"].as_array().unwrap();
    items
        .iter()
        .map(|item| item["userId"].as_str().unwrap().to_owned())
        .collect()
}

#[test]
fn blocking_twice_is_blocking_once() {
    let app = TestApp::start();
    let (alice, bob) = (app.person("alice"), app.person("bob"));
    block(&app, &alice, &bob).expect(204);
    block(&app, &alice, &bob).expect(204);
    assert_eq!(
        names(&alice.get(&app, "/v1/blocks").expect(200)),
        [bob.id.as_str()]
    );
    unblock(&app, &alice, &bob).expect(204);
    unblock(&app, &alice, &bob).expect(204);
    assert!(names(&alice.get(&app, "/v1/blocks").expect(200)).is_empty());
    bob.get(&app, &format!("/v1/users/{}", alice.username))
        .expect(200);
}

#[test]
fn blocking_many_times_at_once_is_blocking_once() {
    let app = TestApp::start();
    let (alice, bob) = (app.person("alice"), app.person("bob"));
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| block(&app, &alice, &bob).expect(204));
        }
    });
    assert_eq!(
        names(&alice.get(&app, "/v1/blocks").expect(200)),
        [bob.id.as_str()]
    );
}

#[test]
fn the_list_of_blocks_names_them_newest_first_in_pages() {
    let Some(app) = TestApp::own().start() else {
        return;
    };
    let alice = app.person("alice");
    let others: Vec<Person> = (0..5).map(|_| app.person("bob")).collect();
    change_profile(&app, &others[4], &json!({"displayName": "The last"})).expect(200);
    for other in &others {
        app.advance("1s");
        block(&app, &alice, other).expect(204);
    }
    let expected: Vec<&str> = others.iter().rev().map(|other| other.id.as_str()).collect();
    let mut seen = Vec::new();
    let mut path = "/v1/blocks?limit=2".to_owned();
    loop {
        let page = alice.get(&app, &path).expect(200);
        if seen.is_empty() {
            assert_eq!(page["items"][0]["displayName"], "The last");
            assert_eq!(page["items"][0]["username"], others[4].username.as_str());
            assert!(page["items"][0]["blockedAt"].is_string());
        }
        seen.extend(names(&page));
        match page["next"].as_str() {
            Some(next) => path = format!("/v1/blocks?limit=2&after={next}"),
            None => break,
        }
    }
    assert_eq!(seen, expected);
}

#[test]
fn nobody_sees_whom_others_block() {
    let app = TestApp::start();
    let (alice, bob) = (app.person("alice"), app.person("bob"));
    block(&app, &alice, &bob).expect(204);
    assert!(names(&bob.get(&app, "/v1/blocks").expect(200)).is_empty());
    let of_alice = alice.get(&app, "/v1/blocks?limit=1").expect(200);
    if let Some(cursor) = of_alice["next"].as_str() {
        bob.get(&app, &format!("/v1/blocks?after={cursor}"))
            .expect_problem(400, "invalid_cursor");
    }
    bob.get(&app, "/v1/blocks?after=x")
        .expect_problem(400, "invalid_cursor");
    bob.get(&app, "/v1/blocks?limit=0")
        .expect_problem(400, "invalid_query");
}

#[test]
fn who_cannot_be_blocked() {
    let app = TestApp::start();
    let alice = app.person("alice");
    block(&app, &alice, &alice).expect_fields(&["userId"]);
    for nobody in ["00000000-0000-7000-8000-000000000000", "!", "%00"] {
        alice
            .call(&app, "PUT", &format!("/v1/blocks/{nobody}"))
            .send()
            .expect_problem(404, "not_found");
        alice
            .delete(&app, &format!("/v1/blocks/{nobody}"))
            .expect(204);
    }
}

#[test]
fn blocking_ends_following_in_both_directions() {
    let app = TestApp::start();
    let (alice, bob) = (app.person("alice"), app.person("bob"));
    befriend(&app, &alice, &bob);
    block(&app, &alice, &bob).expect(204);
    unblock(&app, &alice, &bob).expect(204);
    for person in [&alice, &bob] {
        for direction in ["followers", "following"] {
            let list = person
                .get(&app, &format!("/v1/follows?direction={direction}"))
                .expect(200);
            assert!(list["items"].as_array().unwrap().is_empty(), "{list}");
        }
    }
}

#[test]
fn both_may_block_each_other() {
    let app = TestApp::start();
    let (alice, bob) = (app.person("alice"), app.person("bob"));
    block(&app, &alice, &bob).expect(204);
    block(&app, &bob, &alice).expect(204);
    unblock(&app, &alice, &bob).expect(204);
    alice
        .get(&app, &format!("/v1/users/{}", bob.username))
        .expect_problem(404, "not_found");
    unblock(&app, &bob, &alice).expect(204);
    alice
        .get(&app, &format!("/v1/users/{}", bob.username))
        .expect(200);
}

#[test]
fn a_block_closes_the_direct_conversation_for_the_blocked_one_until_it_is_taken_back() {
    let app = TestApp::start();
    let (alice, bob) = (app.person("alice"), app.person("bob"));
    let body = json!({"type": "direct", "participantIds": [bob.id]});
    let conversation = alice.post(&app, "/v1/conversations", &body).expect(201);
    let path = format!(
        "/v1/conversations/{}/messages",
        conversation["id"].as_str().unwrap()
    );
    let write = |person: &Person, text: &str| person.post(&app, &path, &json!({"content": text}));
    write(&bob, "before").expect(201);
    block(&app, &alice, &bob).expect(204);
    write(&bob, "while blocked").expect_problem(403, "forbidden");
    let history = bob.get(&app, &path).expect(200);
    assert_eq!(history["items"].as_array().unwrap().len(), 1, "{history}");
    unblock(&app, &alice, &bob).expect(204);
    write(&bob, "after").expect(201);
}

#[test]
fn a_direct_conversation_cannot_begin_during_a_block() {
    let app = TestApp::start();
    let (alice, bob) = (app.person("alice"), app.person("bob"));
    block(&app, &alice, &bob).expect(204);
    for (from, to) in [(&bob, &alice), (&alice, &bob)] {
        let body = json!({"type": "direct", "participantIds": [to.id]});
        let status = from.post(&app, "/v1/conversations", &body).status;
        assert!(matches!(status, 403 | 422), "{status}");
    }
}
