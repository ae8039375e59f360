//! Every operation on a conversation, as the document lists them: people who don't belong to it, or don't any more, get the
//! same answer as for a conversation that isn't there.

use super::{direct, group, id, say};
use whisper_testkit::{Person, Reply, Route, TestApp, Value, json};

const NOWHERE: &str = "/v1/conversations/00000000-0000-7000-8000-000000000000";

/// The operations on a public conversation that are for people who don't belong to it.
const FOR_NEWCOMERS: [&str; 2] = ["joinConversation", "getPublicConversation"];

/// An operation that looks at its body first: the document's example names an address that only an operator can allow, which
/// it refuses for any conversation. `integrations::roles` asks it with one that is allowed.
const REFUSED_FOR_ALL: &str = "createOutgoingWebhook";

/// Query parameters that operations need, with values that are fine.
const QUERIES: [(&str, &str); 3] = [("kind", "images"), ("option", "0"), ("query", "hello")];

/// A conversation and documents that stand in it.
struct Scene {
    /// The values of the parts of paths.
    parts: Vec<(&'static str, String)>,
    /// A time soon, as the examples' own will have passed.
    soon: String,
}

impl Scene {
    /// A scene in the conversation at this path, with a poll and an invitation where there can be one.
    fn of(app: &TestApp, owner: &Person, path: &str, member: &Person) -> Self {
        let poll = json!({"contentType": "poll", "content": "hello?", "metadata": {"options": ["a", "b"]}});
        let poll = owner.post(app, &format!("{path}/messages"), &poll);
        let poll = poll.expect(201);
        let text = |value: &Value| value.as_str().unwrap_or("nothing").to_owned();
        let created = text(&poll["createdAt"]);
        let invitation = owner.post(app, &format!("{path}/invitations"), &json!({}));
        let webhook = format!("{path}/webhooks/incoming");
        let webhook = owner.post(app, &webhook, &json!({"name": "Builds"}));
        let parts = vec![
            ("{conversationId}", id(path).to_owned()),
            ("{messageId}", text(&poll["id"])),
            ("{userId}", member.id.clone()),
            ("{invitationId}", text(&invitation.body["id"])),
            ("{webhookId}", text(&webhook.body["id"])),
            ("{groupId}", "nothing".to_owned()),
            ("{reaction}", "%F0%9F%91%8D".to_owned()),
        ];
        // An hour later, by way of the offset.
        let soon = format!("{}-01:00", created.trim_end_matches('Z'));
        Scene { parts, soon }
    }

    fn filled(&self, template: &str) -> String {
        let fill = |part: &str| match part.starts_with('{') {
            false => part.to_owned(),
            true => {
                let known = self.parts.iter().find(|(name, _)| *name == part);
                let known = known.unwrap_or_else(|| panic!("no value for {part} in {template}"));
                known.1.clone()
            }
        };
        template.split('/').map(fill).collect::<Vec<_>>().join("/")
    }

    /// The operations on a conversation, by their names.
    fn operations(&self, document: &Value) -> Vec<(String, Route)> {
        let mut operations = Vec::new();
        let paths = document["paths"].as_object().unwrap();
        for (template, methods) in paths.iter().filter(|(p, _)| p.contains("{conversationId}")) {
            for (method, operation) in methods.as_object().unwrap() {
                let name = operation["operationId"].as_str().unwrap().to_owned();
                let path = format!("{}{}", self.filled(template), queries(document, operation));
                let body = self.example(document, operation);
                operations.push((name, (verb(method), path, body)));
            }
        }
        operations
    }

    /// The document's own example of the body, its times replaced; null for operations without one.
    fn example(&self, document: &Value, operation: &Value) -> Value {
        let schema = &operation["requestBody"]["content"]["application/json"]["schema"];
        if schema.is_null() {
            return Value::Null;
        }
        let mut example = resolved(document, schema)["examples"][0].clone();
        for key in ["sendAt", "endsAt", "expiresAt"] {
            if example[key].is_string() {
                example[key] = json!(self.soon);
            }
        }
        example
    }
}

/// The schema that a reference names.
fn resolved<'a>(document: &'a Value, schema: &'a Value) -> &'a Value {
    match schema["$ref"].as_str() {
        Some(to) => document.pointer(to.trim_start_matches('#')).unwrap(),
        None => schema,
    }
}

/// The query of an operation: the parameters that it needs.
fn queries(document: &Value, operation: &Value) -> String {
    let parameters = operation["parameters"].as_array().into_iter().flatten();
    let parameters = parameters.map(|parameter| resolved(document, parameter));
    let needed = parameters.filter(|one| one["in"] == "query" && one["required"] == true);
    let pairs = needed.map(|one| {
        let name = one["name"].as_str().unwrap();
        let value = QUERIES.iter().find(|(known, _)| *known == name);
        format!("{name}={}", value.expect(name).1)
    });
    let pairs: Vec<String> = pairs.collect();
    match pairs.is_empty() {
        true => String::new(),
        false => format!("?{}", pairs.join("&")),
    }
}

fn verb(method: &str) -> &'static str {
    match method {
        "get" => "GET",
        "post" => "POST",
        "put" => "PUT",
        "patch" => "PATCH",
        "delete" => "DELETE",
        other => panic!("{other}"),
    }
}

