//! Messages whose end has come are removed with everything that copies or names them; nothing else is.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::time::Duration;

use futures::executor::block_on;
use message_actions::{JOB, Messages, api};
use serde_json::Value;
use whisper_kit::Method;
use whisper_kit::jobs::{Bounds, ReportView, Tally, expire};
use whisper_kit::testing::TestEdge;
use whisper_messages::ids::{delivery_id, mention_id, poll_id, reply_reference_id};
use whisper_schema::Document;
use whisper_schema::prelude::*;
use whisper_store::{Batch, Get, Patch, Query};

const CONVERSATION: &str = "c";
const SOON: i64 = 1_000;

struct Scene {
    edge: TestEdge,
}

impl Scene {
    fn new() -> Self {
        let edge = TestEdge::new(&api(), &[("operator_key", "key")]);
        let scene = Scene { edge };
        scene.commit(Batch::new().insert(&Conversation {
            id: CONVERSATION.into(),
            creator_id: "ann".into(),
            ..Conversation::default()
        }));
        scene
    }

    fn commit(&self, batch: Batch) {
        block_on(self.edge.store().commit(batch)).expect("a commit");
    }

    fn get<D: Document>(&self, id: &str) -> Option<D> {
        let found = block_on(self.edge.store().read(Get::<D>::id(id)));
        found.expect("a read").map(|doc| doc.into_inner())
    }

    fn count<D: Document>(&self) -> u64 {
        block_on(self.edge.store().read(Query::<D>::new().count(10_000))).expect("a read")
    }

    /// A message that ends soon, or stays, with all that a send makes.
    fn send(&self, id: &str, ends: bool, mentions: &[String]) {
        let end = ends.then(|| self.edge.ctx().now().plus(SOON));
        let message = Message {
            id: id.into(),
            conversation_id: CONVERSATION.into(),
            sender_id: "ann".into(),
            content_type: MessageContentType::Poll,
            content: format!("words of {id}"),
            plain_text: Some(format!("words of {id}")),
            mentions: mentions.to_vec(),
            expires_at: end,
            created_at: Some(Timestamp::AT_COMMIT),
            ..Message::default()
        };
        let preview = Patch::<Conversation>::new()
            .set(Conversation::LAST_MESSAGE_ID, id)
            .set(Conversation::LAST_MESSAGE_TEXT, message.plain_text.clone())
            .set(Conversation::LAST_MESSAGE_SENDER_ID, "ann")
            .set(Conversation::LAST_MESSAGE_AT, Timestamp::AT_COMMIT);
        let batch = Batch::new()
            .insert(&message)
            .insert(&Poll {
                id: poll_id(id),
                creator_id: "ann".into(),
                question: message.content.clone(),
                options: "[]".into(),
                ..Poll::default()
            })
            .insert(&QueuedMessage {
                id: delivery_id(id),
                message_id: id.into(),
                ..QueuedMessage::default()
            })
            .insert(&FanOut {
                id: delivery_id(id),
                ..FanOut::default()
            })
            .update(CONVERSATION, preview);
        let batch = mentions.iter().fold(batch, |batch, user| {
            batch.insert(&Notification {
                id: mention_id(id, user),
                user_id: user.clone(),
                ..Notification::default()
            })
        });
        self.commit(match end {
            Some(expires_at) => batch.insert(&MessageExpiry {
                id: id.into(),
                conversation_id: CONVERSATION.into(),
                expires_at,
            }),
            None => batch,
        });
    }

    fn push(&self, id: &str, message: &str) -> Push {
        Push {
            id: id.into(),
            queue_id: Some(delivery_id(message)),
            payload: "{}".into(),
            expires_at: self.edge.ctx().now().plus(1_000_000),
            ..Push::default()
        }
    }

    fn sweep(&self, bounds: Bounds) -> ReportView {
        let tally = Tally::default();
        block_on(expire(&self.edge.ctx(), &Messages, bounds, &tally)).expect("a run");
        tally.report()
    }

    fn shown(&self) -> (Option<String>, Option<String>, Option<String>) {
        let shown: Conversation = self.get(CONVERSATION).expect("the conversation");
        let sender = shown.last_message_sender_id;
        (shown.last_message_id, shown.last_message_text, sender)
    }
}

