//! Each collection that goes with messages or polls is emptied by the job that it names.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use futures::executor::block_on;
use message_actions::{JOB, api};
use serde_json::Value;
use whisper_kit::Method;
use whisper_kit::testing::TestEdge;
use whisper_messages::ids::poll_id;
use whisper_schema::prelude::*;
use whisper_schema::{Retention, collections, system_collections};
use whisper_store::{Batch, Query};

/// Tells how many documents are left.
type Count = fn(&TestEdge) -> u64;

fn count<D: Document>(edge: &TestEdge) -> u64 {
    block_on(edge.store().read(Query::<D>::new().count(10))).unwrap()
}

fn one<D: Document>(document: &D) -> Option<(Batch, Count)> {
    Some((Batch::new().insert(document), count::<D>))
}

/// A document of a collection that belongs to a message.
fn of_message(collection: &str, message: &str) -> Option<(Batch, Count)> {
    let (id, message_id) = (format!("{message}-1"), message.to_owned());
    match collection {
        "messageReferences" => one(&MessageReference {
            id: id.clone(),
            message_id,
            kind: MessageReferenceKind::Reply,
            document_id: id,
        }),
        "messageMarks" => one(&MessageMark {
            id,
            message_id,
            ..MessageMark::default()
        }),
        "messageReactions" => one(&MessageReaction {
            id,
            message_id,
            ..MessageReaction::default()
        }),
        "messageReactionCounts" => one(&MessageReactionCount {
            id,
            message_id,
            ..MessageReactionCount::default()
        }),
        "messageVersions" => one(&MessageVersion {
            id,
            message_id,
            number: 1,
            ..MessageVersion::default()
        }),
        "messageOpenings" => one(&MessageOpening {
            id,
            message_id,
            ..MessageOpening::default()
        }),
        "postViewers" => one(&PostViewer {
            id,
            message_id,
            ..PostViewer::default()
        }),
        "broadcastCopies" => one(&BroadcastCopy {
            id,
            message_id,
            ..BroadcastCopy::default()
        }),
        _ => None,
    }
}

/// A document of a collection that has one at most for each message, and the id of it.
fn place_of_message(collection: &str, message: &str) -> Option<(Batch, Count)> {
    let id = message.to_owned();
    match collection {
        "messagePins" => one(&MessagePin {
            id,
            conversation_id: message.into(),
            ..MessagePin::default()
        }),
        "messageThreads" => one(&MessageThread {
            id,
            ..MessageThread::default()
        }),
        "channelPosts" => one(&ChannelPost {
            id,
            ..ChannelPost::default()
        }),
        "broadcasts" => one(&Broadcast {
            id,
            ..Broadcast::default()
        }),
        _ => None,
    }
}

/// A document of a collection that belongs to the poll of a message.
fn of_poll(collection: &str, message: &str) -> Option<(Batch, Count)> {
    let (id, poll_id) = (format!("{message}-1"), poll_id(message));
    match collection {
        "pollBallots" => one(&PollBallot {
            id,
            poll_id,
            ..PollBallot::default()
        }),
        "pollChoices" => one(&PollChoice {
            id,
            poll_id,
            ..PollChoice::default()
        }),
        "pollTallies" => one(&PollTally {
            id,
            poll_id,
            ..PollTally::default()
        }),
        "pollClosings" => one(&PollClosing {
            id: poll_id,
            ..PollClosing::default()
        }),
        _ => None,
    }
}

/// A poll that a message shows; with an end or without.
fn message(id: &str, expires_at: Option<Timestamp>) -> Batch {
    let batch = Batch::new()
        .insert(&Message {
            id: id.into(),
            conversation_id: "c".into(),
            sender_id: "ann".into(),
            content_type: MessageContentType::Poll,
            expires_at,
            ..Message::default()
        })
        .insert(&Poll {
            id: poll_id(id),
            options: "[]".into(),
            ..Poll::default()
        });
    match expires_at {
        Some(expires_at) => batch.insert(&MessageExpiry {
            id: id.into(),
            conversation_id: "c".into(),
            expires_at,
        }),
        None => batch,
    }
}

fn run(edge: &TestEdge) -> Value {
    let path = format!("/internal/jobs/{JOB}");
    block_on(edge.send(Method::POST, &path, "key", &Value::Null)).expect(200)
}

#[test]
fn each_collection_that_goes_with_messages_or_polls_is_emptied_by_the_job() {
    let edge = TestEdge::new(&api(), &[("operator_key", "key")]);
    let put = |batch: Batch| block_on(edge.store().commit(batch)).unwrap();
    let end = edge.ctx().now().plus(1_000);
    put(message("goes", Some(end)));
    put(message("stays", None));
    let mut counts: Vec<(&str, Count)> =
        vec![("messages", count::<Message>), ("polls", count::<Poll>)];
    for collection in collections().iter().chain(system_collections()) {
        let belongs = |retention: &Retention| {
            matches!(
                retention,
                Retention::With { collection: "messages" | "polls", job } if *job == JOB
            )
        };
        if !collection.retention.iter().any(belongs) {
            continue;
        }
        let [goes, stays] = ["goes", "stays"].map(|message| {
            of_message(collection.id, message)
                .or_else(|| place_of_message(collection.id, message))
                .or_else(|| of_poll(collection.id, message))
                .unwrap_or_else(|| panic!("{}: how is one made?", collection.id))
        });
        put(goes.0.append(stays.0));
        counts.push((collection.id, goes.1));
    }
    assert!(counts.len() > 10, "{}", counts.len());
    assert_eq!(run(&edge)["done"], 0);
    edge.advance(999);
    assert_eq!(run(&edge)["done"], 0);
    for (collection, count) in &counts {
        assert_eq!(count(&edge), 2, "{collection}: before the end");
    }
    edge.advance(1);
    assert_eq!(run(&edge)["done"], 1);
    for (collection, count) in &counts {
        assert_eq!(count(&edge), 1, "{collection}: what is of the other stays");
    }
    assert!(message_is_gone(&edge));
}

fn message_is_gone(edge: &TestEdge) -> bool {
    let found = block_on(edge.store().read(whisper_store::Get::<Message>::id("goes")));
    found.unwrap().is_none()
}
