//! Each collection that goes with messages or polls is emptied by the job that it names.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use futures::executor::block_on;
use message_actions::{JOB, api};
use whisper_kit::testing::TestEdge;
use whisper_kit::testing::retention::{Count, Made, count, goes_with_others, made};
use whisper_messages::ids::poll_id;
use whisper_schema::prelude::*;
use whisper_store::{Batch, Get};

/// A document of a collection that belongs to a message.
fn of_message(collection: &str, message: &str) -> Option<Made> {
    let (id, message_id) = (format!("{message}-1"), message.to_owned());
    match collection {
        "messageReferences" => Some(made(&MessageReference {
            id: id.clone(),
            message_id,
            kind: MessageReferenceKind::Reply,
            document_id: id,
        })),
        "messageMarks" => Some(made(&MessageMark {
            id,
            message_id,
            ..MessageMark::default()
        })),
        "messageReactions" => Some(made(&MessageReaction {
            id,
            message_id,
            ..MessageReaction::default()
        })),
        "messageReactionCounts" => Some(made(&MessageReactionCount {
            id,
            message_id,
            ..MessageReactionCount::default()
        })),
        "messageVersions" => Some(made(&MessageVersion {
            id,
            message_id,
            number: 1,
            ..MessageVersion::default()
        })),
        "messageOpenings" => Some(made(&MessageOpening {
            id,
            message_id,
            ..MessageOpening::default()
        })),
        "postViewers" => Some(made(&PostViewer {
            id,
            message_id,
            ..PostViewer::default()
        })),
        "broadcastCopies" => Some(made(&BroadcastCopy {
            id,
            message_id,
            ..BroadcastCopy::default()
        })),
        _ => None,
    }
}

/// A document of a collection that has one at most for each message, and the id of it.
fn place_of_message(collection: &str, message: &str) -> Option<Made> {
    let id = message.to_owned();
    match collection {
        "messagePins" => Some(made(&MessagePin {
            id,
            conversation_id: message.into(),
            ..MessagePin::default()
        })),
        "messageThreads" => Some(made(&MessageThread {
            id,
            ..MessageThread::default()
        })),
        "channelPosts" => Some(made(&ChannelPost {
            id,
            ..ChannelPost::default()
        })),
        "broadcasts" => Some(made(&Broadcast {
            id,
            ..Broadcast::default()
        })),
        _ => None,
    }
}

/// A document of a collection that belongs to the poll of a message.
fn of_poll(collection: &str, message: &str) -> Option<Made> {
    let (id, poll_id) = (format!("{message}-1"), poll_id(message));
    match collection {
        "pollBallots" => Some(made(&PollBallot {
            id,
            poll_id,
            ..PollBallot::default()
        })),
        "pollChoices" => Some(made(&PollChoice {
            id,
            poll_id,
            ..PollChoice::default()
        })),
        "pollTallies" => Some(made(&PollTally {
            id,
            poll_id,
            ..PollTally::default()
        })),
        "pollClosings" => Some(made(&PollClosing {
            id: poll_id,
            ..PollClosing::default()
        })),
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

#[test]
fn each_collection_that_goes_with_messages_or_polls_is_emptied_by_the_job() {
    let edge = TestEdge::new(&api(), &[("operator_key", "key")]);
    let put = |batch: Batch| block_on(edge.store().commit(batch)).unwrap();
    let end = edge.ctx().now().plus(1_000);
    put(message("goes", Some(end)));
    put(message("stays", None));
    let others: [(&str, Count); 2] = [("messages", count::<Message>), ("polls", count::<Poll>)];
    let make = |collection: &str, message: &str| {
        of_message(collection, message)
            .or_else(|| place_of_message(collection, message))
            .or_else(|| of_poll(collection, message))
    };
    block_on(goes_with_others(&edge, (JOB, "key"), &others, make));
    let gone = block_on(edge.store().read(Get::<Message>::id("goes")));
    assert_eq!(gone.unwrap().map(|message| message.into_inner()), None);
}
