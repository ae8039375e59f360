//! People, bots and the functions that they meet in.

use futures::executor::block_on;
use serde_json::{Value, json};
use whisper_kit::testing::{Answer, TestEdge};
use whisper_kit::{Method, Request};
use whisper_messages::testing::{Person, Scene};
use whisper_schema::prelude::*;

pub const BOTS: &str = "/v1/me/bots";

pub struct Farm {
    pub scene: Scene,
    pub bots: TestEdge,
    pub talks: TestEdge,
    pub accounts: TestEdge,
}

impl Farm {
    pub fn new() -> Self {
        Farm::with(&[])
    }

    pub fn with(variables: &[(&str, &str)]) -> Self {
        let mut all = vec![("operator_key", "key")];
        all.extend(variables);
        let scene = Scene::of(&message_send::api(), &message_actions::api(), &all);
        let bots = scene.edge.another(&integrations::api());
        let talks = scene.edge.another(&conversations::api());
        let accounts = scene.edge.another(&accounts::api());
        Farm {
            scene,
            bots,
            talks,
            accounts,
        }
    }

    /// Somebody with a profile.
    pub fn person(&self, name: &str) -> Person {
        let person = self.scene.person();
        self.scene.name(&person, name);
        person
    }

    pub fn call(&self, who: &Person, method: Method, path: &str, body: &Value) -> Answer {
        block_on(self.bots.send(method, path, &who.token, body))
    }

    pub fn get(&self, who: &Person, path: &str) -> Answer {
        self.call(who, Method::GET, path, &Value::Null)
    }

    pub fn try_make(&self, who: &Person, name: &str) -> Answer {
        let body = json!({"username": name, "displayName": "Weather"});
        self.call(who, Method::POST, BOTS, &body)
    }

    pub fn make(&self, who: &Person, name: &str) -> Person {
        let view = self.try_make(who, name).expect(201);
        let text = |key: &str| view[key].as_str().unwrap().to_owned();
        Person {
            id: text("id"),
            token: text("token"),
        }
    }

    /// The bot with another token.
    pub fn renew(&self, who: &Person, bot: &Person) -> Person {
        let path = format!("{}/token", one(bot));
        let view = self
            .call(who, Method::POST, &path, &Value::Null)
            .expect(200);
        Person {
            id: bot.id.clone(),
            token: view["token"].as_str().unwrap().to_owned(),
        }
    }

    /// Calls the component of conversations.
    pub fn talk(&self, who: &Person, method: Method, path: &str, body: &Value) -> Answer {
        block_on(self.talks.send(method, path, &who.token, body))
    }

    pub fn try_group(&self, owner: &Person, others: &[&Person]) -> Answer {
        let ids: Vec<&str> = others.iter().map(|user| user.id.as_str()).collect();
        let body = json!({"type": "group", "name": "Room", "participantIds": ids});
        self.talk(owner, Method::POST, "/v1/conversations", &body)
    }

    pub fn group(&self, owner: &Person, others: &[&Person]) -> String {
        let made = self.try_group(owner, others).expect(201);
        made["id"].as_str().unwrap().to_owned()
    }

    pub fn add(&self, who: &Person, group: &str, whom: &[&Person]) -> Answer {
        let ids: Vec<&str> = whom.iter().map(|user| user.id.as_str()).collect();
        let path = format!("/v1/conversations/{group}/members");
        self.talk(who, Method::POST, &path, &json!({"userIds": ids}))
    }

    pub fn remove(&self, who: &Person, group: &str, whom: &Person) -> Answer {
        let path = format!("/v1/conversations/{group}/members/{}", whom.id);
        self.talk(who, Method::DELETE, &path, &Value::Null)
    }

    pub fn direct(&self, who: &Person, whom: &Person) -> Answer {
        let body = json!({"type": "direct", "participantIds": [whom.id]});
        self.talk(who, Method::POST, "/v1/conversations", &body)
    }

    /// The commands that a conversation lists: each bot with the names of its own.
    pub fn commands(&self, who: &Person, conversation: &str) -> Vec<(String, Vec<String>)> {
        let path = format!("/v1/conversations/{conversation}/commands");
        let list = self.get(who, &path).expect(200);
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let items = list["items"].as_array().unwrap().iter();
        items
            .map(|item| {
                let commands = item["commands"].as_array().unwrap().iter();
                let names = commands.map(|command| text(&command["name"])).collect();
                (text(&item["bot"]["id"]), names)
            })
            .collect()
    }

    /// Calls a route with the operator's key.
    pub fn operate(&self, edge: &TestEdge, path: &str) -> Answer {
        let mut request = Request::new(Method::POST, path);
        let key = "Bearer key".parse().unwrap();
        request.headers.insert("authorization", key);
        block_on(edge.request(request))
    }

    /// Has users whose account went leave their conversations.
    pub fn run_departures(&self) {
        self.operate(&self.talks, "/internal/jobs/community-departures")
            .expect(200);
        assert!(self.scene.all::<UserDeparture>().is_empty());
    }
}

/// The path of a bot of the caller's.
pub fn one(bot: &Person) -> String {
    format!("{BOTS}/{}", bot.id)
}

/// A list of commands.
pub fn offer(names: &[&str]) -> Value {
    let commands = names
        .iter()
        .map(|name| json!({"name": name, "description": format!("Does {name}")}));
    json!({"commands": commands.collect::<Vec<_>>()})
}
