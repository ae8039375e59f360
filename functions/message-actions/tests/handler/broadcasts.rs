//! Broadcasts: each recipient gets the message once, in the direct conversation, and no recipient learns of the list.

use futures::executor::block_on;
use serde_json::{Value, json};
use whisper_kit::Method;
use whisper_kit::testing::{Answer, TestEdge};
use whisper_messages::broadcast_copy_id;
use whisper_messages::testing::Person;
use whisper_schema::prelude::*;
use whisper_store::{Batch, Patch};

use crate::world::World;

const JOB: &str = "/internal/jobs/scheduled-messages";

/// Ann, her list, and its recipients.
pub struct Circle {
    pub world: World,
    pub ann: Person,
    pub people: Vec<Person>,
    pub list: String,
}

impl Circle {
    pub fn new(size: usize) -> Self {
        let world = World::with(&[
            ("broadcast_rate_per_hour", "0"),
            ("added_member_rate_per_hour", "0"),
        ]);
        let person = |n: usize| {
            let person = world.scene.person();
            world.scene.name(&person, &format!("person{n}"));
            person
        };
        let ann = person(100);
        let people: Vec<Person> = (0..size).map(person).collect();
        let ids: Vec<&str> = people.iter().map(|person| person.id.as_str()).collect();
        let body = json!({"type": "broadcast", "name": "Family", "participantIds": ids});
        let made = world.ask_with(Method::POST, &ann, "", &body).expect(201);
        assert_eq!(made["participantIds"], json!([ann.id]));
        assert_eq!(made["participantCount"], 1 + size);
        let list = made["id"].as_str().unwrap().to_owned();
        Circle {
            world,
            ann,
            people,
            list,
        }
    }

    /// Writes the message and nothing else: no recipient had their turn.
    fn put(&self, id: &str, words: &str) {
        let scene = &self.world.scene;
        scene.commit(
            Batch::new()
                .insert(&Message {
                    id: id.to_owned(),
                    conversation_id: self.list.clone(),
                    sender_id: self.ann.id.clone(),
                    content: words.to_owned(),
                    status: MessageStatus::Sent,
                    created_at: Some(Timestamp::AT_COMMIT),
                    ..Message::default()
                })
                .insert(&Broadcast {
                    id: id.to_owned(),
                    conversation_id: self.list.clone(),
                    user_id: self.ann.id.clone(),
                    due_at: Some(Timestamp::AT_COMMIT),
                    ..Broadcast::default()
                }),
        );
    }

    pub fn job(&self) {
        block_on(job(&self.world.scene.edge)).expect(200);
    }

    fn message(&self, id: &str) -> Value {
        let rest = format!("/{id}");
        self.world
            .scene
            .read(&self.ann, &self.list, &rest)
            .expect(200)
    }

    fn counts(&self, id: &str) -> Value {
        self.message(id)["broadcast"].clone()
    }

    /// The conversation in which somebody has Ann's messages, as their list shows it.
    fn talk(&self, who: &Person) -> Option<Value> {
        let requests = self
            .world
            .ask(Method::GET, who, "?requests=true")
            .expect(200);
        let requests = requests["items"].as_array().unwrap().clone();
        let mut all = self.world.list(who).into_iter().chain(requests);
        all.find(|item| item["type"] == "direct")
    }

    fn recipients(&self, method: Method, who: &Person, rest: &str, body: &Value) -> Answer {
        let path = format!("/{}/recipients{rest}", self.list);
        self.world.ask_with(method, who, &path, body)
    }

    /// Messages with these words, everywhere.
    fn with_words(&self, words: &str) -> usize {
        let all = self.world.scene.all::<Message>().into_iter();
        all.filter(|message| message.content == words).count()
    }
}

async fn job(edge: &TestEdge) -> Answer {
    edge.send(Method::POST, JOB, "key", &Value::Null).await
}

