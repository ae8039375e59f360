//! Experience points as users see them. The amounts for each activity are tested in functions/xp-badges.

use whisper_testkit::{Person, Route, TestApp, Value, json};

fn progress(app: &TestApp, who: &Person) -> Value {
    who.get(app, "/v1/me/progress").expect(200)
}

/// Waits until somebody has so many points.
fn earned(app: &TestApp, who: &Person, xp: i64) -> Value {
    app.eventually(|| Some(progress(app, who)).filter(|progress| progress["xp"] == xp))
}

fn notes(app: &TestApp, who: &Person) -> String {
    let body = json!({"type": "group", "name": "Notes", "participantIds": []});
    let made = who.post(app, "/v1/conversations", &body).expect(201);
    format!(
        "/v1/conversations/{}/messages",
        made["id"].as_str().unwrap()
    )
}

fn routes() -> Vec<Route> {
    let paths = [
        "/v1/me/progress",
        "/v1/leaderboards/global",
        "/v1/leaderboards/following",
        "/v1/leaderboards/week",
    ];
    paths
        .map(|path| ("GET", path.to_owned(), Value::Null))
        .into()
}

#[test]
fn what_is_done_earns_points_soon_after_the_answer() {
    let app = TestApp::start();
    let ann = app.person("ann");
    earned(&app, &ann, 5);
    let room = notes(&app, &ann);
    for _ in 0..3 {
        ann.post(&app, &room, &json!({"content": "Hi"})).expect(201);
    }
    let seen = earned(&app, &ann, 11);
    assert_eq!(seen["streak"]["activeToday"], true);
    let badge = seen["badges"][0].clone();
    assert_eq!(
        (&badge["key"], &badge["earned"]),
        (&json!("first_message"), &json!(true))
    );
    let me = ann.get(&app, "/v1/me").expect(200);
    assert_eq!(
        (&me["xp"], &me["badges"]),
        (&json!(11), &json!(["first_message"]))
    );
}

#[test]
fn spamming_earns_nothing() {
    let app = TestApp::start();
    let ann = app.person("ann");
    let room = notes(&app, &ann);
    for _ in 0..55 {
        ann.post(&app, &room, &json!({"content": "Hi"})).expect(201);
    }
    let seen = earned(&app, &ann, 105);
    assert_eq!(seen["today"]["left"]["message_sent"], 0);
    let counted = |seen: &Value| {
        let badges = seen["badges"].as_array().unwrap();
        badges.iter().find(|b| b["key"] == "messages_100").unwrap()["progress"].clone()
    };
    app.eventually(|| (counted(&progress(&app, &ann)) == 55).then_some(()));
    assert_eq!(progress(&app, &ann)["xp"], 105);
}

#[test]
fn leaderboards_show_who_stands_where() {
    let app = TestApp::start();
    let (ann, bob, eve) = (app.person("ann"), app.person("bob"), app.person("eve"));
    ann.put(&app, &format!("/v1/follows/{}", bob.id), &json!({}))
        .expect(201);
    let room = notes(&app, &bob);
    bob.post(&app, &room, &json!({"content": "Hi"})).expect(201);
    for (who, xp) in [(&ann, 5), (&bob, 7), (&eve, 5)] {
        earned(&app, who, xp);
    }
    let list = ann.get(&app, "/v1/leaderboards/following").expect(200);
    let places: Vec<(u64, &str, bool)> = list["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|i| {
            (
                i["rank"].as_u64().unwrap(),
                i["user"]["id"].as_str().unwrap(),
                i["me"] == true,
            )
        })
        .collect();
    assert_eq!(
        places,
        [(1, bob.id.as_str(), false), (2, ann.id.as_str(), true)]
    );
    for board in ["global", "week"] {
        let list = eve
            .get(&app, &format!("/v1/leaderboards/{board}?limit=100"))
            .expect(200);
        assert!(list["items"].as_array().unwrap().len() >= 3, "{board}");
    }
}

#[test]
fn strangers_and_old_tokens_see_nothing() {
    let Some(app) = TestApp::own().start() else {
        return;
    };
    let (ann, bob) = (app.person("ann"), app.person("bob"));
    app.refuses_without_token(&routes(), &ann);
    app.refuses_old_tokens(&routes(), &bob, &ann);
    assert_eq!(
        app.get("/v1/badges").send().expect(200)["items"]
            .as_array()
            .unwrap()
            .len(),
        20
    );
    let job = vec![("POST", "/internal/jobs/xp-badges".to_owned(), Value::Null)];
    app.refuses_all_but_operator(&job, &ann);
}