fn done(done: u64) -> ReportView {
    ReportView {
        found: done,
        done,
        ..ReportView::default()
    }
}

fn some(text: &str) -> Option<String> {
    Some(text.to_owned())
}

#[test]
fn a_message_goes_with_everything_that_copies_or_names_it() {
    let scene = Scene::new();
    let users = ["bob".to_owned(), "cat".to_owned()];
    scene.send("stays", false, &users);
    scene.send("goes", true, &users);
    scene.commit(
        Batch::new()
            .insert(&scene.push("p1", "goes"))
            .insert(&scene.push("p2", "stays")),
    );
    scene.edge.advance(SOON - 1);
    assert_eq!(scene.sweep(Bounds::default()), done(0));
    assert_eq!(scene.shown().0, some("goes"));
    scene.edge.advance(1);
    assert_eq!(scene.sweep(Bounds::default()), done(1));
    assert_eq!(scene.get::<Message>("goes"), None);
    assert_eq!(scene.count::<MessageExpiry>(), 0);
    for count in [
        scene.count::<Message>(),
        scene.count::<Poll>(),
        scene.count::<QueuedMessage>(),
        scene.count::<FanOut>(),
        scene.count::<Push>(),
    ] {
        assert_eq!(count, 1);
    }
    assert_eq!(scene.count::<Notification>(), 2);
    assert!(
        scene
            .get::<Notification>(&mention_id("stays", "bob"))
            .is_some()
    );
    assert!(scene.get::<Push>("p2").is_some());
    assert_eq!(
        scene.shown(),
        (some("stays"), some("words of stays"), some("ann"))
    );
    let events = block_on(scene.edge.store().read(Query::<Event>::new())).unwrap();
    let event = &events[0];
    assert_eq!(
        (events.len(), event.kind.as_str(), event.subject.as_str()),
        (1, "message.expired", "goes")
    );
    assert_eq!(
        event.payload,
        r#"{"conversationId":"c","replyToMessageId":null}"#
    );
    assert_eq!(scene.sweep(Bounds::default()), done(0), "once");
}

#[test]
fn a_preview_follows_to_the_newest_that_stands() {
    let scene = Scene::new();
    scene.send("first", false, &[]);
    scene.send("deleted", false, &[]);
    let deleted = Patch::<Message>::new().set(Message::DELETED_AT, Timestamp::AT_COMMIT);
    scene.commit(Batch::new().update("deleted", deleted));
    scene.send("brief", true, &[]);
    scene.edge.advance(SOON);
    scene.send("briefer", true, &[]);
    // Only the older one has ended: the newest is still shown.
    scene.sweep(Bounds::default());
    assert_eq!(scene.shown().0, some("briefer"));
    scene.edge.advance(SOON);
    scene.sweep(Bounds::default());
    assert_eq!(scene.shown().1, some("words of first"));
}

#[test]
fn without_any_message_nothing_is_shown() {
    let scene = Scene::new();
    scene.send("a", true, &[]);
    scene.send("b", true, &[]);
    scene.edge.advance(SOON);
    let active = || {
        scene
            .get::<Conversation>(CONVERSATION)
            .unwrap()
            .last_message_at
    };
    let before = active();
    assert_eq!(scene.sweep(Bounds::default()), done(2));
    assert_eq!(scene.shown(), (None, None, None));
    assert_eq!(active(), before, "its place in lists stays");
}

#[test]
fn the_place_of_a_removed_message_is_given_to_no_other() {
    let scene = Scene::new();
    let place = |id: &str| {
        let found = block_on(scene.edge.store().read(Get::<Message>::id(id)));
        found.unwrap().unwrap().seq
    };
    scene.send("goes", true, &[]);
    let gone = place("goes");
    scene.edge.advance(SOON);
    scene.sweep(Bounds::default());
    scene.send("next", false, &[]);
    assert!(
        place("next") > gone,
        "whoever read up to there hasn't read it"
    );
}

