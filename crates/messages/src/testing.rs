//! Tests of functions that handle messages: people in conversations, written straight into the database, and the
//! functions that they talk to.
#![allow(
    clippy::expect_used,
    clippy::missing_panics_doc,
    missing_debug_implementations
)]

use futures::executor::block_on;
use serde_json::{Value, json};
use whisper_kit::testing::{Answer, TestEdge};
use whisper_kit::{Api, Method, Request};
use whisper_people::ids::{direct_conversation_id, member_id};
use whisper_schema::Document;
use whisper_schema::prelude::*;
use whisper_store::{Batch, Get, Patch, Query};

/// Functions on one empty database, and the helpers of their tests.
pub struct Scene {
    /// The function that sends messages.
    pub edge: TestEdge,
    /// The function of one message after it was sent.
    pub actions: TestEdge,
}

/// Somebody signed in.
#[derive(Clone, Debug)]
pub struct Person {
    /// Their id.
    pub id: String,
    /// Their access token.
    pub token: String,
}

impl Scene {
    /// Both functions with these variables.
    pub fn of(send: &Api, actions: &Api, variables: &[(&str, &str)]) -> Self {
        let edge = TestEdge::new(send, variables);
        let actions = edge.another(actions);
        Scene { edge, actions }
    }

    /// Somebody signed in.
    pub fn person(&self) -> Person {
        let (id, token) = block_on(self.edge.user());
        Person { id, token }
    }

    /// Somebody signed in without an address.
    pub fn anonymous(&self) -> Person {
        let (id, token) = block_on(self.edge.anonymous());
        Person { id, token }
    }

    /// Commits this.
    pub fn commit(&self, batch: Batch) {
        block_on(self.edge.store().commit(batch)).expect("a commit");
    }

    /// Stores a document.
    pub fn put<D: Document>(&self, document: &D) {
        self.commit(Batch::new().upsert(document));
    }

    /// Changes a document.
    pub fn change<D: Document>(&self, id: &str, patch: Patch<D>) {
        self.commit(Batch::new().update(id, patch));
    }

    /// A document.
    pub fn get<D: Document>(&self, id: &str) -> D {
        block_on(self.edge.store().read(Get::<D>::id(id)))
            .expect("a read")
            .expect("a document")
            .into_inner()
    }

    /// All documents of a collection.
    pub fn all<D: Document>(&self) -> Vec<D> {
        let all = Query::<D>::new().limit(1000);
        let found = block_on(self.edge.store().read(all)).expect("a read");
        found.into_iter().map(|doc| doc.into_inner()).collect()
    }

    fn conversation(&self, id: &str, kind: ConversationKind, people: &[&Person]) -> String {
        let conversation = Conversation {
            id: id.to_owned(),
            kind,
            creator_id: people[0].id.clone(),
            participant_count: people.len() as i64,
            is_encrypted: false,
            created_at: Some(Timestamp::AT_COMMIT),
            ..Conversation::default()
        };
        self.put(&conversation);
        people.iter().for_each(|person| self.join(id, &person.id));
        id.to_owned()
    }

    /// Makes somebody a member.
    pub fn join(&self, conversation: &str, user: &str) {
        self.put(&ConversationMember {
            id: member_id(conversation, user),
            conversation_id: conversation.to_owned(),
            user_id: user.to_owned(),
            joined_at: Timestamp::AT_COMMIT,
            ..ConversationMember::default()
        });
    }

    /// Moves a member's read position, and the one that others are told, to a message.
    pub fn mark(&self, conversation: &str, who: &Person, message: &str) {
        let place = self.place(message);
        let read = Patch::<ConversationMember>::new()
            .set(ConversationMember::READ_POSITION, place)
            .set(ConversationMember::RECEIPT_POSITION, place)
            .set(ConversationMember::DELIVERED_POSITION, place);
        self.change(&member_id(conversation, &who.id), read);
    }

    /// Has a member receive up to a message.
    pub fn deliver(&self, conversation: &str, who: &Person, message: &str) {
        let place = self.place(message);
        let patch = Patch::new().set(ConversationMember::DELIVERED_POSITION, place);
        self.change::<ConversationMember>(&member_id(conversation, &who.id), patch);
    }

    /// A message's commit number.
    pub fn place(&self, message: &str) -> i64 {
        let found = block_on(self.edge.store().read(Get::<Message>::id(message)));
        found.expect("a read").expect("a message").seq
    }

    /// A file of somebody's that was uploaded whole, with this id.
    pub fn file(&self, who: &Person, id: &str, bucket: FileBucket) {
        self.put(&StoredFile {
            id: id.to_owned(),
            user_id: who.id.clone(),
            bucket,
            name: format!("{id}.jpg"),
            mime_type: "image/jpeg".to_owned(),
            size: 5,
            received: 5,
            content_id: id.to_owned(),
            created_at: Timestamp::AT_COMMIT,
            completed_at: Some(Timestamp::AT_COMMIT),
            ends_at: Some(self.edge.ctx().now().plus(StoredFile::KEPT)),
            ..StoredFile::default()
        });
    }

    /// The documents that hold a file, in their order; while there are some the file has no end.
    pub fn holders(&self, file: &str) -> Vec<String> {
        let mut holds = self.all::<FileHold>();
        holds.retain(|hold| hold.file_id == file);
        let ends_at = self.get::<StoredFile>(file).ends_at;
        assert_eq!(ends_at.is_none(), !holds.is_empty(), "the end of {file}");
        holds.into_iter().map(|hold| hold.holder_id).collect()
    }

