//! Webhooks that post.

use whisper_testkit::{TestApp, json};

use super::{group, messages, webhooks};

#[test]
fn a_program_posts_with_nothing_but_the_address() {
    let app = TestApp::start();
    let (ann, bob) = (app.person("ann"), app.person("bob"));
    let group = group(&app, &ann, &[&bob]);
    let path = webhooks(&group, "incoming");
    let made = ann
        .post(&app, &path, &json!({"name": "Builds"}))
        .expect(201);
    let address = made["path"].as_str().unwrap();
    let post = |body| app.post(address).json(&body).send();
    post(json!({"content": "passed", "id": format!("b-{}", &group[..8])})).expect(201);
    post(json!({"content": "passed", "id": format!("b-{}", &group[..8])})).expect(200);
    post(json!({"content": "failed", "username": "CI"})).expect(201);
    let seen = messages(&app, &bob, &group);
    let names: Vec<_> = seen
        .iter()
        .map(|m| &m["metadata"]["webhook"]["name"])
        .collect();
    assert_eq!(names, ["Builds", "CI"]);
    assert_eq!(seen[0]["senderId"], made["userId"]);
    let one = format!("/v1/conversations/{group}");
    assert_eq!(bob.get(&app, &one).expect(200)["my"]["unreadCount"], 2);

    let rotated = ann.post(
        &app,
        &format!("{path}/{}/secret", made["id"].as_str().unwrap()),
        &json!({}),
    );
    let rotated = rotated.expect(200);
    post(json!({"content": "x"})).expect_problem(404, "not_found");
    let address = rotated["path"].as_str().unwrap();
    app.post(address)
        .json(&json!({"content": "x"}))
        .send()
        .expect(201);
    ann.delete(&app, &format!("{path}/{}", made["id"].as_str().unwrap()))
        .expect(204);
    let gone = app.post(address).json(&json!({"content": "x"})).send();
    gone.expect_problem(404, "not_found");
    assert_eq!(messages(&app, &bob, &group).len(), 3, "they stay");
}

#[test]
fn no_person_is_behind_a_webhook() {
    let app = TestApp::start();
    let (ann, bob) = (app.person("ann"), app.person("bob"));
    let group = group(&app, &ann, &[]);
    let made = ann.post(
        &app,
        &webhooks(&group, "incoming"),
        &json!({"name": "Builds"}),
    );
    let user = made.expect(201)["userId"].as_str().unwrap().to_owned();
    bob.get(&app, &format!("/v1/users/{user}"))
        .expect_problem(404, "not_found");
    let direct = json!({"type": "direct", "participantIds": [user]});
    bob.post(&app, "/v1/conversations", &direct)
        .expect_fields(&["participantIds[0]"]);
}

#[test]
fn refusals() {
    let app = TestApp::start();
    let (ann, bob, eve) = (app.person("ann"), app.person("bob"), app.person("eve"));
    let group = group(&app, &ann, &[&bob]);
    let path = webhooks(&group, "incoming");
    let body = json!({"name": "Builds"});
    app.post(&path)
        .json(&body)
        .send()
        .expect_problem(401, "unauthenticated");
    eve.post(&app, &path, &body)
        .expect_problem(404, "not_found");
    bob.post(&app, &path, &body)
        .expect_problem(403, "forbidden");
    ann.post(&app, &path, &json!({"name": ""}))
        .expect_fields(&["name"]);
    let made = ann.post(&app, &path, &body).expect(201);
    let address = made["path"].as_str().unwrap();
    let broken = app.post(address).raw("application/json", b"{").send();
    broken.expect_problem(400, "invalid_json");
    app.post(address)
        .json(&json!({"content": 1}))
        .send()
        .expect_fields(&["content"]);
    let wrong = app
        .post(&address[..address.len() - 1])
        .json(&json!({"content": "x"}))
        .send();
    wrong.expect_problem(404, "not_found");
    assert!(messages(&app, &bob, &group).is_empty());
}

#[test]
fn thirty_in_a_minute_and_then_a_wait() {
    let app = TestApp::start();
    let ann = app.person("ann");
    let group = group(&app, &ann, &[]);
    let made = ann.post(
        &app,
        &webhooks(&group, "incoming"),
        &json!({"name": "Builds"}),
    );
    let made = made.expect(201);
    let address = made["path"].as_str().unwrap();
    let post = || app.post(address).json(&json!({"content": "x"})).send();
    // The posts fall into two minutes at most, at any time of the test's beginning.
    let refused = (0..61).map(|_| post()).find(|reply| reply.status == 429);
    let refused = refused.expect("a refusal");
    assert!(refused.header("retry-after").is_some());
}
