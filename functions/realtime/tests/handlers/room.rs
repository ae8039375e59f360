//! People with devices, their signs, and the events that listeners are told.

use std::collections::BTreeSet;

use futures::executor::block_on;
use realtime::signals::{self, Listener, Told};
use serde_json::{Value, json};
use whisper_kit::Method;
use whisper_kit::testing::Answer;
use whisper_messages::testing::{Person, Scene};
use whisper_people::ids::member_id;
use whisper_schema::prelude::*;
use whisper_store::{Doc, Filter, Patch, Query};

pub const SECOND: i64 = 1000;
pub const DAY: i64 = 24 * 60 * 60 * SECOND;

/// The function with these variables.
pub fn room_with(variables: &[(&str, &str)]) -> Room {
    let api = realtime::api();
    Room(Scene::of(&api, &api, variables))
}

/// The function without limits.
pub fn room() -> Room {
    room_with(&[
        ("typing_rate_per_minute", "0"),
        ("presence_rate_per_minute", "0"),
        ("watch_rate_per_minute", "0"),
    ])
}

/// A scene with the parts that only signs need.
pub struct Room(pub Scene);

impl Room {
    /// Somebody with a profile.
    pub fn person(&self, name: &str) -> Person {
        let person = self.0.person();
        self.0
            .name(&person, &format!("{name}_{}", &person.id[28..]));
        person
    }

    /// Another device of somebody.
    pub fn device(&self, who: &Person) -> Person {
        Person {
            id: who.id.clone(),
            token: block_on(self.0.edge.session(&who.id)),
        }
    }

    pub fn advance(&self, millis: i64) {
        self.0.edge.advance(millis);
    }

    pub fn call(&self, who: &Person, method: Method, path: &str, body: &Value) -> Answer {
        block_on(self.0.edge.send(method, path, &who.token, body))
    }

    pub fn get(&self, who: &Person, path: &str) -> Answer {
        self.call(who, Method::GET, path, &Value::Null)
    }

    /// Says that somebody is writing.
    pub fn types(&self, who: &Person, conversation: &str, kind: &str) -> Answer {
        let path = format!("/v1/conversations/{conversation}/typing");
        self.call(who, Method::POST, &path, &json!({"kind": kind}))
    }

    /// The people who are writing, and their doings.
    pub fn typing(&self, who: &Person, conversation: &str) -> Vec<(String, String)> {
        let path = format!("/v1/conversations/{conversation}/typing");
        let list = self.get(who, &path).expect(200);
        let text = |item: &Value, key: &str| item[key].as_str().unwrap().to_owned();
        let items = list["items"].as_array().unwrap().iter();
        items
            .map(|item| (text(item, "userId"), text(item, "kind")))
            .collect()
    }

    /// Sets the status of a device.
    pub fn is(&self, who: &Person, status: &str) -> Value {
        let body = json!({"status": status});
        let path = "/v1/me/presence";
        self.call(who, Method::PUT, path, &body).expect(200)
    }

    /// Somebody's presence as another sees it.
    pub fn seen(&self, by: &Person, whom: &str) -> Value {
        let answer = self.get(by, &format!("/v1/presence?ids={whom}"));
        answer.expect(200)["items"][0].take()
    }

    pub fn status(&self, by: &Person, whom: &Person) -> String {
        self.seen(by, &whom.id)["status"].as_str().unwrap().into()
    }

    /// Changes somebody's settings, without a word to anybody.
    pub fn settings(&self, who: &Person, settings: &Value) {
        let patch = Patch::<Profile>::new().set(Profile::PRIVACY_SETTINGS, settings.to_string());
        self.0.change(&who.id, patch);
    }

    pub fn follow(&self, who: &Person, whom: &Person, status: FollowStatus) {
        self.0.put(&Follow {
            id: format!("{}-{}", &who.id[20..], &whom.id[20..]),
            follower_id: who.id.clone(),
            following_id: whom.id.clone(),
            status,
            ..Follow::default()
        });
    }

    pub fn befriend(&self, one: &Person, other: &Person) {
        self.follow(one, other, FollowStatus::Accepted);
        self.follow(other, one, FollowStatus::Accepted);
    }

    pub fn disable(&self, who: &Person) {
        let patch = Patch::<Account>::new().set(Account::STATUS, AccountStatus::Disabled);
        self.0.change(&who.id, patch);
    }

    /// Changes a membership.
    pub fn member(&self, conversation: &str, who: &Person, patch: Patch<ConversationMember>) {
        self.0.change(&member_id(conversation, &who.id), patch);
    }

    /// All signals so far.
    pub fn signals(&self) -> Vec<Doc<Signal>> {
        let all = Query::<Signal>::new().in_commit_order(0).limit(1000);
        block_on(self.0.edge.store().read(all)).unwrap()
    }

