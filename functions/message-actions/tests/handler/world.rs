//! The functions around messages on one database.

use futures::executor::block_on;
use serde_json::Value;
use whisper_kit::Method;
use whisper_kit::ids::member_id;
use whisper_kit::testing::{Answer, TestEdge};
use whisper_messages::testing::{Person, Scene};
use whisper_schema::prelude::*;
use whisper_store::Patch;

/// An hour, in milliseconds.
pub const HOUR: i64 = 3_600_000;

/// Ann, Bob, and a group of theirs in which both are members.
pub fn two(world: &World) -> (Person, Person, String) {
    let (ann, bob) = (world.scene.person(), world.scene.person());
    let group = world.scene.group(&[&ann, &bob]);
    (ann, bob, group)
}

/// Sending, changing, and the list of conversations.
pub struct World {
    pub scene: Scene,
    conversations: TestEdge,
}

impl World {
    pub fn new() -> Self {
        Self::with(&[])
    }

    pub fn with(variables: &[(&str, &str)]) -> Self {
        let roomy = [
            ("message_rate_per_minute", "0"),
            ("stranger_message_rate_per_hour", "0"),
            ("message_change_rate_per_minute", "0"),
            ("operator_key", "key"),
        ];
        let set = |name: &str| variables.iter().any(|(set, _)| *set == name);
        let rest = roomy.iter().filter(|(name, _)| !set(name)).copied();
        let variables: Vec<(&str, &str)> = variables.iter().copied().chain(rest).collect();
        let scene = Scene::of(&message_send::api(), &message_actions::api(), &variables);
        let conversations = scene.edge.another(&conversations::api());
        World {
            scene,
            conversations,
        }
    }

    /// Asks the conversations' function.
    pub fn ask(&self, method: Method, who: &Person, path: &str) -> Answer {
        let path = format!("/v1/conversations{path}");
        let body = Value::Null;
        block_on(self.conversations.send(method, &path, &who.token, &body))
    }

    /// So much later, when somebody has to have a new token.
    pub fn later(&self, millis: i64, who: &Person) -> Person {
        self.scene.edge.advance(millis);
        Person {
            token: block_on(self.scene.edge.session(&who.id)),
            ..who.clone()
        }
    }

    /// Says one thing after the other; gives the ids.
    pub fn say_all(&self, who: &Person, conversation: &str, words: &[&str]) -> Vec<String> {
        let said = words.iter();
        said.map(|words| self.scene.say(who, conversation, words))
            .collect()
    }

    /// Deletes a message for all.
    pub fn delete(&self, who: &Person, conversation: &str, message: &str) -> Answer {
        let rest = format!("/{message}");
        self.scene.act(who, Method::DELETE, conversation, &rest)
    }

    /// Gives a member a role.
    pub fn give(&self, who: &Person, conversation: &str, role: ConversationMemberRole) {
        let patch = Patch::<ConversationMember>::new().set(ConversationMember::ROLE, role);
        let id = member_id(conversation, &who.id);
        self.scene.change(&id, patch);
    }

    /// Runs the job that removes messages.
    pub fn sweep(&self) -> Value {
        let path = "/internal/jobs/message-expiry";
        let actions = &self.scene.actions;
        block_on(actions.send(Method::POST, path, "key", &Value::Null)).expect(200)
    }

    /// The same with a body.
    pub fn ask_with(&self, method: Method, who: &Person, path: &str, body: &Value) -> Answer {
        let path = format!("/v1/conversations{path}");
        block_on(self.conversations.send(method, &path, &who.token, body))
    }

    pub fn clear(&self, who: &Person, conversation: &str) -> Answer {
        self.ask(Method::POST, who, &format!("/{conversation}/clear"))
    }

    /// A member's list of conversations.
    pub fn list(&self, who: &Person) -> Vec<Value> {
        let list = self.ask(Method::GET, who, "").expect(200);
        list["items"].as_array().unwrap().clone()
    }

    /// The words that a member's list shows of a conversation, and their unread messages.
    pub fn preview(&self, who: &Person, conversation: &str) -> (Option<String>, i64) {
        let listed = self.list(who);
        let item = listed.iter().find(|item| item["id"] == conversation);
        let item = item.expect("it is listed");
        let one = self.ask(Method::GET, who, &format!("/{conversation}"));
        let one = one.expect(200);
        for field in ["lastMessageText", "lastMessageId", "my"] {
            assert_eq!(one[field], item[field], "{field}: one and the list agree");
        }
        let text = item["lastMessageText"].as_str().map(str::to_owned);
        (text, item["my"]["unreadCount"].as_i64().unwrap())
    }

    /// The words that a member's history shows, oldest first, page by page.
    pub fn history(&self, who: &Person, conversation: &str, limit: usize) -> Vec<String> {
        let mut words = Vec::new();
        let mut after = String::new();
        loop {
            let rest = format!("?order=asc&limit={limit}{after}");
            let page = self.scene.read(who, conversation, &rest).expect(200);
            let items = page["items"].as_array().unwrap();
            let is_last = page["next"].is_null();
            assert!(is_last || items.len() == limit, "a page is full: {page}");
            let content = |item: &Value| item["content"].as_str().unwrap().to_owned();
            words.extend(items.iter().map(content));
            match page["next"].as_str() {
                Some(next) => after = format!("&after={next}"),
                None => return words,
            }
        }
    }

    /// Events of this kind: their subjects, their users, and their details.
    pub fn events(&self, kind: &str) -> Vec<(String, Option<String>, Value)> {
        let events = self.scene.all::<Event>().into_iter();
        events
            .filter(|event| event.kind == kind)
            .map(|event| {
                let payload = serde_json::from_str(&event.payload).unwrap();
                (event.subject, event.user_id, payload)
            })
            .collect()
    }
}
