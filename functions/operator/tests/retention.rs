//! Documents that have been kept for their time go, and nothing else.
#![allow(clippy::unwrap_used, missing_docs)]

use std::collections::BTreeSet;

use futures::executor::block_on;
use operator::{JOBS, api};
use serde_json::{Value, json};
use whisper_files::Holder;
use whisper_kit::Method;
use whisper_kit::testing::TestEdge;
use whisper_schema::prelude::*;
use whisper_schema::system::{IdempotencyKey, JobRun, RateLimit};
use whisper_schema::{Retention, collections, system_collections};
use whisper_store::{Batch, Get, Patch, Query};

const DAY: i64 = 24 * 3_600_000;

fn edge(variables: &[(&str, &str)]) -> TestEdge {
    TestEdge::new(&api(), &[variables, &[("operator_key", "key")]].concat())
}

fn sweep(edge: &TestEdge) -> Value {
    block_on(edge.send(
        Method::POST,
        "/internal/jobs/retention",
        "key",
        &Value::Null,
    ))
    .expect(200)
}

fn put(edge: &TestEdge, batch: Batch) {
    block_on(edge.store().commit(batch)).unwrap();
}

/// A run of a job at that time.
fn run(at: Timestamp) -> JobRun {
    JobRun {
        id: format!("run-{}", at.as_millis()),
        job: "another".into(),
        started_at: at,
        ..JobRun::default()
    }
}

/// The place of a sweep, which reads the collection and is no consumer of it.
fn place_of_a_sweep() -> ConsumerCursor {
    ConsumerCursor {
        id: "notification-sweep".into(),
        reads: Some(ConsumerCursor::NO_CONSUMER.into()),
        position: 0,
        updated_at: Timestamp::AT_COMMIT,
    }
}

fn count<D: Document>(edge: &TestEdge) -> u64 {
    block_on(edge.store().read(Query::<D>::new().count(1000))).unwrap()
}

/// Tells how many documents are left.
type Count = fn(&TestEdge) -> u64;

fn one<D: Document>(document: &D) -> Option<(Batch, Count)> {
    Some((Batch::new().insert(document), count::<D>))
}

/// A collection of the job with a document that ends at `at`, by its own word.
#[allow(clippy::too_many_lines)]
fn ending(id: &str, name: String, at: Timestamp) -> Option<(Batch, Count)> {
    match id {
        "sessions" => one(&Session {
            id: name,
            expires_at: at,
            ..Session::default()
        }),
        "idempotencyKeys" => one(&IdempotencyKey {
            id: name.clone(),
            key: name,
            status: 200,
            expires_at: at,
            ..IdempotencyKey::default()
        }),
        "rateLimits" => one(&RateLimit {
            id: name.clone(),
            bucket: name,
            expires_at: at,
            ..RateLimit::default()
        }),
        "restingNames" => one(&RestingName {
            id: name.clone(),
            username: name,
            rests_until: at,
            ..RestingName::default()
        }),
        "conversationBans" => one(&ConversationBan {
            id: name.clone(),
            user_id: name,
            ends_at: Some(at),
            ..ConversationBan::default()
        }),
        "conversationInvitations" => one(&ConversationInvitation {
            id: name.clone(),
            code: name,
            kept_until: Some(at),
            ..ConversationInvitation::default()
        }),
        "conversationJoinRequests" => one(&ConversationJoinRequest {
            id: name.clone(),
            user_id: name,
            expires_at: at,
            ..ConversationJoinRequest::default()
        }),
        "contactRequests" => one(&ContactRequest {
            id: name.clone(),
            requester_id: name,
            expires_at: at,
            ..ContactRequest::default()
        }),
        "messageDrafts" => one(&MessageDraft {
            id: name.clone(),
            user_id: name,
            expires_at: at,
            ..MessageDraft::default()
        }),
        "scheduledMessages" => one(&ScheduledMessage {
            id: name.clone(),
            user_id: name,
            expires_at: Some(at),
            ..ScheduledMessage::default()
        }),
        "signals" => one(&Signal {
            id: name.clone(),
            user_id: name,
            payload: "{}".into(),
            expires_at: at,
            ..Signal::default()
        }),
        "streamTickets" => one(&StreamTicket {
            id: name.clone(),
            user_id: name,
            expires_at: at,
            ..StreamTicket::default()
        }),
        "presenceDevices" => one(&PresenceDevice {
            id: name.clone(),
            user_id: name,
            counts_until: at,
            expires_at: at,
            ..PresenceDevice::default()
        }),
        "presenceWatches" => one(&PresenceWatch {
            id: name.clone(),
            user_id: name,
            user_ids: Vec::new(),
            expires_at: at,
        }),
        "typingIndicators" => one(&TypingIndicator {
            id: name.clone(),
            conversation_id: name,
            expires_at: at,
            ..TypingIndicator::default()
        }),
        _ => None,
    }
}

