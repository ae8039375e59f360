//! Bots: programs with accounts of a user's own.

use whisper_testkit::push::PushService;
use whisper_testkit::{Person, Reply, TestApp, Value, json};

use super::{group, messages, webhooks};

const BOTS: &str = "/v1/me/bots";

/// A bot: its id and its token.
struct Bot {
    id: String,
    token: String,
}

impl Bot {
    fn of(made: &Value) -> Self {
        let text = |key: &str| made[key].as_str().unwrap().to_owned();
        Bot {
            id: text("id"),
            token: text("token"),
        }
    }

    fn call(&self, app: &TestApp, method: &str, path: &str, body: &Value) -> Reply {
        let call = app.call(method, path).bearer(&self.token);
        match body.is_null() {
            true => call.send(),
            false => call.json(body).send(),
        }
    }

    fn get(&self, app: &TestApp, path: &str) -> Reply {
        self.call(app, "GET", path, &Value::Null)
    }

    fn say(&self, app: &TestApp, conversation: &str, words: &str) -> Reply {
        let path = format!("/v1/conversations/{conversation}/messages");
        self.call(app, "POST", &path, &json!({"content": words}))
    }
}

fn make(app: &TestApp, who: &Person) -> Bot {
    let name = format!("{}bot", &who.username);
    let body = json!({"username": name, "displayName": "Weather"});
    Bot::of(&who.post(app, BOTS, &body).expect(201))
}

fn patch(app: &TestApp, who: &Person, path: &str, body: &Value) -> Reply {
    who.call(app, "PATCH", path).json(body).send()
}

fn id(made: &Value) -> String {
    made["id"].as_str().unwrap().to_owned()
}

#[test]
fn a_bot_is_told_by_a_webhook_and_answers_a_command() {
    let receiver = PushService::start();
    let builder = TestApp::own().variable("webhook_origin", receiver.origin());
    let Some(app) = builder.start() else { return };
    let (ann, bob) = (app.person("ann"), app.person("bob"));
    let bot = make(&app, &ann);
    let commands =
        json!({"commands": [{"name": "weather", "description": "The weather of a place"}]});
    let kept = bot.call(&app, "PUT", "/v1/me/commands", &commands);
    assert_eq!(kept.expect(200), commands);

    let group = group(&app, &ann, &[&bob]);
    let members = format!("/v1/conversations/{group}/members");
    ann.post(&app, &members, &json!({"userIds": [bot.id]}))
        .expect(200);
    let hook = json!({"name": "Weather", "url": format!("{}/hook", receiver.origin()), "events": ["message.created"]});
    ann.post(&app, &webhooks(&group, "outgoing"), &hook)
        .expect(201);

    let listed = bob.get(&app, &format!("/v1/conversations/{group}/commands"));
    let listed = listed.expect(200);
    let first = &listed["items"][0];
    assert_eq!(first["commands"], commands["commands"]);
    assert_eq!(
        (&first["bot"]["id"], &first["bot"]["isBot"]),
        (&json!(bot.id), &json!(true))
    );
    let command = json!({"content": "/weather Bern"});
    let path = format!("/v1/conversations/{group}/messages");
    bob.post(&app, &path, &command).expect(201);

    let told = receiver.wait_for(1);
    let told: Value = serde_json::from_slice(&told[0].body).unwrap();
    let message = &told["data"]["message"];
    assert_eq!(message["content"], "/weather Bern");
    let room = message["conversationId"].as_str().unwrap();
    bot.say(&app, room, "Sunny").expect(201);
    let seen = messages(&app, &bob, &group);
    let last = seen.last().unwrap();
    assert_eq!(
        (&last["content"], &last["senderId"]),
        (&json!("Sunny"), &json!(bot.id))
    );
    let logged = app.log();
    assert!(!logged.contains(&bot.token), "a token stands in no log");
}

#[test]
fn a_token_outlives_a_restart_and_ends_with_the_next_one() {
    let Some(mut app) = TestApp::own().start() else {
        return;
    };
    let ann = app.person("ann");
    let bot = make(&app, &ann);
    app.kill();
    let app = app.restart();
    bot.get(&app, "/v1/me/commands").expect(200);
    let path = format!("{BOTS}/{}/token", bot.id);
    let renewed = Bot::of(&ann.post(&app, &path, &json!({})).expect(200));
    bot.get(&app, "/v1/me/commands")
        .expect_problem(401, "session_revoked");
    renewed.get(&app, "/v1/me/commands").expect(200);
    let refresh = json!({"refreshToken": renewed.token.replacen("wbot_", "wrt_", 1)});
    app.post("/v1/sessions/refresh")
        .json(&refresh)
        .send()
        .expect_problem(401, "token_invalid");
    // Far beyond the life of every session of a person.
    app.advance("9000h");
    renewed.get(&app, "/v1/me/commands").expect(200);
}

