//! Scheduled messages of a test: making them, their times, and the job.

use futures::executor::block_on;
use serde_json::{Value, json};
use whisper_kit::Method;
use whisper_kit::testing::Answer;
use whisper_messages::testing::{Person, Scene};
use whisper_schema::prelude::*;

pub const HOUR: i64 = 3_600_000;
/// The caller's scheduled messages.
pub const MINE: &str = "/v1/me/scheduled-messages";
const JOB: &str = "/internal/jobs/scheduled-messages";

/// The functions, and the scheduled messages.
pub struct Desk {
    pub scene: Scene,
}

impl Desk {
    pub fn new() -> Self {
        Desk::with(&[])
    }

    pub fn with(variables: &[(&str, &str)]) -> Self {
        let roomy = [
            ("message_rate_per_minute", "0"),
            ("schedule_rate_per_minute", "0"),
            ("operator_key", "key"),
        ];
        let set = |name: &str| variables.iter().any(|(set, _)| *set == name);
        let rest = roomy.iter().filter(|(name, _)| !set(name)).copied();
        let variables: Vec<(&str, &str)> = variables.iter().copied().chain(rest).collect();
        Desk {
            scene: crate::scene_with(&variables),
        }
    }

    /// A time so far ahead.
    pub fn ahead(&self, millis: i64) -> Timestamp {
        self.scene.edge.ctx().now().plus(millis)
    }

    pub fn ask(&self, method: Method, who: &Person, path: &str, body: &Value) -> Answer {
        block_on(self.scene.edge.send(method, path, &who.token, body))
    }

    /// Schedules a message for in an hour.
    pub fn schedule(&self, who: &Person, conversation: &str, message: &Value) -> Answer {
        self.schedule_at(who, conversation, message, self.ahead(HOUR))
    }

    pub fn schedule_at(
        &self,
        who: &Person,
        conversation: &str,
        message: &Value,
        at: Timestamp,
    ) -> Answer {
        let path = format!("/v1/conversations/{conversation}/scheduled-messages");
        let body = json!({"sendAt": at, "message": message});
        self.ask(Method::POST, who, &path, &body)
    }

    /// Schedules words for in an hour; gives the id.
    pub fn say_later(&self, who: &Person, conversation: &str, words: &str) -> String {
        let made = self.schedule(who, conversation, &json!({"content": words}));
        made.expect(201)["id"].as_str().unwrap().to_owned()
    }

    pub fn get(&self, who: &Person, id: &str) -> Answer {
        self.ask(Method::GET, who, &format!("{MINE}/{id}"), &Value::Null)
    }

    pub fn change(&self, who: &Person, id: &str, body: &Value) -> Answer {
        self.ask(Method::PATCH, who, &format!("{MINE}/{id}"), body)
    }

    pub fn cancel(&self, who: &Person, id: &str) -> Answer {
        self.ask(Method::DELETE, who, &format!("{MINE}/{id}"), &Value::Null)
    }

    pub fn send_now(&self, who: &Person, id: &str) -> Answer {
        let path = format!("{MINE}/{id}/send");
        self.ask(Method::POST, who, &path, &Value::Null)
    }

    /// Ids and states of somebody's list.
    pub fn list(&self, who: &Person, query: &str) -> Vec<(String, String)> {
        let path = format!("{MINE}{query}");
        let page = self.ask(Method::GET, who, &path, &Value::Null).expect(200);
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let items = page["items"].as_array().unwrap().iter();
        items
            .map(|item| (text(&item["id"]), text(&item["status"])))
            .collect()
    }

    /// Runs the job.
    pub fn try_job(&self) -> Answer {
        block_on(self.job())
    }

    pub async fn job(&self) -> Answer {
        let edge = &self.scene.edge;
        edge.send(Method::POST, JOB, "key", &Value::Null).await
    }

    /// Runs the job; gives how many it dealt with.
    pub fn run(&self) -> i64 {
        self.try_job().expect(200)["done"].as_i64().unwrap()
    }

    /// So much later; somebody needs a new token then.
    pub fn later(&self, millis: i64, who: &Person) -> Person {
        self.scene.edge.advance(millis);
        Person {
            token: block_on(self.scene.edge.session(&who.id)),
            ..who.clone()
        }
    }

    /// The words that were sent, in their order.
    pub fn sent(&self) -> Vec<String> {
        let messages = self.scene.all::<Message>().into_iter();
        messages.map(|message| message.content).collect()
    }

    /// How many messages of a user wait, by the number that is kept.
    pub fn waiting(&self, who: &Person) -> i64 {
        let books = self.scene.all::<ScheduledBook>().into_iter();
        let mut books = books.filter(|book| book.id == who.id);
        books.next().map_or(0, |book| book.waiting)
    }

    /// The kinds of events about scheduled messages, oldest first, each held to be its user's.
    pub fn told(&self, who: &Person) -> Vec<String> {
        let events = self.scene.all::<Event>().into_iter();
        let of = |event: Event| {
            let what = event.kind.strip_prefix("scheduled_message.")?.to_owned();
            assert_eq!(event.user_id.as_deref(), Some(who.id.as_str()));
            Some(what)
        };
        events.filter_map(of).collect()
    }
}