#[test]
fn each_recipient_gets_it_in_the_direct_conversation() {
    let circle = Circle::new(3);
    let post = circle
        .world
        .scene
        .say(&circle.ann, &circle.list, "Hello all");
    assert_eq!(
        circle.counts(&post),
        json!({"reached": 3, "refused": 0, "isDone": true})
    );
    for person in &circle.people {
        let talk = circle.talk(person).expect("a conversation");
        assert_eq!(talk["lastMessageText"], "Hello all");
        assert_eq!(talk["peer"]["id"], circle.ann.id.as_str());
        let id = talk["id"].as_str().unwrap();
        let history = circle.world.scene.read(person, id, "").expect(200);
        let text = history.to_string();
        assert!(
            !text.contains(&circle.list) && !text.contains("broadcast"),
            "{text}"
        );
        assert!(
            !circle
                .people
                .iter()
                .any(|other| other.id != person.id && text.contains(&other.id))
        );
        // The answer comes back there alone.
        circle.world.scene.say(person, id, "Thank you");
    }
    assert_eq!(circle.with_words("Hello all"), 4);
    let history = circle
        .world
        .scene
        .read(&circle.ann, &circle.list, "")
        .expect(200);
    assert_eq!(history["items"].as_array().unwrap().len(), 1);
    // The next one goes to the same conversations.
    circle
        .world
        .scene
        .say(&circle.ann, &circle.list, "Once more");
    let direct = circle.world.scene.all::<Conversation>().into_iter();
    assert_eq!(
        direct
            .filter(|c| c.kind == ConversationKind::Direct)
            .count(),
        3
    );
}

#[test]
fn it_is_asked_for_each_again_whether_they_may_be_reached() {
    let circle = Circle::new(5);
    let scene = &circle.world.scene;
    let [blocks, blocked, disabled, wants, asks] = circle.people.as_slice() else {
        unreachable!()
    };
    scene.block(blocks, &circle.ann);
    scene.block(&circle.ann, blocked);
    let out = Patch::new().set(Account::STATUS, AccountStatus::Disabled);
    scene.change::<Account>(&disabled.id, out);
    let nobody = json!({"messages": "nobody"}).to_string();
    scene.change::<Profile>(
        &asks.id,
        Patch::new().set(Profile::PRIVACY_SETTINGS, nobody),
    );
    let post = scene.say(&circle.ann, &circle.list, "Hello");
    assert_eq!(
        circle.counts(&post),
        json!({"reached": 1, "refused": 4, "isDone": true})
    );
    assert!(circle.talk(wants).is_some() && circle.talk(asks).is_none());
}

#[test]
fn two_runs_at_once_reach_everybody_once() {
    let circle = Circle::new(6);
    circle.put("p1", "Hello");
    let edge = &circle.world.scene.edge;
    let other = edge.another(&message_send::api());
    let (one, two) = block_on(futures::future::join(job(edge), job(&other)));
    one.expect(200);
    two.expect(200);
    circle.job();
    assert_eq!(
        circle.counts("p1"),
        json!({"reached": 6, "refused": 0, "isDone": true})
    );
    assert_eq!(circle.with_words("Hello"), 7);
    assert_eq!(circle.world.scene.all::<BroadcastCopy>().len(), 6);
}

#[test]
fn a_run_with_nothing_left_changes_nothing() {
    let circle = Circle::new(4);
    circle.put("p1", "Hello");
    let scene = &circle.world.scene;
    circle.job();
    let run: Broadcast = scene.get("p1");
    assert_eq!((run.reached, run.due_at), (4, None));
    let again = Patch::new().set(Broadcast::DUE_AT, Timestamp::AT_COMMIT);
    scene.change::<Broadcast>("p1", again);
    circle.job();
    assert_eq!(scene.get::<Broadcast>("p1").reached, 4);
    assert_eq!(circle.with_words("Hello"), 5);
}

