//! A block hides everything, both ways: each route, called by each of the two, with the other's new name looked for in the answer.

use std::collections::BTreeSet;

use futures::executor::block_on;
use serde_json::{Value, json};
use whisper_kit::Method;
use whisper_messages::testing::{Person, Scene};
use whisper_people::ids::member_id;
use whisper_schema::prelude::*;
use whisper_store::Patch;

use crate::once::picture;

/// Routes that name nobody: results of polls, and the words that edits replaced.
const NAMELESS: [&str; 2] = ["/poll", "/versions"];

/// A call of a route.
struct Call {
    route: String,
    method: Method,
    path: String,
    body: Value,
}

/// A group of three, in which each of the first two did to the other's messages whatever their sender learns of.
struct Stage {
    scene: Scene,
    people: [Person; 3],
    group: String,
    messages: Vec<String>,
}

impl Stage {
    fn new() -> Self {
        let scene = crate::scene_with(&[("vote_rate_per_minute", "0")]);
        let people = [scene.person(), scene.person(), scene.person()];
        let group = scene.group(&[&people[0], &people[1], &people[2]]);
        for person in &people {
            let role = Patch::new().set(ConversationMember::ROLE, ConversationMemberRole::Admin);
            scene.change::<ConversationMember>(&member_id(&group, &person.id), role);
        }
        let mut stage = Stage {
            scene,
            people,
            group,
            messages: Vec::new(),
        };
        stage.rename("old");
        stage.play(0, 1);
        stage.play(1, 0);
        stage.read_all();
        stage
    }

    /// Everybody has another name from here on.
    fn rename(&self, age: &str) {
        for (n, person) in self.people.iter().enumerate() {
            self.scene.name(person, &name(age, n));
        }
    }

    /// One sends words, a poll and a picture that can be viewed once; the other reacts, votes and opens it.
    fn play(&mut self, one: usize, other: usize) {
        let (one, other) = (&self.people[one], &self.people[other]);
        let send = |who: &Person, body: Value| {
            let sent = self.scene.send(who, &self.group, &body).expect(201);
            sent["id"].as_str().unwrap().to_owned()
        };
        let poll = json!({"contentType": "poll", "content": "Which?", "metadata": {"options": ["a", "b"]}});
        for id in ["f", "t"] {
            self.scene.file(one, id, FileBucket::Messages);
        }
        let sent = [json!({"content": "Hello"}), poll, picture()].map(|body| send(one, body));
        let [words, poll, picture] = &sent;
        send(other, json!({"content": "Yes", "replyToMessageId": words}));
        for (method, rest, body) in [
            (
                Method::PUT,
                format!("/{words}/reactions/%F0%9F%91%8D"),
                Value::Null,
            ),
            (Method::PUT, format!("/{words}/pin"), Value::Null),
            (
                Method::PUT,
                format!("/{poll}/vote"),
                json!({"options": [0]}),
            ),
            (Method::POST, format!("/{picture}/view"), Value::Null),
            (Method::PUT, format!("/{words}/star"), Value::Null),
        ] {
            let done = self
                .scene
                .act_with(other, method, &self.group, &rest, &body);
            assert!(done.response.status().is_success(), "{rest}: {}", done.body);
        }
        self.messages.extend(sent);
    }

    /// All read everything.
    fn read_all(&self) {
        let last = self.scene.say(&self.people[2], &self.group, "Good night");
        for person in &self.people {
            self.scene.mark(&self.group, person, &last);
        }
    }

    /// Calls of each route of the function, about each message; routes that take away stand last.
    fn calls(&self) -> Vec<Call> {
        let mut calls = Vec::new();
        for endpoint in message_actions::api().endpoints() {
            let (method, route) = (endpoint.method(), endpoint.path());
            if route.starts_with("/internal") {
                continue;
            }
            let body = match *method {
                Method::PATCH => json!({"content": "Hello again"}),
                _ if route.ends_with("/vote") && *method == Method::PUT => json!({"options": [1]}),
                _ if route.ends_with("/messages/delete") => json!({"ids": self.messages}),
                Method::POST if route.ends_with("}/views") => {
                    json!({"messageIds": self.messages})
                }
                _ => Value::Null,
            };
            let path = route.replace("{conversationId}", &self.group);
            let path = path.replace("{reaction}", "%F0%9F%8E%89");
            let path = path.replace("/voters", "/voters?option=0");
            let about = match path.contains("{messageId}") {
                true => self.messages.as_slice(),
                false => &self.messages[..1],
            };
            calls.extend(about.iter().map(|message| Call {
                route: format!("{method} {route}"),
                method: method.clone(),
                path: path.replace("{messageId}", message),
                body: body.clone(),
            }));
        }
        calls.sort_by_key(|call| {
            let takes_away = call.method == Method::DELETE || call.path.ends_with("/delete");
            (call.method != Method::GET, takes_away)
        });
        calls
    }

    /// Has somebody call these; gives the routes that answered with a name.
    fn naming(&self, who: &Person, name: &str, calls: &[Call]) -> BTreeSet<String> {
        let mut routes = BTreeSet::new();
        for call in calls {
            let actions = &self.scene.actions;
            let answer = actions.send(call.method.clone(), &call.path, &who.token, &call.body);
            let answer = block_on(answer);
            let status = answer.response.status().as_u16();
            let may = [200, 201, 204, 403, 404, 409, 422].contains(&status);
            assert!(may, "{}: {status} {}", call.route, answer.body);
            if answer.body.to_string().contains(name) {
                routes.insert(call.route.clone());
            }
        }
        routes
    }
}

fn name(age: &str, n: usize) -> String {
    format!("{age}_name_{n}")
}

#[test]
fn a_block_hides_everything_on_every_route_both_ways() {
    for caller in 0..2 {
        let stage = Stage::new();
        let (who, other) = (&stage.people[caller], 1 - caller);
        let [all, mut reads] = [stage.calls(), stage.calls()];
        reads.retain(|call| call.method == Method::GET);
        let naming = reads.iter().map(|call| call.route.clone());
        let naming = naming.filter(|route| !NAMELESS.iter().any(|end| route.ends_with(end)));
        let naming: BTreeSet<String> = naming.collect();
        assert!(naming.len() >= 8, "{naming:?}");
        let before = stage.naming(who, &name("old", other), &reads);
        assert_eq!(before, naming, "without a block they name the other");

        stage.scene.block(&stage.people[0], &stage.people[1]);
        stage.rename("new");
        let new = name("new", other);
        let third = stage.naming(&stage.people[2], &new, &reads);
        assert!(third.len() >= 4, "a third person sees both: {third:?}");
        let seen = stage.naming(who, &new, &all);
        assert!(seen.is_empty(), "caller {caller}: {seen:?}");
    }
}