#[test]
fn a_run_stops_at_its_bound_and_the_next_goes_on() {
    let scene = Scene::new();
    let users: Vec<String> = (0..30).map(|n| format!("u{n}")).collect();
    (0..7).for_each(|n| scene.send(&format!("m{n}"), true, &users));
    scene.edge.advance(SOON);
    let bounds = Bounds {
        items_per_commit: 3,
        rows_per_commit: 40,
        commits: 2,
        time: Duration::from_secs(60),
    };
    let first = scene.sweep(bounds);
    assert!(first.capped && first.done == 2, "{first:?}");
    let rest = std::iter::repeat_with(|| scene.sweep(bounds)).take_while(|run| run.done > 0);
    assert_eq!(rest.map(|run| run.done).sum::<u64>(), 5);
    assert_eq!(
        (scene.count::<Message>(), scene.count::<Notification>()),
        (0, 0)
    );
}

#[test]
fn pushes_go_however_many_there_are() {
    let scene = Scene::new();
    scene.send("goes", true, &[]);
    let pushes = (0..130).map(|n| scene.push(&format!("p{n}"), "goes"));
    scene.commit(pushes.fold(Batch::new(), |batch, push| batch.insert(&push)));
    scene.edge.advance(SOON);
    let bounds = Bounds {
        rows_per_commit: 50,
        ..Bounds::default()
    };
    assert_eq!(scene.sweep(bounds), done(1));
    assert_eq!(scene.count::<Push>(), 0);
    assert!(scene.edge.rows_written().iter().all(|rows| *rows <= 131));
}

/// A message that answers another, and a membership of somebody who read up to it, with the rows that tell of them.
fn name(scene: &Scene, message: &str, n: usize) {
    let (reply, member) = (format!("reply-{n}"), format!("member-{n}"));
    let reference = |id: &str, kind| MessageReference {
        id: format!("reference-{id}"),
        message_id: message.to_owned(),
        kind,
        document_id: id.to_owned(),
    };
    let replies = reference(&reply, MessageReferenceKind::Reply);
    let reads = reference(&member, MessageReferenceKind::Read);
    let batch = Batch::new().insert(&replies).insert(&reads);
    let batch = batch.insert(&Message {
        id: reply,
        conversation_id: CONVERSATION.into(),
        sender_id: "bob".into(),
        content: "an answer".into(),
        reply_to_message_id: Some(message.to_owned()),
        ..Message::default()
    });
    scene.commit(batch.insert(&ConversationMember {
        id: member,
        conversation_id: CONVERSATION.into(),
        user_id: format!("u{n}"),
        last_read_message_id: Some(message.to_owned()),
        read_position: Some(1),
        ..ConversationMember::default()
    }));
}

#[test]
fn nothing_names_a_message_that_is_gone() {
    let scene = Scene::new();
    scene.send("goes", true, &[]);
    scene.send("stays", false, &[]);
    (0..130).for_each(|n| name(&scene, "goes", n));
    // One answer was deleted altogether, one member left for good, and another has read on.
    let on =
        Patch::<ConversationMember>::new().set(ConversationMember::LAST_READ_MESSAGE_ID, "stays");
    let batch = Batch::new()
        .delete::<Message>("reply-1")
        .delete::<ConversationMember>("member-1");
    scene.commit(batch.update("member-2", on));
    scene.edge.advance(SOON);
    let few = Bounds {
        commits: 3,
        ..Bounds::default()
    };
    assert!(scene.sweep(few).capped);
    assert!(
        scene.get::<Message>("goes").is_some(),
        "what names it goes first"
    );
    scene.edge.rows_written();
    assert_eq!(scene.sweep(Bounds::default()), done(1));
    assert!(scene.edge.rows_written().iter().all(|rows| *rows <= 100));
    assert_eq!(scene.get::<Message>("goes"), None);
    assert_eq!(scene.count::<MessageReference>(), 0);
    let replies = block_on(scene.edge.store().read(Query::<Message>::new().limit(200))).unwrap();
    assert_eq!(replies.len(), 130);
    assert!(replies.iter().all(|m| m.reply_to_message_id.is_none()));
    let members = Query::<ConversationMember>::new().limit(200);
    for member in block_on(scene.edge.store().read(members)).unwrap() {
        let last = (member.id == "member-2").then(|| "stays".to_owned());
        assert_eq!(
            (&member.last_read_message_id, member.read_position),
            (&last, Some(1))
        );
    }
}