    /// Gives somebody a name.
    pub fn name(&self, who: &Person, username: &str) {
        self.put(&Profile {
            id: who.id.clone(),
            user_id: who.id.clone(),
            username: Some(username.to_owned()),
            ..Profile::default()
        });
    }

    /// Has one block the other, as the accounts do.
    pub fn block(&self, who: &Person, whom: &Person) {
        self.put(&Contact {
            id: format!("block-{}", &who.id[24..]),
            user_id: who.id.clone(),
            contact_user_id: whom.id.clone(),
            is_blocked: true,
            ..Contact::default()
        });
    }

    /// A direct conversation of two.
    pub fn direct(&self, one: &Person, other: &Person) -> String {
        let id = direct_conversation_id(&one.id, &other.id);
        self.conversation(&id, ConversationKind::Direct, &[one, other])
    }

    /// A group of these people; the first made it.
    pub fn group(&self, people: &[&Person]) -> String {
        let id = self.edge.ctx().new_id().expect("an id");
        self.conversation(&id, ConversationKind::Group, people)
    }

    /// Sends a message.
    pub fn send(&self, who: &Person, conversation: &str, body: &Value) -> Answer {
        let path = format!("/v1/conversations/{conversation}/messages");
        block_on(self.edge.send(Method::POST, &path, &who.token, body))
    }

    /// Sends two at once: both read before either commits.
    pub fn send_both(
        &self,
        who: &Person,
        conversation: &str,
        one: &Value,
        other: &Value,
    ) -> (Answer, Answer) {
        let path = format!("/v1/conversations/{conversation}/messages");
        let one = self.edge.send(Method::POST, &path, &who.token, one);
        let other = self.edge.send(Method::POST, &path, &who.token, other);
        block_on(futures::future::join(one, other))
    }

    /// Sends words; gives the message's id.
    pub fn say(&self, who: &Person, conversation: &str, words: &str) -> String {
        let message = self
            .send(who, conversation, &json!({"content": words}))
            .expect(201);
        message["id"].as_str().expect("an id").to_owned()
    }

    /// Asks for the history, or for a route below it.
    pub fn read(&self, who: &Person, conversation: &str, rest: &str) -> Answer {
        let path = format!("/v1/conversations/{conversation}/messages{rest}");
        let edge = match rest.starts_with('/') {
            true => &self.actions,
            false => &self.edge,
        };
        block_on(edge.send(Method::GET, &path, &who.token, &Value::Null))
    }

    /// Does something below the messages of a conversation, such as to one of them.
    pub fn act(&self, who: &Person, method: Method, conversation: &str, rest: &str) -> Answer {
        let path = format!("/v1/conversations/{conversation}/messages{rest}");
        block_on(self.actions.send(method, &path, &who.token, &Value::Null))
    }

    /// The same with a body.
    pub fn act_with(
        &self,
        who: &Person,
        method: Method,
        conversation: &str,
        rest: &str,
        body: &Value,
    ) -> Answer {
        let path = format!("/v1/conversations/{conversation}/messages{rest}");
        block_on(self.actions.send(method, &path, &who.token, body))
    }

    /// Deletes a message for a member alone.
    pub fn hide(&self, who: &Person, conversation: &str, message: &str) -> Answer {
        let rest = format!("/{message}?for=me");
        self.act(who, Method::DELETE, conversation, &rest)
    }

    /// The events of these kinds, oldest first, with their payloads.
    pub fn events(&self, kinds: &[&str]) -> Vec<(Event, Value)> {
        let mut events = self.all::<Event>();
        events.retain(|event| kinds.contains(&event.kind.as_str()));
        let told = |event: Event| {
            let payload = serde_json::from_str(&event.payload).expect("JSON");
            (event, payload)
        };
        events.into_iter().map(told).collect()
    }

    /// Sends this text as the body.
    pub fn send_text(&self, who: &Person, conversation: &str, body: &str) -> Answer {
        let path = format!("/v1/conversations/{conversation}/messages");
        let mut request = Request::new(Method::POST, &path);
        let headers = [
            ("authorization", format!("Bearer {}", who.token)),
            ("content-type", "application/json".to_owned()),
        ];
        for (name, value) in headers {
            let value = value.parse().expect("a header");
            request.headers.insert(name, value);
        }
        request.body = body.to_owned().into();
        block_on(self.edge.request(request))
    }

    /// Sends with an Idempotency-Key.
    pub fn send_keyed(&self, who: &Person, conversation: &str, key: &str, body: &Value) -> Answer {
        let mut request = Request::new(
            Method::POST,
            &format!("/v1/conversations/{conversation}/messages"),
        );
        let headers = [
            ("authorization", format!("Bearer {}", who.token)),
            ("content-type", "application/json".to_owned()),
            ("idempotency-key", key.to_owned()),
        ];
        for (name, value) in headers {
            request
                .headers
                .insert(name, value.parse().expect("a header"));
        }
        request.body = body.to_string().into();
        block_on(self.edge.request(request))
    }
}

/// The faults that a refusal of the body names, as `field:rule`.
pub fn fields(answer: Answer) -> Vec<String> {
    let problem = answer.expect_problem(422, "validation_failed");
    let errors = problem["errors"].as_array().expect("errors");
    let text = |v: &Value| v.as_str().expect("text").to_owned();
    errors
        .iter()
        .map(|e| format!("{}:{}", text(&e["field"]), text(&e["rule"])))
        .collect()
}