/// A collection of the job with a document of which something was at `at`.
fn aged(id: &str, name: String, at: Timestamp) -> Option<(Batch, Count)> {
    match id {
        "conversationMembers" => one(&ConversationMember {
            id: name.clone(),
            conversation_id: name,
            left_at: Some(at),
            ..ConversationMember::default()
        }),
        "listChanges" => one(&ListChange {
            id: name.clone(),
            scope: name,
            created_at: at,
            ..ListChange::default()
        }),
        "postViewers" => one(&PostViewer {
            id: name.clone(),
            user_id: name,
            viewed_at: at,
            ..PostViewer::default()
        }),
        "receiptTrails" => one(&ReceiptTrail {
            id: name,
            updated_at: at,
            ..ReceiptTrail::default()
        }),
        "events" => one(&Event {
            id: name,
            created_at: at,
            ..Event::default()
        }),
        "userActivity" => one(&UserActivity {
            id: name,
            timestamp: at,
            ..UserActivity::default()
        }),
        "notifications" => one(&Notification {
            id: name,
            created_at: Some(at),
            ..Notification::default()
        }),
        "appAnalytics" => one(&AppMetric {
            id: name,
            timestamp: at,
            ..AppMetric::default()
        }),
        "messageVersions" => one(&MessageVersion {
            id: name.clone(),
            message_id: name,
            number: 1,
            replaced_at: at,
            ..MessageVersion::default()
        }),
        "jobRuns" => {
            let (batch, _) = one(&run(at))?;
            // The sweep's own run is one more, and the one that bears out the time.
            Some((batch, |edge| count::<JobRun>(edge) - 2))
        }
        _ => None,
    }
}

/// A collection of the job, with a document whose time is `at`.
fn kept(id: &str, at: Timestamp) -> Option<(Batch, Count)> {
    // Ids are short.
    let name = format!("{id:.20}-{}", at.as_millis());
    ending(id, name.clone(), at).or_else(|| aged(id, name, at))
}

#[test]
fn each_collection_that_names_the_job_is_swept_by_it() {
    let all = collections().iter().chain(system_collections());
    for collection in all {
        for retention in collection.retention {
            let stay = match *retention {
                Retention::Until {
                    job: "retention", ..
                } => 0,
                Retention::Days {
                    days,
                    job: "retention",
                    ..
                } => i64::from(days) * DAY,
                _ => continue,
            };
            let edge = edge(&[]);
            let now = edge.ctx().now();
            let (over, count) = kept(collection.id, now.plus(-stay - 1))
                .unwrap_or_else(|| panic!("{}: how is one made?", collection.id));
            let (lasting, _) = kept(collection.id, now.plus(-stay + 60_000)).unwrap();
            put(&edge, over.append(lasting).insert(&place_of_a_sweep()));
            put(&edge, Batch::new().insert(&run(now.plus(-600_000))));
            assert_eq!(sweep(&edge)["done"], 1, "{}", collection.id);
            assert_eq!(count(&edge), 1, "{}", collection.id);
            edge.advance(120_000);
            assert_eq!(sweep(&edge)["done"], 1, "{}", collection.id);
        }
    }
}

#[test]
fn each_job_that_removes_something_is_one_of_the_bundle() {
    let jobs: BTreeSet<&str> = JOBS.iter().map(|(name, _)| *name).collect();
    for collection in collections().iter().chain(system_collections()) {
        for job in collection.retention.iter().filter_map(Retention::job) {
            assert!(jobs.contains(job), "{}: {job}", collection.id);
        }
    }
}

fn event(n: i64, at: Timestamp) -> Event {
    Event {
        id: format!("event-{n}"),
        created_at: at,
        ..Event::default()
    }
}