#[test]
fn an_answer_that_ends_takes_its_reference_along() {
    let scene = Scene::new();
    let later = scene.edge.ctx().now().plus(1_000_000);
    scene.send("answer", true, &[]);
    let answers = Patch::<Message>::new().set(Message::REPLY_TO_MESSAGE_ID, "long");
    scene.commit(
        Batch::new()
            .update("answer", answers)
            .insert(&MessageReference {
                id: reply_reference_id("answer"),
                message_id: "long".into(),
                kind: MessageReferenceKind::Reply,
                document_id: "answer".into(),
            }),
    );
    scene.send("long", true, &[]);
    let lasts = Patch::<MessageExpiry>::new().set(MessageExpiry::EXPIRES_AT, later);
    scene.commit(Batch::new().update("long", lasts));
    scene.edge.advance(SOON);
    assert_eq!(scene.sweep(Bounds::default()), done(1));
    assert_eq!(scene.count::<MessageReference>(), 0);
}

#[test]
fn an_end_without_its_message_is_forgotten() {
    let scene = Scene::new();
    scene.send("gone", true, &[]);
    scene.commit(Batch::new().delete::<Message>("gone"));
    scene.edge.advance(SOON);
    assert_eq!(scene.sweep(Bounds::default()), done(1));
    assert_eq!(scene.count::<MessageExpiry>(), 0);
}

/// A run of the job as the schedule makes it.
fn run_by_schedule(scene: &Scene) -> Value {
    let path = "/internal/jobs/message-expiry";
    block_on(scene.edge.send(Method::POST, path, "key", &Value::Null)).expect(200)
}

#[test]
fn a_clock_that_is_a_year_ahead_for_a_minute_removes_nothing() {
    const YEAR: i64 = 365 * 24 * 3_600_000;
    let scene = Scene::new();
    scene.send("goes", true, &[]);
    assert_eq!(run_by_schedule(&scene)["capped"], false);
    scene.edge.advance(YEAR);
    for _ in 0..2 {
        let ahead = run_by_schedule(&scene);
        assert_eq!(
            (&ahead["done"], &ahead["capped"]),
            (&0.into(), &true.into())
        );
        scene.edge.advance(30_000);
    }
    scene.edge.advance(-YEAR);
    assert_eq!(run_by_schedule(&scene)["done"], 0);
    assert!(scene.get::<Message>("goes").is_some());
    scene.edge.advance(600_000);
    assert_eq!(
        run_by_schedule(&scene)["done"],
        1,
        "ten minutes bear it out"
    );
    let runs = block_on(scene.edge.store().read(Query::<JobRun>::new())).unwrap();
    assert!(runs.iter().all(|run| run.job == JOB));
}

#[test]
fn operators_alone_run_it() {
    let scene = Scene::new();
    let path = "/internal/jobs/message-expiry";
    let run = |key: &str| block_on(scene.edge.send(Method::POST, path, key, &Value::Null));
    run("").expect_problem(401, "unauthenticated");
    run("another").expect(401);
    assert_eq!(run("key").expect(200)["done"], 0);
    assert_eq!(scene.count::<JobRun>(), 1);
}

#[test]
fn a_crowds_reactions_go_with_the_message_and_others_stay() {
    let scene = Scene::new();
    for (id, ends) in [("ends", true), ("stays", false)] {
        scene.send(id, ends, &[]);
        let rows = (0..70).map(|n| MessageReaction {
            id: format!("{id}-{n}"),
            message_id: id.into(),
            conversation_id: CONVERSATION.into(),
            user_id: format!("u{n}"),
            reaction: format!("sticker-{n}"),
            ..MessageReaction::default()
        });
        let batch = rows.fold(Batch::new(), |batch, row| {
            let count = MessageReactionCount {
                id: row.id.clone(),
                message_id: row.message_id.clone(),
                reaction: row.reaction.clone(),
                count: 1,
            };
            batch.insert(&row).insert(&count)
        });
        scene.commit(batch);
    }
    scene.edge.advance(SOON);
    let bounds = Bounds {
        rows_per_commit: 20,
        ..Bounds::default()
    };
    let report = scene.sweep(bounds);
    assert_eq!((report.done, report.failed), (1, 0));
    assert_eq!(scene.get::<Message>("ends"), None);
    assert_eq!(scene.count::<MessageReaction>(), 70);
    assert_eq!(scene.count::<MessageReactionCount>(), 70);
    assert!(scene.get::<MessageReaction>("stays-0").is_some());
}