#[test]
fn edits_and_deletions_reach_the_copies() {
    let circle = Circle::new(3);
    let scene = &circle.world.scene;
    let post = scene.say(&circle.ann, &circle.list, "Helo");
    let copies: Vec<String> = circle
        .people
        .iter()
        .map(|person| broadcast_copy_id(&post, &person.id))
        .collect();
    // One of them was deleted by hand before.
    let first: Message = scene.get(&copies[0]);
    circle
        .world
        .delete(&circle.ann, &first.conversation_id, &copies[0])
        .expect(204);
    let rest = format!("/{post}");
    scene
        .act_with(
            &circle.ann,
            Method::PATCH,
            &circle.list,
            &rest,
            &json!({"content": "Hello"}),
        )
        .expect(200);
    circle.world.sweep();
    for copy in &copies[1..] {
        let copy: Message = scene.get(copy);
        assert_eq!(copy.content, "Hello");
        assert!(copy.edited_at.is_some());
    }
    assert_eq!(
        circle.talk(&circle.people[1]).unwrap()["lastMessageText"],
        "Hello"
    );
    circle
        .world
        .delete(&circle.ann, &circle.list, &post)
        .expect(204);
    circle.world.sweep();
    for copy in &copies {
        let copy: Message = scene.get(copy);
        assert!(copy.deleted_at.is_some() && copy.content.is_empty());
    }
    assert!(scene.all::<Broadcast>().is_empty() && scene.all::<BroadcastCopy>().is_empty());
}

