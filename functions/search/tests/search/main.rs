//! Searches and lists of media, on a database of their own.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

mod access;
mod finding;
mod keeping;
mod media;
mod mentions;
mod model;
mod pages;

use futures::executor::block_on;
use serde_json::{Value, json};
use whisper_kit::Method;
use whisper_kit::jobs::ReportView;
use whisper_kit::testing::{Answer, TestEdge};
use whisper_messages::testing::{Person, Scene};
use whisper_schema::prelude::*;
use whisper_store::{Patch, Query};

const KEY: &str = "the operator's key";

/// The functions that send and find messages.
struct World {
    scene: Scene,
    search: TestEdge,
}

impl World {
    fn new() -> Self {
        Self::with(&[("search_rate_per_minute", "0")])
    }

    fn with(variables: &[(&str, &str)]) -> Self {
        let mut all = vec![
            ("message_rate_per_minute", "0"),
            ("stranger_message_rate_per_hour", "0"),
            ("operator_key", KEY),
        ];
        all.extend(variables);
        let scene = Scene::of(&message_send::api(), &message_actions::api(), &all);
        let search = scene.edge.another(&search::api());
        Self { scene, search }
    }

    /// Takes in the events so far.
    fn take_in(&self) -> ReportView {
        block_on(search::react(self.search.ctx())).expect("a run")
    }

    /// Runs the job.
    fn job(&self) -> Value {
        let path = "/internal/jobs/search";
        block_on(self.search.send(Method::POST, path, KEY, &Value::Null)).expect(200)
    }

    fn get(&self, who: &Person, path: &str) -> Answer {
        block_on(
            self.search
                .send(Method::GET, path, &who.token, &Value::Null),
        )
    }

    /// A search in a conversation, by its query string.
    fn ask(&self, who: &Person, conversation: &str, query: &str) -> Answer {
        self.get(
            who,
            &format!("/v1/conversations/{conversation}/search?{query}"),
        )
    }

    /// The words of the messages that a search in a conversation finds.
    fn found(&self, who: &Person, conversation: &str, query: &str) -> Vec<String> {
        contents(&self.ask(who, conversation, query).expect(200))
    }

    /// The words of the messages that a search in all conversations finds.
    fn found_anywhere(&self, who: &Person, query: &str) -> Vec<String> {
        let path = format!("/v1/search/messages?{query}");
        contents(&self.get(who, &path).expect(200))
    }

    /// Sends this; gives the message's id.
    fn send(&self, who: &Person, conversation: &str, body: Value) -> String {
        let message = self.scene.send(who, conversation, &body).expect(201);
        message["id"].as_str().unwrap().to_owned()
    }

    /// Says these, and takes them in.
    fn say(&self, who: &Person, conversation: &str, words: &[&str]) -> Vec<String> {
        let ids = words
            .iter()
            .map(|words| self.scene.say(who, conversation, words));
        let ids = ids.collect();
        self.take_in();
        ids
    }

    /// Puts an event about a message into the log.
    fn tell(&self, kind: &str, message: &str) {
        self.scene.put(&Event {
            id: self.search.ctx().new_id().unwrap(),
            kind: kind.to_owned(),
            subject: message.to_owned(),
            payload: json!({}).to_string(),
            created_at: Timestamp::AT_COMMIT,
            ..Event::default()
        });
    }

    fn edit(&self, message: &str, words: &str) {
        let patch = Patch::<Message>::new()
            .set(Message::CONTENT, words)
            .set(Message::EDITED_AT, Timestamp::AT_COMMIT);
        self.scene.change(message, patch);
    }

    /// Deletes a message for all.
    fn delete(&self, message: &str) {
        let patch = Patch::<Message>::new()
            .set(Message::CONTENT, "")
            .set(Message::DELETED_AT, Timestamp::AT_COMMIT);
        self.scene.change(message, patch);
    }

    fn entries(&self) -> Vec<String> {
        let mut entries: Vec<SearchEntry> = self.scene.all();
        entries.sort_by_key(|entry| entry.position);
        entries.into_iter().map(|entry| entry.words).collect()
    }
}

fn contents(page: &Value) -> Vec<String> {
    let items = page["items"].as_array().unwrap().iter();
    items
        .map(|item| item["content"].as_str().unwrap().to_owned())
        .collect()
}

/// Where the words stand, in the first message of a page: field, start and length.
fn matches(page: &Value) -> Vec<(String, u64, u64)> {
    let matches = page["items"][0]["matches"].as_array().unwrap().iter();
    matches
        .map(|found| {
            let number = |key: &str| found[key].as_u64().unwrap();
            let field = found["field"].as_str().unwrap().to_owned();
            (field, number("start"), number("length"))
        })
        .collect()
}

fn count<D: Document>(world: &World) -> u64 {
    block_on(world.search.store().read(Query::<D>::new().count(10_000))).unwrap()
}
