//! People with devices, messages in the outbox, and the push service.

use std::cell::{Cell, RefCell};
use std::rc::{Rc, Weak};

use futures::channel::oneshot;
use futures::executor::block_on;
use notification_push::web_push::answer::{Answer, Status};
use notification_push::web_push::transport::{Outgoing, Transport};
use serde_json::{Value, json};
use whisper_kit::ids::derived_id;
use whisper_kit::testing::TestEdge;
use whisper_kit::{Method, events};
use whisper_people::ids::member_id;
use whisper_schema::Document;
use whisper_schema::prelude::*;
use whisper_store::{Batch, Doc, Filter, Patch, Query};
use whisper_testkit::push::Device;

pub const OPERATOR: &str = "the operator's key";
const ORIGIN: &str = "https://fcm.googleapis.com";

/// The sign that something came, and the sign for which its answer waits.
type Hold = (oneshot::Sender<()>, oneshot::Receiver<()>);
/// A clock, and by how many milliseconds it moves on.
type Delay = (Rc<Cell<i64>>, i64);

/// An answer that says nothing but this.
fn status(code: u16) -> Answer {
    Answer::Status(Status {
        code,
        ..Status::default()
    })
}

/// A push service: the requests that came, and its answers.
#[derive(Clone, Default)]
pub struct Service {
    sent: Rc<RefCell<Vec<Outgoing>>>,
    answers: Rc<RefCell<Vec<(String, Answer)>>>,
    held: Rc<RefCell<Option<Hold>>>,
    /// The delay before an answer.
    takes: Rc<RefCell<Option<Delay>>>,
    /// The function that sends.
    by: Rc<RefCell<Weak<TestEdge>>>,
    /// How many statements had run when each push came.
    after: Rc<RefCell<Vec<usize>>>,
    ran: Rc<Cell<usize>>,
}

impl Service {
    fn transport(&self) -> Transport {
        let service = self.clone();
        Rc::new(move |outgoing: Outgoing| {
            let answers = service.answers.borrow();
            let told = answers
                .iter()
                .rev()
                .find(|(end, _)| outgoing.endpoint.ends_with(end));
            let answer = told.map_or_else(|| status(201), |(_, answer)| answer.clone());
            service.sent.borrow_mut().push(outgoing);
            if let Some(edge) = service.by.borrow().upgrade() {
                service.ran.set(service.ran.get() + edge.statements().len());
                service.after.borrow_mut().push(service.ran.get());
            }
            if let Some((clock, millis)) = &*service.takes.borrow() {
                clock.set(clock.get() + millis);
            }
            let held = service.held.take();
            Box::pin(async move {
                if let Some((came, go_on)) = held {
                    came.send(()).expect("a test that waits for it");
                    go_on.await.expect("a test that lets it go on");
                }
                answer
            })
        })
    }

    /// From now on the device whose address ends so is answered with this.
    pub fn answer(&self, end: &str, status: u16, retry_after: &str) {
        self.answer_at(end, status, retry_after, "");
    }

    /// The same, with a date of its own.
    pub fn answer_at(&self, end: &str, code: u16, retry_after: &str, date: &str) {
        let some = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
        let answer = Answer::Status(Status {
            code,
            retry_after: some(retry_after),
            date: some(date),
        });
        self.answers.borrow_mut().push((end.to_owned(), answer));
    }

    /// Keeps the next push waiting for its answer: until the sender that this gives is used. The receiver tells when it
    /// has come.
    pub fn hold_next(&self) -> (oneshot::Receiver<()>, oneshot::Sender<()>) {
        let ((came, has_come), (go_on, may_go_on)) = (oneshot::channel(), oneshot::channel());
        *self.held.borrow_mut() = Some((came, may_go_on));
        (has_come, go_on)
    }

    /// From now on each answer takes so long by this clock.
    pub fn takes(&self, clock: Rc<Cell<i64>>, millis: i64) {
        *self.takes.borrow_mut() = Some((clock, millis));
    }

    /// The pushes that came since this was asked last.
    pub fn take(&self) -> Vec<Outgoing> {
        self.sent.take()
    }
}

/// Somebody signed in.
pub struct Person {
    pub id: String,
    pub token: String,
}

pub struct Scene {
    pub edge: Rc<TestEdge>,
    pub service: Service,
    count: Cell<usize>,
}

impl Scene {
    pub fn new() -> Self {
        let service = Service::default();
        let api = notification_push::api_with(service.transport());
        let edge = Rc::new(TestEdge::new(&api, &[("operator_key", OPERATOR)]));
        *service.by.borrow_mut() = Rc::downgrade(&edge);
        Self {
            edge,
            service,
            count: Cell::default(),
        }
    }

    /// Another instance of the function.
    pub fn another(&self) -> TestEdge {
        let api = notification_push::api_with(self.service.transport());
        self.edge.another(&api)
    }

