//! Commits that don't wait for the disk have a writing connection of their own, and change nothing for the others.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use futures::poll;
use support::{block_on, store};
use whisper_schema::prelude::{Event, StoryView};
use whisper_store::{Batch, Get, Query};

fn view(n: usize) -> Batch {
    Batch::new().insert(&StoryView {
        id: n.to_string(),
        story_id: "s".into(),
        viewer_id: n.to_string(),
        ..StoryView::default()
    })
}

/// The statements that say how commits reach the disk.
fn syncs(statements: &[String]) -> Vec<&str> {
    let all = statements.iter().map(String::as_str);
    all.filter(|sql| sql.contains("synchronous")).collect()
}

#[test]
fn its_writing_connection_alone_is_relaxed() {
    let (store, driver) = store();
    block_on(store.commit(view(1))).unwrap();
    assert_eq!(syncs(&driver.statements()), ["PRAGMA synchronous = FULL"]);
    let relaxed = store.relaxed();
    let before = driver.opened();
    block_on(relaxed.commit(view(2))).unwrap();
    assert_eq!(driver.opened(), before + 1, "one connection more");
    let opening = driver.statements();
    assert_eq!(syncs(&opening), ["PRAGMA synchronous = NORMAL"]);
    let overwritten = opening.iter().any(|sql| sql == "PRAGMA secure_delete = ON");
    assert!(overwritten, "{opening:?}");
    // From then on both keep theirs: neither opens another, nor sets anything.
    block_on(relaxed.clone().commit(view(3))).unwrap();
    block_on(store.commit(view(4))).unwrap();
    assert_eq!(driver.opened(), before + 1);
    assert_eq!(syncs(&driver.statements()), Vec::<&str>::new());
    assert_eq!(
        block_on(store.read(Query::<StoryView>::new().count(9))),
        Ok(4)
    );
}

#[test]
fn it_reads_with_the_connections_of_the_store() {
    let (store, driver) = store();
    block_on(store.commit(view(1))).unwrap();
    block_on(store.read(Get::<StoryView>::id("1"))).unwrap();
    let (relaxed, before) = (store.relaxed(), driver.opened());
    let found = block_on(relaxed.read(Get::<StoryView>::id("1"))).unwrap();
    assert!(found.is_some());
    assert_eq!(driver.opened(), before);
}

#[test]
fn it_migrates_a_database_that_nobody_used_yet() {
    let (store, _driver) = store();
    let relaxed = store.relaxed();
    block_on(relaxed.commit(view(1))).unwrap();
    assert_eq!(block_on(store.read(Query::<Event>::new().count(1))), Ok(0));
    assert_eq!(
        block_on(store.read(Query::<StoryView>::new().count(9))),
        Ok(1)
    );
}

#[test]
fn it_does_not_stand_behind_the_commits_of_the_store() {
    let (store, _driver) = store();
    let relaxed = store.relaxed();
    block_on(store.commit(view(1))).unwrap();
    block_on(relaxed.commit(view(2))).unwrap();
    // It has the store's writing connection, and goes no further for now.
    let mut slow = Box::pin(store.commit(view(3)));
    assert!(block_on(async { poll!(&mut slow) }).is_pending());
    block_on(relaxed.commit(view(4))).unwrap();
    let three = block_on(store.read(Query::<StoryView>::new().count(9)));
    assert_eq!(three, Ok(3), "the other one waits still");
    block_on(slow).unwrap();
    let four = block_on(store.read(Query::<StoryView>::new().count(9)));
    assert_eq!(four, Ok(4));
}