#[test]
fn events_stay_until_every_consumer_has_read_them() {
    let edge = edge(&[("event_retention_days", "10")]);
    let now = edge.ctx().now();
    for n in 0..3 {
        put(&edge, Batch::new().insert(&event(n, now)));
    }
    let consumer = |name: &str, reads: &str, position| ConsumerCursor {
        id: name.into(),
        reads: Some(reads.into()),
        position,
        updated_at: Timestamp::AT_COMMIT,
    };
    let consumers = Batch::new()
        .insert(&consumer("quick", "events", 3))
        .insert(&consumer("slow", "events", 1))
        .insert(&consumer("elsewhere", "userActivity", 0));
    put(&edge, consumers);
    edge.advance(11 * DAY);
    assert_eq!(sweep(&edge)["done"], 1);
    assert_eq!(count::<Event>(&edge), 2);
    // All of them stood still: none is gone.
    pause(&edge, 91 * DAY);
    sweep(&edge);
    assert_eq!(count::<Event>(&edge), 2);
    // Its component is gone: it never comes back to them.
    let moved = Patch::<ConsumerCursor>::new().set(ConsumerCursor::UPDATED_AT, edge.ctx().now());
    put(&edge, Batch::new().update("quick", moved));
    sweep(&edge);
    assert_eq!(count::<Event>(&edge), 0);
}

/// Time goes by without a run, and then ten minutes with one.
fn pause(edge: &TestEdge, millis: i64) {
    edge.advance(millis);
    assert_eq!(sweep(edge)["done"], 0);
    edge.advance(600_000);
}

#[test]
fn scheduled_messages_let_go_of_their_files_as_they_go() {
    let edge = edge(&[]);
    let soon = edge.ctx().now().plus(600_000);
    let batch = ["a", "b"].iter().fold(Batch::new(), |batch, id| {
        let holder = Holder::scheduled_message(id, "ann");
        batch.upsert(&holder.row("f")).insert(&ScheduledMessage {
            id: (*id).into(),
            user_id: "ann".into(),
            expires_at: (*id == "a").then_some(soon),
            ..ScheduledMessage::default()
        })
    });
    let file = StoredFile {
        id: "f".into(),
        name: "a.jpg".into(),
        size: 5,
        completed_at: Some(soon),
        ..StoredFile::default()
    };
    put(&edge, batch.insert(&file));
    sweep(&edge);
    assert_eq!(count::<FileHold>(&edge), 2);
    edge.advance(600_000);
    assert_eq!(sweep(&edge)["done"], 1);
    let holds = block_on(edge.store().read(Query::<FileHold>::new())).unwrap();
    let holders: Vec<&str> = holds.iter().map(|hold| hold.holder_id.as_str()).collect();
    assert_eq!(holders, ["b"]);
    let file = block_on(edge.store().read(Get::<StoredFile>::id("f"))).unwrap();
    assert_eq!(
        file.unwrap().ends_at,
        Some(edge.ctx().now().plus(StoredFile::KEPT))
    );
}

/// One of each kind of thing that a clock ahead would have go.
fn one_of_each(edge: &TestEdge) -> Vec<Count> {
    let now = edge.ctx().now();
    let ids = [
        "sessions",
        "conversationMembers",
        "events",
        "userActivity",
        "notifications",
        "appAnalytics",
    ];
    let put_one = |id: &str| {
        let (batch, count) = kept(id, now.plus(DAY)).unwrap();
        put(edge, batch);
        count
    };
    ids.map(put_one).to_vec()
}

#[test]
fn a_clock_that_is_a_year_ahead_for_a_minute_deletes_nothing() {
    let edge = edge(&[]);
    let counts = one_of_each(&edge);
    put(&edge, Batch::new().insert(&place_of_a_sweep()));
    sweep(&edge);
    edge.advance(600_000);
    let left = |edge: &TestEdge| counts.iter().map(|count| count(edge)).sum::<u64>();
    assert_eq!(left(&edge), 6);
    // The other jobs run as well.
    put(&edge, Batch::new().insert(&run(edge.ctx().now())));
    edge.advance(365 * DAY);
    for _ in 0..2 {
        let ahead = sweep(&edge);
        assert_eq!(
            (&ahead["done"], &ahead["capped"]),
            (&json!(0), &json!(true))
        );
        edge.advance(30_000);
    }
    edge.advance(-365 * DAY);
    for _ in 0..3 {
        assert_eq!(sweep(&edge)["done"], 0);
        assert_eq!(left(&edge), 6);
        edge.advance(600_000);
    }
}