#[test]
fn a_bot_does_nothing_that_people_do() {
    let app = TestApp::start();
    let (ann, bob) = (app.person("ann"), app.person("bob"));
    let bot = make(&app, &ann);
    let direct = json!({"type": "direct", "participantIds": [bob.id]});
    let (follow, contact) = (
        format!("/v1/follows/{}", bob.id),
        format!("/v1/contacts/{}", bob.id),
    );
    let block = format!("/v1/blocks/{}", bob.id);
    for (method, path, body) in [
        (
            "POST",
            BOTS,
            &json!({"username": "x_bot", "displayName": "x"}),
        ),
        ("POST", "/v1/conversations", &direct),
        ("PUT", follow.as_str(), &json!({})),
        ("PUT", contact.as_str(), &json!({})),
        ("PUT", block.as_str(), &json!({})),
        ("GET", "/v1/blocks", &Value::Null),
        ("GET", "/v1/contact-discovery", &Value::Null),
        ("GET", "/v1/sessions", &Value::Null),
        ("DELETE", "/v1/sessions", &Value::Null),
        ("PUT", "/v1/me/password", &json!({})),
        ("POST", "/v1/me/email", &json!({})),
        ("PATCH", "/v1/me", &json!({"displayName": "x"})),
        (
            "POST",
            "/v1/stories",
            &json!({"contentType": "text", "text": "x"}),
        ),
        ("GET", "/v1/users?query=bob", &Value::Null),
        ("POST", "/v1/invitations/abc/join", &json!({})),
        ("GET", "/v1/directory", &Value::Null),
        ("GET", "/v1/me/progress", &Value::Null),
    ] {
        let refused = bot.call(&app, method, path, body);
        refused.expect_problem(403, "not_for_bots");
    }
    let talk = bob.post(
        &app,
        "/v1/conversations",
        &json!({"type": "direct", "participantIds": [bot.id]}),
    );
    let talk = id(&talk.expect(201));
    bot.say(&app, &talk, "You called?").expect(201);
    bob.put(&app, &format!("/v1/blocks/{}", bot.id), &json!({}));
    let refused = bot.say(&app, &talk, "Still there?");
    assert!(matches!(refused.status, 403 | 404), "{}", refused.status);
}

#[test]
fn the_owner_and_the_operator_switch_it_off() {
    let Some(app) = TestApp::own().start() else {
        return;
    };
    let (ann, bob) = (app.person("ann"), app.person("bob"));
    let bot = make(&app, &ann);
    let path = format!("{BOTS}/{}", bot.id);
    bob.get(&app, &path).expect_problem(404, "not_found");
    let works = || bot.get(&app, "/v1/conversations").status == 200;
    patch(&app, &ann, &path, &json!({"isEnabled": false})).expect(200);
    assert!(!works());
    patch(&app, &ann, &path, &json!({"isEnabled": true})).expect(200);
    assert!(works());
    let operate = |what: &str| {
        let path = format!("/internal/users/{}/{what}", ann.id);
        app.post(&path)
            .bearer(app.operator_key())
            .send()
            .expect(200);
    };
    operate("disable");
    bot.get(&app, "/v1/conversations")
        .expect_problem(401, "session_revoked");
    operate("enable");
    assert!(works(), "with its owner");
}

#[test]
fn a_deleted_bot_leaves_by_the_job() {
    let Some(app) = TestApp::own().start() else {
        return;
    };
    let (ann, bob) = (app.person("ann"), app.person("bob"));
    let bot = make(&app, &ann);
    let group = group(&app, &ann, &[&bob]);
    let members = format!("/v1/conversations/{group}/members");
    ann.post(&app, &members, &json!({"userIds": [bot.id]}))
        .expect(200);
    bot.say(&app, &group, "Sunny").expect(201);
    ann.delete(&app, &format!("{BOTS}/{}", bot.id)).expect(204);
    bot.get(&app, "/v1/me")
        .expect_problem(401, "session_revoked");
    let commands = format!("/v1/conversations/{group}/commands");
    assert_eq!(bob.get(&app, &commands).expect(200)["items"], json!([]));
    app.run_job("community-departures").expect(200);
    let there = bob.get(&app, &members).expect(200);
    assert_eq!(there["items"].as_array().unwrap().len(), 2);
    assert_eq!(messages(&app, &bob, &group).len(), 1, "its messages stay");
    assert_eq!(ann.get(&app, BOTS).expect(200)["items"], json!([]));
}