    /// The sessions of somebody, the oldest first.
    pub fn sessions(&self, who: &Person) -> Vec<String> {
        let all = Query::<Session>::new()
            .filter(Filter::eq(Session::USER_ID, who.id.as_str()))
            .limit(100);
        let found = block_on(self.0.edge.store().read(all)).unwrap();
        found.into_iter().map(|doc| doc.into_inner().id).collect()
    }

    /// Keeps the first device of each of these up, as a stream does.
    pub fn keep(&self, people: &[&Person]) {
        let devices: Vec<_> = people
            .iter()
            .map(|who| (who.id.clone(), self.sessions(who)[0].clone()))
            .collect();
        block_on(signals::keep(&self.0.edge.ctx(), &devices)).unwrap();
    }

    pub fn gone(&self, who: &Person) {
        let session = self.sessions(who)[0].clone();
        let device = (who.id.clone(), session);
        block_on(signals::gone(&self.0.edge.ctx(), &[device])).unwrap();
    }

    pub fn run_out(&self, people: &[&Person]) {
        let users = people.iter().map(|who| who.id.clone()).collect();
        block_on(signals::run_out(&self.0.edge.ctx(), &users)).unwrap();
    }
}

/// Somebody who listens: the people they watch, their conversations, and the people whom a block parts from them.
#[derive(Default)]
pub struct Ear {
    pub id: String,
    pub watched: BTreeSet<String>,
    pub conversations: BTreeSet<String>,
    pub blocked: BTreeSet<String>,
}

impl Ear {
    pub fn of(who: &Person) -> Self {
        Ear {
            id: who.id.clone(),
            ..Ear::default()
        }
    }

    pub fn watching(mut self, people: &[&Person]) -> Self {
        self.watched = people.iter().map(|who| who.id.clone()).collect();
        self
    }

    pub fn inside(mut self, conversation: &str) -> Self {
        self.conversations.insert(conversation.to_owned());
        self
    }

    pub fn parted(mut self, from: &Person) -> Self {
        self.blocked.insert(from.id.clone());
        self
    }
}

/// Calls this with the ears as listeners.
fn listening<T>(ears: &[Ear], then: impl FnOnce(&[Listener<'_>]) -> T) -> T {
    type Asks = Vec<(Box<dyn Fn(&str) -> bool>, Box<dyn Fn(&str) -> bool>)>;
    let asks: Asks = ears
        .iter()
        .map(|ear| {
            let (inside, blocked) = (ear.conversations.clone(), ear.blocked.clone());
            let member = Box::new(move |id: &str| inside.contains(id));
            let parted = Box::new(move |id: &str| blocked.contains(id));
            (member as Box<_>, parted as Box<_>)
        })
        .collect();
    let listeners: Vec<Listener<'_>> = ears
        .iter()
        .zip(&asks)
        .map(|(ear, (member, parted))| Listener {
            user_id: &ear.id,
            watched: &ear.watched,
            is_member: &**member,
            is_blocked: &**parted,
        })
        .collect();
    then(&listeners)
}

impl Room {
    /// The events that these signals make for these ears: the place of the ear, the kind and the fields.
    pub fn told(&self, signals: &[Doc<Signal>], ears: &[Ear]) -> Vec<(usize, &'static str, Value)> {
        let ctx = self.0.edge.ctx();
        let told = listening(ears, |all| block_on(signals::told(&ctx, signals, all)));
        let told = told.unwrap().into_iter();
        told.flat_map(|(places, told)| {
            let kind = match told {
                Told::Typing(_) => "typing",
                Told::Presence(_) => "presence",
            };
            let value = without_users(told);
            places
                .into_iter()
                .map(move |place| (place, kind, value.clone()))
        })
        .collect()
    }

    /// The news of people's presence in the signals since `from`: the place of the ear, and the status.
    pub fn heard(&self, from: usize, ears: &[Ear]) -> Vec<(usize, String)> {
        let told = self.told(&self.signals()[from..], ears).into_iter();
        told.filter(|(_, kind, _)| *kind == "presence")
            .map(|(place, _, data)| (place, data["status"].as_str().unwrap().to_owned()))
            .collect()
    }

    /// The first words of a stream of this ear.
    pub fn present(&self, ear: Ear) -> Vec<Value> {
        let ctx = self.0.edge.ctx();
        let told = listening(&[ear], |all| block_on(signals::present(&ctx, &all[0])));
        told.unwrap().into_iter().map(without_users).collect()
    }
}

/// The fields of an event but for the people whom it names: the one whom it is about, as everybody sees them.
fn without_users(told: Told) -> Value {
    let mut value = serde_json::to_value(told).unwrap();
    let users = value.as_object_mut().unwrap().remove("users").unwrap();
    let user = value["userId"].as_str().unwrap();
    let users = users.as_object().unwrap();
    assert_eq!(users.keys().collect::<Vec<_>>(), [user]);
    let name = users[user]["username"].as_str().unwrap();
    assert!(name.ends_with(&user[28..]), "{name}");
    value
}
