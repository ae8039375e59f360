//! Five users, and the functions that they use.

use futures::executor::block_on;
use serde_json::{Value, json};
use whisper_kit::Method;
use whisper_kit::testing::{Answer, TestEdge};
use whisper_schema::prelude::Profile;
use whisper_store::Batch;

/// Limits that would be in the way.
const ROOMY: [(&str, &str); 8] = [
    ("message_rate_per_minute", "0"),
    ("stranger_message_rate_per_hour", "0"),
    ("mention_rate_per_hour", "0"),
    ("reaction_rate_per_minute", "0"),
    ("pin_rate_per_minute", "0"),
    ("star_rate_per_minute", "0"),
    ("group_rate_per_hour", "0"),
    ("message_change_rate_per_minute", "0"),
];

/// Somebody signed in.
#[derive(Clone, Debug)]
pub struct User {
    pub id: String,
    pub token: String,
}

/// The functions, on one database.
pub struct World {
    pub realtime: TestEdge,
    conversations: TestEdge,
    send: TestEdge,
    actions: TestEdge,
    accounts: TestEdge,
}

impl World {
    pub fn new() -> Self {
        World::with(&[])
    }

    /// With these limits beside the roomy ones.
    pub fn with(variables: &[(&'static str, &'static str)]) -> Self {
        let variables = [&ROOMY, variables].concat();
        let realtime = TestEdge::new(&realtime::api(), &variables);
        World {
            conversations: realtime.another(&conversations::api()),
            send: realtime.another(&message_send::api()),
            actions: realtime.another(&message_actions::api()),
            accounts: realtime.another(&accounts::api()),
            realtime,
        }
    }

    /// Somebody new, with a profile.
    pub fn user(&self, name: &str) -> User {
        let (id, token) = block_on(self.realtime.user());
        let profile = Profile {
            id: id.clone(),
            user_id: id.clone(),
            username: Some(name.to_owned()),
            display_name: Some(name.to_owned()),
            ..Profile::default()
        };
        block_on(self.realtime.store().commit(Batch::new().insert(&profile))).unwrap();
        User { id, token }
    }

    fn edge(&self, method: &Method, path: &str) -> &TestEdge {
        let path = path.split('?').next().unwrap_or_default();
        let parts: Vec<&str> = path.trim_matches('/').split('/').collect();
        match parts.as_slice() {
            ["v1", "realtime", ..] => &self.realtime,
            ["v1", "conversations", _, "messages"] if *method != Method::DELETE => &self.send,
            ["v1", "conversations", _, "messages" | "pins", ..] => &self.actions,
            ["v1", "blocks" | "me", ..] => &self.accounts,
            _ => &self.conversations,
        }
    }

    /// Any call.
    pub fn call(&self, who: &User, method: Method, path: &str, body: &Value) -> Answer {
        let edge = self.edge(&method, path);
        let mut request = edge.request_of(method, path, &who.token, body);
        // Some changes are refused without it.
        let any = "*".parse().unwrap();
        request.headers.insert("if-match", any);
        block_on(edge.request(request))
    }

    pub fn get(&self, who: &User, path: &str) -> Value {
        self.call(who, Method::GET, path, &Value::Null).expect(200)
    }

    pub fn post(&self, who: &User, path: &str, body: &Value) -> Answer {
        self.call(who, Method::POST, path, body)
    }

    /// A group of these, who all accepted it.
    pub fn group(&self, owner: &User, others: &[&User]) -> String {
        let ids: Vec<&str> = others.iter().map(|user| user.id.as_str()).collect();
        let body = json!({"type": "group", "name": "Friends", "participantIds": ids});
        let made = self.post(owner, "/v1/conversations", &body).expect(201);
        let id = made["id"].as_str().unwrap().to_owned();
        for other in others {
            let path = format!("/v1/conversations/{id}/accept");
            self.post(other, &path, &Value::Null).expect(200);
        }
        id
    }

    /// A message; gives its id.
    pub fn say(&self, who: &User, place: &str, words: &str) -> String {
        let path = format!("/v1/conversations/{place}/messages");
        let sent = self
            .post(who, &path, &json!({"content": words}))
            .expect(201);
        sent["id"].as_str().unwrap().to_owned()
    }

    /// The events behind a place, and the place behind them; none to begin.
    pub fn poll(&self, who: &User, after: Option<&str>) -> (Vec<Value>, String, bool) {
        let path = match after {
            Some(after) => format!("/v1/realtime/poll?after={after}"),
            None => "/v1/realtime/poll".to_owned(),
        };
        let answer = self.get(who, &path);
        let events = answer["events"].as_array().unwrap().clone();
        let next = answer["next"].as_str().unwrap().to_owned();
        (events, next, answer["isReset"] == true)
    }
}
