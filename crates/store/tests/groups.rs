//! Batches that share a transaction have the results that they have one after another.
#![allow(clippy::unwrap_used)]

mod support;

use std::rc::Rc;

use futures::future::join_all;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use support::{Counting, block_on};
use whisper_schema::prelude::*;
use whisper_store::{Batch, Filter, Patch, Query, Store, StoreError};

/// An operation on one of a few documents of two collections.
#[derive(Clone, Debug)]
enum Step {
    Insert(u8, i64),
    InsertOther(u8),
    Upsert(u8, i64),
    InsertOrAdd(u8, i64),
    InsertOrAddIf(u8, i64),
    Rename(u8, &'static str),
    Retag(u8, &'static str),
    RenameIf(u8, &'static str, i64),
    Add(u8, i64),
    AddWithin(u8, i64),
    Delete(u8),
    DeleteSome(i64, u64),
    Some(i64),
    None(i64),
    Touch(u8),
}

fn id(i: u8) -> String {
    format!("d{i}")
}

fn conversation(i: u8, count: i64) -> Conversation {
    Conversation {
        id: id(i),
        participant_count: count,
        ..Conversation::default()
    }
}

impl Step {
    fn add_to(&self, batch: Batch) -> Batch {
        let count = Conversation::PARTICIPANT_COUNT;
        let at_least = |n: i64| Filter::ge(Conversation::PARTICIPANT_COUNT, n);
        let renamed = |name: &str| Patch::new().set(Conversation::NAME, name);
        match *self {
            Step::Insert(i, n) => batch.insert(&conversation(i, n)),
            Step::InsertOther(i) => batch.insert(&Event {
                id: id(i),
                ..Event::default()
            }),
            Step::Upsert(i, n) => batch.upsert(&conversation(i, n)),
            Step::InsertOrAdd(i, n) => {
                batch.insert_or_update(&conversation(i, n), Patch::new().add(count, n))
            }
            Step::InsertOrAddIf(i, n) => {
                let more = Patch::new().add(count, 1);
                batch.insert_or_update_if(&conversation(i, n), more, at_least(0))
            }
            Step::Rename(i, name) => batch.update::<Conversation>(&id(i), renamed(name)),
            Step::Retag(i, tag) => batch
                .update::<Conversation>(&id(i), Patch::new().set(Conversation::TAGS, vec![tag])),
            Step::RenameIf(i, name, n) => {
                batch.update_if::<Conversation>(&id(i), renamed(name), at_least(n))
            }
            Step::Add(i, n) => batch.increment(&id(i), count, n),
            Step::AddWithin(i, n) => batch.increment_within(&id(i), count, n, -2, 2),
            Step::Delete(i) => batch.delete::<Conversation>(&id(i)),
            Step::DeleteSome(n, limit) => batch.delete_where(at_least(n), limit),
            Step::Some(n) => batch.expect_some(at_least(n)).label("some"),
            Step::None(n) => batch.expect_none(at_least(n)).label("none"),
            Step::Touch(i) => batch.update::<Conversation>(
                &id(i),
                Patch::new().set(Conversation::UPDATED_AT, Timestamp::AT_COMMIT),
            ),
        }
    }
}

fn step() -> impl Strategy<Value = Step> {
    let names = || prop::sample::select(vec!["a", "b"]);
    let (i, n) = (|| 0..5u8, || -1..3i64);
    prop_oneof![
        4 => (i(), n()).prop_map(|(i, n)| Step::Insert(i, n)),
        3 => (0..40u8).prop_map(Step::InsertOther),
        1 => (i(), n()).prop_map(|(i, n)| Step::Upsert(i, n)),
        1 => (i(), n()).prop_map(|(i, n)| Step::InsertOrAdd(i, n)),
        4 => (i(), n()).prop_map(|(i, n)| Step::InsertOrAddIf(i, n)),
        4 => (i(), names()).prop_map(|(i, name)| Step::Rename(i, name)),
        2 => (i(), names()).prop_map(|(i, tag)| Step::Retag(i, tag)),
        1 => (i(), names(), n()).prop_map(|(i, name, n)| Step::RenameIf(i, name, n)),
        2 => (i(), n()).prop_map(|(i, n)| Step::Add(i, n)),
        1 => (i(), n()).prop_map(|(i, n)| Step::AddWithin(i, n)),
        1 => i().prop_map(Step::Delete),
        1 => (n(), 1..3u64).prop_map(|(n, limit)| Step::DeleteSome(n, limit)),
        1 => n().prop_map(Step::Some),
        1 => n().prop_map(Step::None),
        2 => i().prop_map(Step::Touch),
    ]
}

/// A store at a standing clock.
fn store() -> Store {
    let store = Store::new(Counting::temporary(), Rc::new(|| Timestamp::from_millis(1)));
    block_on(store.migrate()).unwrap();
    store
}

/// The visible parts of a conversation: place, revision and content.
type Seen = (i64, i64, Conversation);

async fn everything(store: &Store) -> (Vec<Seen>, Vec<(i64, String)>) {
    let conversations = store
        .read(Query::<Conversation>::new().limit(1000))
        .await
        .unwrap();
    let events = store.read(Query::<Event>::new().limit(1000)).await.unwrap();
    let seen = conversations
        .into_iter()
        .map(|doc| (doc.seq, doc.revision, doc.value));
    (
        seen.collect(),
        events
            .into_iter()
            .map(|doc| (doc.seq, doc.value.id))
            .collect(),
    )
}

async fn refill(store: &Store) {
    let batch = Batch::new()
        .delete_where::<Conversation>(Filter::and([]), 1000)
        .delete_where::<Event>(Filter::and([]), 1000)
        .insert(&conversation(0, 0))
        .insert(&conversation(1, 1));
    store.commit(batch).await.unwrap();
}

/// The documents that were there, their order, and the results. Numbers of events are never given
/// twice, so where one was rolled back they may differ; their order may not.
fn comparable(
    (seen, events): (Vec<Seen>, Vec<(i64, String)>),
    results: Vec<Result<Vec<u64>, StoreError>>,
) -> impl PartialEq + std::fmt::Debug {
    let events: Vec<String> = events.into_iter().map(|(_, id)| id).collect();
    let seen: Vec<_> = seen
        .into_iter()
        .map(|(_, revision, document)| (revision, document))
        .collect();
    (seen, events, results)
}

#[test]
fn together_as_one_after_another() {
    let (grouped, serial) = (store(), store());
    let batches = prop::collection::vec(prop::collection::vec(step(), 1..5), 1..7);
    let mut runner = TestRunner::new(Config {
        cases: 400,
        failure_persistence: None,
        ..Config::default()
    });
    runner
        .run(&batches, |batches| {
            let batch = |steps: &Vec<Step>| {
                steps
                    .iter()
                    .fold(Batch::new(), |batch, step| step.add_to(batch))
            };
            block_on(async {
                refill(&grouped).await;
                refill(&serial).await;
                let together =
                    join_all(batches.iter().map(|steps| grouped.commit(batch(steps)))).await;
                let together = together
                    .into_iter()
                    .map(|result| result.map(|done| done.affected))
                    .collect();
                let mut alone = Vec::new();
                for steps in &batches {
                    alone.push(serial.commit(batch(steps)).await.map(|done| done.affected));
                }
                let found = format!("{:?}", comparable(everything(&grouped).await, together));
                let expected = format!("{:?}", comparable(everything(&serial).await, alone));
                prop_assert_eq!(found, expected);
                Ok(())
            })
        })
        .unwrap();
}
