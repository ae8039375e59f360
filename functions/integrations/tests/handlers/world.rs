//! A group with its webhooks, and a receiver of events.

use std::cell::RefCell;
use std::rc::Rc;

use futures::executor::block_on;
use serde_json::{Value, json};
use whisper_kit::outbound::{Answer as Answered, Outgoing, Status, Transport};
use whisper_kit::testing::{Answer, TestEdge};
use whisper_kit::{Method, Request};
use whisper_messages::testing::{Person, Scene};
use whisper_people::ids::member_id;
use whisper_schema::prelude::*;
use whisper_store::Patch;

pub const HOUR: i64 = 3_600_000;
pub const RECEIVER: &str = "https://hooks.example.com";

/// The receiver of events: the requests that came, and its answers.
#[derive(Clone, Default)]
pub struct Receiver {
    came: Rc<RefCell<Vec<Outgoing>>>,
    answers: Rc<RefCell<Vec<(String, u16, String)>>>,
}

impl Receiver {
    fn transport(&self) -> Transport {
        let receiver = self.clone();
        Rc::new(move |outgoing: Outgoing| {
            let answers = receiver.answers.borrow();
            let mut told = answers.iter().rev();
            let told = told.find(|(end, ..)| outgoing.endpoint.ends_with(end));
            let answer = told.map_or((204, String::new()), |(_, code, after)| {
                (*code, after.clone())
            });
            receiver.came.borrow_mut().push(outgoing);
            Box::pin(async move {
                match answer {
                    (0, _) => Answered::None("took too long"),
                    (code, after) => Answered::Status(Status {
                        code,
                        retry_after: Some(after).filter(|after| !after.is_empty()),
                        date: None,
                    }),
                }
            })
        })
    }

    /// From now on addresses that end so are answered with this status, 0 for no answer.
    pub fn answer(&self, end: &str, status: u16, retry_after: &str) {
        let answer = (end.to_owned(), status, retry_after.to_owned());
        self.answers.borrow_mut().push(answer);
    }

    /// The requests that came since this was asked last.
    pub fn take(&self) -> Vec<Outgoing> {
        self.came.take()
    }
}

/// The value of a request's header.
pub fn header<'a>(of: &'a Outgoing, name: &str) -> &'a str {
    let found = of.headers.iter().find(|(key, _)| *key == name);
    found.map_or("", |(_, value)| value)
}

/// The body of a request.
pub fn body(of: &Outgoing) -> Value {
    serde_json::from_slice(&of.body).unwrap()
}

/// A group of an owner, an admin and a member.
pub struct World {
    pub scene: Scene,
    pub hooks: TestEdge,
    pub receiver: Receiver,
    pub ann: Person,
    pub adam: Person,
    pub mia: Person,
    pub group: String,
}

impl World {
    pub fn new() -> Self {
        World::with(&[])
    }

    pub fn with(variables: &[(&str, &str)]) -> Self {
        let receiver = Receiver::default();
        let mut all = vec![("webhook_origin", RECEIVER), ("operator_key", "key")];
        all.extend(variables);
        let scene = Scene::of(&message_send::api(), &message_actions::api(), &all);
        let hooks = scene
            .edge
            .another(&integrations::api_with(receiver.transport()));
        let (ann, adam, mia) = (scene.person(), scene.person(), scene.person());
        let group = scene.group(&[&ann, &adam, &mia]);
        let world = World {
            scene,
            hooks,
            receiver,
            ann,
            adam,
            mia,
            group,
        };
        world.role(&world.ann, ConversationMemberRole::Owner);
        world.role(&world.adam, ConversationMemberRole::Admin);
        world
    }

    pub fn role(&self, who: &Person, role: ConversationMemberRole) {
        let patch = Patch::new().set(ConversationMember::ROLE, role);
        self.scene
            .change::<ConversationMember>(&member_id(&self.group, &who.id), patch);
    }

    pub fn call(&self, who: &Person, method: Method, rest: &str, body: &Value) -> Answer {
        let path = format!("/v1/conversations/{}/webhooks/{rest}", self.group);
        block_on(self.hooks.send(method, &path, &who.token, body))
    }

    /// Makes an incoming webhook.
    pub fn incoming(&self) -> Value {
        let body = json!({"name": "Builds", "avatarUrl": "https://ci.example.com/a.png"});
        self.call(&self.ann, Method::POST, "incoming", &body)
            .expect(201)
    }

    /// Posts to the address of a webhook, as somebody without a token.
    pub fn post_to(&self, path: &str, body: &Value) -> Answer {
        block_on(self.scene.edge.send(Method::POST, path, "", body))
    }

    pub fn post(&self, webhook: &Value, body: &Value) -> Answer {
        self.post_to(webhook["path"].as_str().unwrap(), body)
    }

    pub fn try_outgoing(&self, path: &str, events: &[&str]) -> Answer {
        let url = format!("{RECEIVER}{path}");
        let body = json!({"name": "Archive", "url": url, "events": events});
        self.call(&self.ann, Method::POST, "outgoing", &body)
    }

    /// Makes an outgoing webhook that is told of these events.
    pub fn outgoing(&self, path: &str, events: &[&str]) -> Value {
        self.try_outgoing(path, events).expect(201)
    }

    /// Has events handled and sent, as after a commit; gives the requests.
    pub fn react(&self) -> Vec<Outgoing> {
        let answer = block_on(self.hooks.from_component("/internal/events", &Value::Null));
        answer.expect(200);
        self.receiver.take()
    }

    /// Runs the job; gives the requests.
    pub fn job(&self) -> Vec<Outgoing> {
        let mut request = Request::new(Method::POST, "/internal/jobs/integrations");
        let key = "Bearer key".parse().unwrap();
        request.headers.insert("authorization", key);
        block_on(self.hooks.request(request)).expect(200);
        self.receiver.take()
    }

    pub fn advance(&self, millis: i64) {
        self.scene.edge.advance(millis);
    }

    /// The same after so long that access tokens have expired.
    pub fn signed_in_again(mut self) -> Self {
        for who in [&mut self.ann, &mut self.adam, &mut self.mia] {
            who.token = block_on(self.hooks.session(&who.id));
        }
        self
    }

    /// The attempts of a webhook, the latest first.
    pub fn attempts(&self, webhook: &Value) -> Vec<Value> {
        let rest = format!("outgoing/{}/attempts", webhook["id"].as_str().unwrap());
        let list = self.call(&self.ann, Method::GET, &rest, &Value::Null);
        list.expect(200)["items"].as_array().unwrap().clone()
    }

    /// A webhook as the list has it.
    pub fn shown(&self, webhook: &Value) -> Value {
        let list = self.call(&self.ann, Method::GET, "outgoing", &Value::Null);
        let list = list.expect(200);
        let mut items = list["items"].as_array().unwrap().iter();
        items
            .find(|item| item["id"] == webhook["id"])
            .unwrap()
            .clone()
    }
}