fn document(app: &TestApp) -> Value {
    app.get("/v1/openapi.json").send().expect(200)
}

/// The answer to a call, without what differs between any two calls.
fn answer(reply: Reply) -> Value {
    let mut problem = reply.body;
    problem["instance"] = json!("");
    json!([reply.status, problem])
}

/// Asserts that these people get the same 404 from these operations as from the ones on no conversation.
fn refuses(app: &TestApp, scene: &Scene, document: &Value, who: &[&Person], but: &[&str]) {
    let here = scene.operations(document);
    assert!(here.len() > 70, "{}", here.len());
    let (own, none) = (scene.filled("{conversationId}"), id(NOWHERE));
    for (name, route) in here {
        if but.contains(&name.as_str()) {
            continue;
        }
        let there = (route.0, route.1.replace(&own, none), route.2.clone());
        for person in who {
            let nothing = app.knock(Some(&person.token), &there);
            let refused = app.knock(Some(&person.token), &route);
            let wanted = match name == REFUSED_FOR_ALL {
                true => (422, Some("validation_failed")),
                false => (404, Some("not_found")),
            };
            let seen = (refused.status, refused.body["code"].as_str());
            let who = &person.username;
            assert_eq!(seen, wanted, "{name} for {who}: {}", refused.text);
            assert_eq!(answer(refused), answer(nothing), "{name}");
        }
    }
}

#[test]
fn strangers_and_people_who_were_sent_away_cannot_tell_a_group_from_none() {
    let app = TestApp::start();
    let (ann, bob, eve) = (app.person("ann"), app.person("bob"), app.person("eve"));
    let (gone, banned) = (app.person("gone"), app.person("banned"));
    let path = group(&app, &ann, &[&bob, &gone, &banned]);
    let scene = Scene::of(&app, &ann, &path, &bob);
    let member = format!("{path}/members/{}", gone.id);
    ann.delete(&app, &member).expect(204);
    let ban = format!("{path}/bans/{}", banned.id);
    ann.put(&app, &ban, &json!({})).expect(201);
    bob.put(&app, &format!("{path}/draft"), &json!({"content": "See"}))
        .expect(200);
    let (messages, pins) = (format!("{path}/messages"), format!("{path}/pins"));
    let seen = || [&path, &messages, &pins].map(|at| bob.get(&app, at).expect(200));
    let before = seen();
    let document = document(&app);
    refuses(&app, &scene, &document, &[&eve, &gone, &banned], &[]);
    assert_eq!(seen(), before, "nothing happened");
    // The paths lead somewhere for a member.
    for (name, route) in scene.operations(&document) {
        if route.0 == "GET" && !["getPublicConversation", "listWebhookAttempts"].contains(&&*name) {
            let seen = app.knock(Some(&bob.token), &route);
            assert_ne!(seen.status, 404, "{name}: {}", seen.text);
        }
    }
}

#[test]
fn strangers_cannot_tell_a_direct_conversation_from_none() {
    let app = TestApp::start();
    let (ann, bob, eve) = (app.person("ann"), app.person("bob"), app.person("eve"));
    let path = direct(&app, &ann, &bob);
    let scene = Scene::of(&app, &ann, &path, &bob);
    refuses(&app, &scene, &document(&app), &[&eve], &[]);
    // Nor do they say of its messages that they were delivered.
    bob.accept(&app, id(&path));
    let message = say(&app, &ann, &path, "hello");
    let deliver = |who: &Person, conversation: &str, message: &str| {
        let one = json!({"conversationId": conversation, "messageId": message});
        let path = "/v1/conversations/delivered";
        who.post(&app, path, &json!({"messages": [one]}))
    };
    let status = || {
        let one = format!("{path}/messages/{message}");
        ann.get(&app, &one).expect(200)["status"].clone()
    };
    let here = deliver(&eve, id(&path), &message);
    let there = deliver(&eve, id(NOWHERE), "nothing");
    assert_eq!(answer(here), answer(there));
    assert_eq!(status(), "sent");
    deliver(&bob, id(&path), &message).expect(200);
    assert_eq!(status(), "delivered");
}

#[test]
fn of_a_public_group_others_see_its_preview_and_join_and_the_banned_do_neither() {
    let app = TestApp::start();
    let (ann, bob, eve) = (app.person("ann"), app.person("bob"), app.person("eve"));
    let banned = app.person("banned");
    let path = group(&app, &ann, &[&bob, &banned]);
    ann.put(&app, &format!("{path}/listing"), &json!({}))
        .expect(200);
    let ban = format!("{path}/bans/{}", banned.id);
    ann.put(&app, &ban, &json!({})).expect(201);
    let scene = Scene::of(&app, &ann, &path, &bob);
    let document = document(&app);
    refuses(&app, &scene, &document, &[&banned], &[]);
    refuses(&app, &scene, &document, &[&eve], &FOR_NEWCOMERS);
    let route = |name: &str| {
        let mut all = scene.operations(&document).into_iter();
        all.find(|(known, _)| known == name).unwrap().1
    };
    let [join, preview] = FOR_NEWCOMERS.map(route);
    app.knock(Some(&eve.token), &preview).expect(200);
    app.knock(Some(&eve.token), &join).expect(201);
    say(&app, &eve, &path, "hello");
}