    pub fn person(&self) -> Person {
        let (id, token) = block_on(self.edge.user());
        self.put(&Profile {
            id: id.clone(),
            user_id: id.clone(),
            display_name: Some("ann".into()),
            ..Profile::default()
        });
        Person { id, token }
    }

    pub fn put<D: Document>(&self, document: &D) {
        block_on(self.edge.store().commit(Batch::new().upsert(document))).expect("a commit");
    }

    pub fn change<D: Document>(&self, id: &str, patch: Patch<D>) {
        block_on(self.edge.store().commit(Batch::new().update(id, patch))).expect("a commit");
    }

    /// All documents of a collection.
    pub fn all<D: Document>(&self) -> Vec<D> {
        let mut all: Vec<Doc<D>> = Vec::new();
        loop {
            let behind = all.last().map_or(0, |doc| doc.seq);
            let next = Query::<D>::new().in_commit_order(behind).limit(1000);
            let next = block_on(self.edge.store().read(next)).expect("a read");
            if next.is_empty() {
                return all.into_iter().map(Doc::into_inner).collect();
            }
            all.extend(next);
        }
    }

    /// How many documents of a collection meet a filter.
    pub fn count<D: Document>(&self, filter: Filter<D>) -> u64 {
        let query = Query::new().filter(filter).count(10_000);
        block_on(self.edge.store().read(query)).expect("a read")
    }

    /// One blocks another.
    pub fn block(&self, by: &Person, whom: &Person) {
        self.put(&Contact {
            id: derived_id(&["contact", &by.id, &whom.id]),
            user_id: by.id.clone(),
            contact_user_id: whom.id.clone(),
            is_blocked: true,
            ..Contact::default()
        });
    }

    /// An operator disables an account.
    pub fn disable(&self, who: &Person) {
        let patch = Patch::new().set(Account::STATUS, AccountStatus::Disabled);
        self.change(&who.id, patch);
    }

    /// One reacts to a story of another's.
    pub fn reacted(&self, by: &Person, author: &Person) {
        self.put(&Story {
            id: "s1".into(),
            user_id: author.id.clone(),
            expires_at: self.edge.ctx().now().plus(86_400_000),
            ..Story::default()
        });
        self.put(&StoryReaction {
            id: derived_id(&["story reaction", "s1", &by.id]),
            story_id: "s1".into(),
            user_id: by.id.clone(),
            reaction: "like".into(),
            ..StoryReaction::default()
        });
        let payload = json!({"storyId": "s1", "authorId": author.id});
        self.event("story.reacted", "s1", by, &payload);
    }

    /// One asks another to be contacts; `status` is the outcome of the request.
    pub fn asked(&self, by: &Person, whom: &Person, status: ContactRequestStatus) {
        self.put(&ContactRequest {
            id: whisper_people::contact_request_id(&by.id, &whom.id),
            requester_id: by.id.clone(),
            recipient_id: whom.id.clone(),
            status,
            expires_at: self.edge.ctx().now().plus(86_400_000),
            ..ContactRequest::default()
        });
        let payload = json!({"requesterId": by.id, "recipientId": whom.id});
        self.event("contact_request.sent", &whom.id, by, &payload);
    }

    /// One writes to `c1`, which another reacts to.
    pub fn reacted_to_message(&self, by: &Person, author: &Person) {
        self.put(&Message {
            id: "m1".into(),
            conversation_id: "c1".into(),
            sender_id: author.id.clone(),
            content: "secret".into(),
            ..Message::default()
        });
        self.put(&MessageReaction {
            id: whisper_messages::reaction_id("m1", &by.id, "👍"),
            message_id: "m1".into(),
            conversation_id: "c1".into(),
            user_id: by.id.clone(),
            reaction: "👍".into(),
            ..MessageReaction::default()
        });
        let payload = json!({"conversationId": "c1", "messageId": "m1", "authorId": author.id, "reaction": "👍", "tellsAuthor": true});
        self.event("reaction.set", "m1", by, &payload);
    }

    /// One follows another.
    pub fn follow(&self, by: &Person, whom: &Person) {
        self.put(&Follow {
            id: derived_id(&["follow", &by.id, &whom.id]),
            follower_id: by.id.clone(),
            following_id: whom.id.clone(),
            ..Follow::default()
        });
        let payload = json!({"followerId": by.id, "followingId": whom.id});
        self.event("follow.created", &whom.id, by, &payload);
    }

    /// The only document of a collection.
    #[track_caller]
    pub fn only<D: Document>(&self) -> D {
        let mut all = self.all::<D>();
        assert_eq!(all.len(), 1);
        all.remove(0)
    }

    #[track_caller]
    pub fn send(
        &self,
        method: Method,
        path: &str,
        token: &str,
        body: Value,
    ) -> whisper_kit::testing::Answer {
        block_on(self.edge.send(method, path, token, &body))
    }