#[test]
fn recipients_come_and_go() {
    let circle = Circle::new(1);
    let scene = &circle.world.scene;
    let bob = scene.person();
    scene.name(&bob, "bob");
    let ids = |people: &[&Person]| {
        let ids: Vec<&str> = people.iter().map(|person| person.id.as_str()).collect();
        json!({"userIds": ids})
    };
    let add = |who: &Person, body: &Value| circle.recipients(Method::POST, who, "", body);
    let first = &circle.people[0];
    let added = add(&circle.ann, &ids(&[&bob, first])).expect(200);
    assert_eq!(added, json!({"added": [bob.id], "already": [first.id]}));
    let page = circle
        .recipients(Method::GET, &circle.ann, "", &Value::Null)
        .expect(200);
    let listed: Vec<&Value> = page["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|i| &i["userId"])
        .collect();
    assert_eq!(listed, [&json!(first.id), &json!(bob.id)]);
    for refused in [
        add(&bob, &ids(&[first])),
        circle.recipients(Method::GET, &bob, "", &Value::Null),
        circle.recipients(Method::DELETE, &bob, &format!("/{}", bob.id), &Value::Null),
    ] {
        refused.expect_problem(404, "not_found");
    }
    scene.block(&bob, &circle.ann);
    let gone = format!("/{}", bob.id);
    circle
        .recipients(Method::DELETE, &circle.ann, &gone, &Value::Null)
        .expect(204);
    circle
        .recipients(Method::DELETE, &circle.ann, &gone, &Value::Null)
        .expect_problem(404, "not_found");
    for wrong in [
        ids(&[&bob]),
        ids(&[&circle.ann]),
        json!({"userIds": ["nobody"]}),
        json!({"userIds": []}),
    ] {
        add(&circle.ann, &wrong).expect_problem(422, "validation_failed");
    }
    assert_eq!(
        circle.counts(&scene.say(&circle.ann, &circle.list, "Hi"))["reached"],
        1
    );
}

#[test]
fn a_list_has_256_recipients_at_most() {
    let circle = Circle::new(1);
    let full = Patch::new().set(Conversation::PARTICIPANT_COUNT, 257);
    circle
        .world
        .scene
        .change::<Conversation>(&circle.list, full);
    let bob = circle.world.scene.person();
    circle.world.scene.name(&bob, "bob");
    let body = json!({"userIds": [bob.id]});
    let refused = circle.recipients(Method::POST, &circle.ann, "", &body);
    refused.expect_problem(409, "conversation_full");
}

#[test]
fn what_a_list_does_not_have() {
    let circle = Circle::new(1);
    let scene = &circle.world.scene;
    let path = |rest: &str| format!("/{}{rest}", circle.list);
    let other = &circle.people[0].id;
    for (method, rest, body) in [
        (
            Method::POST,
            "/members".to_owned(),
            json!({"userIds": [other]}),
        ),
        (Method::POST, "/invitations".to_owned(), json!({})),
        (Method::PUT, "/listing".to_owned(), json!({})),
        (Method::PUT, format!("/bans/{other}"), json!({})),
    ] {
        let refused = circle
            .world
            .ask_with(method, &circle.ann, &path(&rest), &body);
        refused.expect_problem(409, "wrong_kind");
    }
    for body in [
        json!({"contentType": "poll", "content": "Tea?", "metadata": {"options": ["yes", "no"]}}),
        json!({"content": "Hi", "mentions": [other]}),
    ] {
        let refused = scene.send(&circle.ann, &circle.list, &body);
        refused.expect_problem(422, "validation_failed");
    }
    circle
        .world
        .ask(Method::POST, &circle.people[0], &path("/join"))
        .expect_problem(404, "not_found");
    let group = scene.group(&[&circle.ann]);
    let refused = circle
        .world
        .ask(Method::GET, &circle.ann, &format!("/{group}/recipients"));
    refused.expect_problem(409, "wrong_kind");
    // The list is deleted when its owner leaves.
    circle
        .world
        .ask(Method::POST, &circle.ann, &path("/leave"))
        .expect(204);
    assert!(scene.all::<BroadcastRecipient>().is_empty());
    circle
        .world
        .ask(Method::GET, &circle.ann, &path(""))
        .expect_problem(404, "not_found");
}

/// Recipients get messages in the order in which they were sent to the list, also where a later one is due earlier by the clock.
#[test]
fn messages_arrive_in_the_order_of_the_list() {
    let circle = Circle::new(3);
    let words = ["one", "two", "three"];
    for (n, words) in words.iter().enumerate() {
        circle.put(&format!("m{n}"), words);
        let due = circle.world.scene.edge.ctx().now().plus(-60_000 * n as i64);
        let patch = Patch::<Broadcast>::new().set(Broadcast::DUE_AT, due);
        circle.world.scene.change(&format!("m{n}"), patch);
    }
    circle.job();
    circle.job();
    for person in &circle.people {
        let talk = circle.talk(person).expect("a conversation");
        let id = talk["id"].as_str().unwrap();
        let history = circle
            .world
            .scene
            .read(person, id, "?order=asc")
            .expect(200);
        let items = history["items"].as_array().unwrap().iter();
        let got: Vec<&str> = items
            .map(|item| item["content"].as_str().unwrap())
            .collect();
        assert_eq!(got, words);
    }
}

/// The server's failure is that of the message whose turn it was, whichever of the list the job came for.
#[test]
fn a_failure_counts_against_the_message_that_was_taken() {
    let circle = Circle::new(2);
    let scene = &circle.world.scene;
    circle.put("m0", "one");
    circle.put("m1", "two");
    let now = scene.edge.ctx().now();
    // The key that the ids of direct conversations are made with can't be read.
    let key = SigningKey {
        id: "broken".into(),
        purpose: SigningKeyPurpose::Id,
        algorithm: "HS256".into(),
        secret: "broken".into(),
        public_key: None,
        created_at: now.plus(-60_000),
        retired_at: None,
    };
    scene.put(&key);
    let first = Patch::<Broadcast>::new().set(Broadcast::DUE_AT, now.plus(-60_000));
    scene.change("m1", first);
    block_on(job(&scene.edge)).expect_problem(500, "job_failed");
    let [earlier, later] = ["m0", "m1"].map(|id| scene.get::<Broadcast>(id));
    assert_eq!((earlier.attempts, later.attempts), (1, 0));
    assert!(earlier.due_at > Some(now));
    assert_eq!(later.due_at, Some(now.plus(-60_000)));
    assert_eq!(circle.with_words("two"), 1, "it waits behind the other");
    // Once it can be read, both are sent.
    scene.commit(Batch::new().delete::<SigningKey>(&key.id));
    scene.edge.advance(30_000);
    circle.job();
    circle.job();
    let counts = ["m0", "m1"].map(|id| scene.get::<Broadcast>(id));
    assert_eq!(counts.map(|run| (run.reached, run.due_at)), [(2, None); 2]);
}
