//! The inbox as its user sees it.

use whisper_testkit::push::PushService;
use whisper_testkit::{Person, TestApp, Value, json};

use super::{device, direct, operator, say, start};

#[test]
fn a_reaction_and_a_follow_reach_the_inbox_and_the_device_and_are_read() {
    let Some((app, service)) = start() else {
        return;
    };
    let (ann, bob) = (app.person("ann"), app.person("bob"));
    let phone = device(&app, &service, &bob, "/bob");
    ann.put(&app, &format!("/v1/follows/{}", bob.id), &json!({}))
        .expect(201);
    let story = json!({"contentType": "text", "text": "Today", "privacy": "public"});
    let story = bob.post(&app, "/v1/stories", &story).expect(201);
    let path = format!("/v1/stories/{}/reactions", story["id"].as_str().unwrap());
    ann.put(&app, &path, &json!({"reaction": "like"}))
        .expect(201);
    let pushed = service.wait_for(2);
    let mut kinds: Vec<Value> = pushed
        .iter()
        .map(|p| phone.decrypt(&p.body)["type"].clone())
        .collect();
    kinds.sort_by_key(Value::to_string);
    assert_eq!(kinds, ["follow", "story_reaction"]);
    let inbox = bob.get(&app, "/v1/notifications").expect(200);
    assert_eq!(inbox["items"].as_array().unwrap().len(), 2);
    let unread = || bob.get(&app, "/v1/notifications/unread-count").expect(200)["count"].clone();
    assert_eq!(unread(), 2);
    let id = inbox["items"][0]["id"].as_str().unwrap();
    bob.post(&app, &format!("/v1/notifications/{id}/read"), &json!({}))
        .expect(200);
    assert_eq!(unread(), 1);
    bob.post(&app, "/v1/notifications/read-all", &json!({}))
        .expect(200);
    assert_eq!(unread(), 0);
    bob.delete(&app, &format!("/v1/notifications/{id}"))
        .expect(204);
    let all = bob.get(&app, "/v1/notifications?unread=false").expect(200);
    assert_eq!(all["items"].as_array().unwrap().len(), 1);
    // The app's other routes of the same beginning still lead where they led.
    bob.get(&app, "/v1/me").expect(200);
    app.advance("2161h");
    let token = app
        .post("/v1/sessions")
        .json(&json!({"email": bob.email, "password": bob.password}));
    let token = token.send().expect(201)["accessToken"]
        .as_str()
        .unwrap()
        .to_owned();
    let later = app
        .get("/v1/notifications")
        .bearer(&token)
        .send()
        .expect(200);
    assert_eq!(later["items"], json!([]), "after 90 days");
    app.run_job("notification-push").expect(200);
    assert_eq!(
        operator(&app, "/internal/queue/counts")["pushes"]["pending"],
        0
    );
}

#[test]
fn what_another_function_congratulates_on_is_pushed_as_well() {
    let service = PushService::start();
    let app = TestApp::own().variable("push_extra_origin", service.origin());
    let Some(app) = app.start() else {
        return;
    };
    let (ann, bob) = (app.person("ann"), app.person("bob"));
    let phone = device(&app, &service, &ann, "/ann");
    let path = direct(&app, &ann, &bob);
    say(&app, &ann, &path, &json!({}));
    let told = phone.decrypt(&service.wait_for(1)[0].body);
    let inbox = ann.get(&app, "/v1/notifications").expect(200);
    assert_eq!(
        told,
        json!({"type": "system", "notificationId": inbox["items"][0]["id"]})
    );
}

/// The answers of this function's reading routes, together.
fn answers(app: &TestApp, who: &Person) -> String {
    let mut answers = String::new();
    for path in [
        "/v1/notifications",
        "/v1/notifications?unread=true",
        "/v1/notifications/unread-count",
        "/v1/push/subscriptions",
        "/v1/me/notification-settings",
    ] {
        answers += &who.get(app, path).expect(200).to_string();
    }
    answers
}

#[test]
fn a_block_hides_each_from_the_other_on_every_route() {
    let Some((app, service)) = start() else {
        return;
    };
    let (ann, bob) = (app.person("ann"), app.person("bob"));
    device(&app, &service, &bob, "/bob");
    ann.put(&app, &format!("/v1/follows/{}", bob.id), &json!({}))
        .expect(201);
    service.wait_for(1);
    bob.put(&app, &format!("/v1/follows/{}", ann.id), &json!({}))
        .expect(201);
    let path = direct(&app, &ann, &bob);
    say(&app, &ann, &path, &json!({"mentions": [bob.id]}));
    service.wait_for(2);
    app.run_job("notification-push").expect(200);
    for who in [&ann, &bob] {
        let name = json!({"displayName": format!("New {}", who.username)});
        who.call(&app, "PATCH", "/v1/me")
            .json(&name)
            .send()
            .expect(200);
    }
    let seen = answers(&app, &bob);
    assert!(seen.contains(&format!("New {}", ann.username)), "{seen}");
    let unread = |who: &Person| {
        let count = who.get(&app, "/v1/notifications/unread-count").expect(200);
        count["count"].clone()
    };
    assert_eq!((unread(&bob), unread(&ann)), (json!(2), json!(1)));
    let id = bob.get(&app, "/v1/notifications").expect(200)["items"][0]["id"].clone();
    let of_ann = format!("/v1/notifications/{}", id.as_str().unwrap());

    bob.call(&app, "PUT", &format!("/v1/blocks/{}", ann.id))
        .send()
        .expect(204);
    for (who, other) in [(&bob, &ann), (&ann, &bob)] {
        let seen = answers(&app, who);
        for hidden in [
            &other.id,
            &other.username,
            &format!("New {}", other.username),
        ] {
            assert!(!seen.contains(hidden), "{hidden} in {seen}");
        }
        assert_eq!(unread(who), 0);
    }
    bob.post(&app, &format!("{of_ann}/read"), &json!({}))
        .expect_problem(404, "not_found");
    bob.delete(&app, &of_ann).expect_problem(404, "not_found");
    assert_eq!(service.pushed().len(), 2, "and nothing rang since");
}