#[test]
fn after_a_months_pause_the_second_run_deletes() {
    let edge = edge(&[]);
    let counts = one_of_each(&edge);
    sweep(&edge);
    pause(&edge, 100 * DAY);
    assert_eq!(sweep(&edge)["capped"], false);
    let left = counts.iter().map(|count| count(&edge));
    assert_eq!(
        left.collect::<Vec<_>>(),
        [0, 0, 0, 0, 0, 1],
        "metrics stay for 400 days"
    );
}

#[test]
fn every_setting_is_declared_with_the_days_of_its_collections() {
    let declared: Vec<_> = api().settings().collect();
    for collection in collections().iter().chain(system_collections()) {
        for retention in collection.retention {
            let Retention::Days {
                days,
                setting: Some(setting),
                job: "retention",
                ..
            } = *retention
            else {
                continue;
            };
            let number = declared.iter().find(|one| one.variable == setting);
            let number = number.unwrap_or_else(|| panic!("{setting} is not declared"));
            assert_eq!(number.default, u64::from(days), "{setting}");
        }
    }
}

#[test]
fn a_clock_that_was_ahead_holds_nothing_back() {
    let edge = edge(&[]);
    let now = edge.ctx().now();
    let ahead = |n| event(n, now.plus(365 * DAY));
    let many = (0..450).fold(Batch::new(), |batch, n| batch.insert(&ahead(n)));
    put(&edge, many.insert(&event(1000, now)));
    edge.advance(31 * DAY);
    for _ in 0..3 {
        sweep(&edge);
    }
    assert_eq!(count::<Event>(&edge), 0);
}

#[test]
fn a_setting_of_zero_keeps_them() {
    let edge = edge(&[("activity_retention_days", "0")]);
    let old = UserActivity {
        id: "old".into(),
        timestamp: Timestamp::from_millis(0),
        ..UserActivity::default()
    };
    put(&edge, Batch::new().insert(&old));
    assert_eq!(
        sweep(&edge),
        json!({"found": 0, "done": 0, "failed": 0, "capped": false})
    );
}

#[test]
fn times_of_a_clock_that_was_ahead_are_set_to_the_present() {
    let edge = edge(&[]);
    let start = edge.ctx().now();
    let active = |id: &str, days: i64| {
        put(
            &edge,
            Batch::new().upsert(&Conversation {
                id: id.into(),
                last_message_at: Some(start.plus(days * DAY)),
                ..Conversation::default()
            }),
        );
    };
    let seen = |id: &str| {
        let found = block_on(edge.store().read(Get::<Conversation>::id(id))).unwrap();
        found.unwrap().last_message_at.unwrap()
    };
    edge.advance(365 * DAY);
    sweep(&edge);
    active("ahead", 365);
    active("before", 0);
    active("soon", 1);
    for (id, days) in [("ahead", 366), ("soon", 3)] {
        let expires_at = start.plus(days * DAY);
        put(
            &edge,
            Batch::new().insert(&Story {
                id: id.into(),
                expires_at,
                ..Story::default()
            }),
        );
    }
    let ends = |id: &str| {
        let found = block_on(edge.store().read(Get::<Story>::id(id))).unwrap();
        found.unwrap().expires_at
    };
    edge.advance(-365 * DAY);
    // Until a day of runs has gone by, it may be this clock that is wrong.
    for _ in 0..143 {
        sweep(&edge);
        edge.advance(DAY / 144);
    }
    assert_eq!(seen("ahead"), start.plus(365 * DAY));
    assert_eq!(ends("ahead"), start.plus(366 * DAY));
    sweep(&edge);
    let now = edge.ctx().now();
    assert!(seen("ahead") >= now && seen("ahead") < now.plus(1000));
    assert_eq!((seen("before"), seen("soon")), (start, start.plus(DAY)));
    assert!(ends("ahead") >= now && ends("ahead") < now.plus(1000));
    assert_eq!(ends("soon"), start.plus(3 * DAY));
}