    #[track_caller]
    pub fn get(&self, who: &Person, path: &str) -> Value {
        self.send(Method::GET, path, &who.token, Value::Null)
            .expect(200)
    }

    /// A new device of somebody; its address ends with `/` and its number.
    pub fn device(&self, who: &Person) -> Device {
        let n = self.count.replace(self.count.get() + 1);
        let device = Device::new(&format!("{ORIGIN}/device/{n}"));
        self.send(
            Method::POST,
            "/v1/push/subscriptions",
            &who.token,
            device.subscription(),
        )
        .expect(201);
        device
    }

    pub fn settings(&self, who: &Person, body: Value) {
        self.send(
            Method::PUT,
            "/v1/me/notification-settings",
            &who.token,
            body,
        )
        .expect(200);
    }

    pub fn member(&self, conversation: &str, who: &Person) -> String {
        let id = member_id(conversation, &who.id);
        self.put(&ConversationMember {
            id: id.clone(),
            conversation_id: conversation.into(),
            user_id: who.id.clone(),
            ..ConversationMember::default()
        });
        id
    }

    /// Sends a message, as message-send commits it; to one recipient, or to a group of all members.
    pub fn message(
        &self,
        conversation: &str,
        from: &Person,
        to: Option<&Person>,
        mentions: &[&Person],
    ) -> String {
        let ctx = self.edge.ctx();
        let id = ctx.new_id().unwrap();
        let message = Message {
            id: id.clone(),
            conversation_id: conversation.into(),
            sender_id: from.id.clone(),
            content: "secret".into(),
            mentions: mentions.iter().map(|m| m.id.clone()).collect(),
            created_at: Some(Timestamp::AT_COMMIT),
            ..Message::default()
        };
        let recipients: Vec<String> = to.into_iter().map(|to| to.id.clone()).collect();
        let entry = QueuedMessage {
            id: format!("q-{}", &id[..30]),
            message_id: id.clone(),
            conversation_id: conversation.into(),
            recipient_ids: recipients.clone(),
            pending_for: recipients,
            created_at: Some(Timestamp::AT_COMMIT),
            ..QueuedMessage::default()
        };
        let batch = Batch::new().insert(&message).insert(&entry);
        let batch = events::append(&ctx, batch, "message.sent", &id, Some(&from.id), &json!({}));
        block_on(self.edge.store().commit(batch.unwrap())).expect("a commit");
        id
    }

    /// Appends an event.
    pub fn event(&self, kind: &str, subject: &str, by: &Person, payload: &Value) {
        let ctx = self.edge.ctx();
        let batch = events::append(&ctx, Batch::new(), kind, subject, Some(&by.id), payload);
        block_on(self.edge.store().commit(batch.unwrap())).expect("a commit");
    }

    /// Lets the function react until it has nothing left to do; gives the requests to the push service.
    #[track_caller]
    pub fn react(&self) -> Vec<Outgoing> {
        let mut rounds = 0..100;
        let again = |answer: whisper_kit::testing::Answer| answer.response.status() == 202;
        let react = || block_on(self.edge.from_component("/internal/events", &Value::Null));
        // A slow machine has a sender give its place to another before it is done.
        while rounds.next().is_some() && (again(react()) || self.is_anything_due()) {}
        react().expect(200);
        self.service.take()
    }

    /// Whether a push is due, or anything is in line.
    fn is_anything_due(&self) -> bool {
        let due = Filter::and([
            Filter::eq(Push::STATUS, PushStatus::Pending),
            Filter::le(Push::DUE_AT, self.edge.ctx().now()),
        ]);
        self.count(due) + self.count(Filter::<FanOut>::and([])) > 0
    }

    /// Lets the function react once; gives how many statements had run until each push, and the pushes.
    pub fn react_once(&self) -> (Vec<usize>, Vec<Outgoing>) {
        self.edge.statements();
        self.service.ran.set(0);
        self.service.after.take();
        block_on(self.edge.from_component("/internal/events", &Value::Null));
        (self.service.after.take(), self.service.take())
    }

    /// Runs the job; gives the requests to the push service.
    #[track_caller]
    pub fn job(&self) -> Vec<Outgoing> {
        self.send(
            Method::POST,
            "/internal/jobs/notification-push",
            OPERATOR,
            Value::Null,
        )
        .expect(200);
        self.service.take()
    }

    /// The one entry of the outbox.
    #[track_caller]
    pub fn entry(&self) -> QueuedMessage {
        self.only()
    }
}

/// A direct conversation of two, with a device of the second.
pub fn two() -> (Scene, Person, Person, Device) {
    let scene = Scene::new();
    let (ann, bob) = (scene.person(), scene.person());
    scene.member("c1", &ann);
    scene.member("c1", &bob);
    let device = scene.device(&bob);
    (scene, ann, bob, device)
}
