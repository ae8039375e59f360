//! Commits whose rows can't be taken in their order are looked at once they have taken place; and the writes of others before that look.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use appwrite_server::{KEY, PROJECT, Server};
use whisper_schema::Timestamp;
use whisper_schema::prelude::*;
use whisper_store::tables::native::HttpTransport;
use whisper_store::tables::{Answer, Call, Credentials, Tables, Transport, TransportError};
use whisper_store::{Batch, Filter, LocalBoxFuture, Patch, Query, Store, StoreError};

use crate::batches::{store, store_at, wait};
use crate::order::{holding, swapping};
use crate::server::{self, NOW, OPTIONS};

/// A transport on which something happens right after the first commit has taken place, and which never waits.
struct Interrupted {
    inner: HttpTransport,
    then: RefCell<Option<Box<dyn FnOnce() + Send>>>,
}

impl Transport for Interrupted {
    fn send(&self, call: Call) -> LocalBoxFuture<'_, Result<Answer, TransportError>> {
        Box::pin(async move {
            let ends = call.method == "PATCH" && call.url.contains("/transactions/");
            let answer = self.inner.send(call).await;
            if ends && let Some(then) = self.then.borrow_mut().take() {
                // Futures don't run within others of their thread.
                std::thread::spawn(then).join().unwrap();
            }
            answer
        })
    }

    fn pause(&self, _: Duration) -> LocalBoxFuture<'_, ()> {
        Box::pin(async {})
    }
}

/// The outcome of a commit, if this happens right after it.
fn committed(
    server: &Server,
    batch: Batch,
    then: impl FnOnce() + Send + 'static,
) -> Result<(), StoreError> {
    let transport = Interrupted {
        inner: HttpTransport::new(),
        then: RefCell::new(Some(Box::new(then))),
    };
    let tables = Tables::new(
        &server.endpoint(),
        PROJECT,
        Credentials::new(KEY),
        transport,
    );
    let store = Store::tables(tables, Rc::new(|| Timestamp::from_millis(NOW as i64)));
    wait(store.commit(batch)).map(|_| ())
}

/// Deletes a row for another instance.
fn deletes(server: &Server, id: &'static str) -> impl FnOnce() + Send + 'static {
    let endpoint = server.endpoint();
    move || {
        let gone = Batch::new().delete::<TokenHolding>(id);
        wait(store_at(&endpoint).commit(gone)).unwrap();
    }
}

fn ids(server: &Server) -> Vec<String> {
    let found = wait(store(server).read(Query::<TokenHolding>::new().limit(9))).unwrap();
    let mut ids: Vec<String> = found.iter().map(|doc| doc.id.clone()).collect();
    ids.sort_unstable();
    ids
}

/// A server with a row whose unique values the batch gives to another one, without a deadlock.
fn freeing() -> (Server, Batch) {
    let server = server::small(OPTIONS);
    let old = Batch::new().insert(&holding("t9", "coin"));
    wait(store(&server).commit(old)).unwrap();
    let batch = Batch::new()
        .delete::<TokenHolding>("t9")
        .insert(&holding("t5", "coin"))
        .insert(&holding("t1", "other"));
    (server, batch)
}

fn is_unknown(outcome: &Result<(), StoreError>) -> bool {
    matches!(outcome, Err(StoreError::Unavailable(_)))
}

/// The outcome is never that nothing was written: the caller would do it again.
#[test]
fn a_commit_that_can_not_be_looked_at_is_unknown() {
    let (server, batch) = freeing();
    let server = Arc::new(server);
    let throttled = server.clone();
    let outcome = committed(&server, batch, move || throttled.throttle(100_000));
    assert!(is_unknown(&outcome), "{outcome:?}");
    server.throttle(0);
    assert_eq!(ids(&server), ["t1", "t5"]);
}

/// The row before it is there, so it was there too.
#[test]
fn a_new_row_that_others_delete_is_not_made_again() {
    let (server, batch) = freeing();
    let outcome = committed(&server, batch, deletes(&server, "t1"));
    assert_eq!(outcome, Ok(()));
    assert_eq!(ids(&server), ["t5"]);
}

/// A deadlock at the operation behind it would leave the rows as they are too.
#[test]
fn a_new_row_that_may_have_been_undone_is_not_made_again() {
    let (server, batch) = freeing();
    let outcome = committed(&server, batch, deletes(&server, "t5"));
    assert!(is_unknown(&outcome), "{outcome:?}");
    assert_eq!(ids(&server), ["t1"]);
}

/// A row that was deleted and that others make again is theirs.
#[test]
fn a_row_that_others_make_again_stays() {
    let (server, batch) = freeing();
    let endpoint = server.endpoint();
    let outcome = committed(&server, batch, move || {
        let again = Batch::new().insert(&holding("t9", "third"));
        wait(store_at(&endpoint).commit(again)).unwrap();
    });
    assert_eq!(outcome, Ok(()));
    assert_eq!(ids(&server), ["t1", "t5", "t9"]);
}

/// After a deadlock too: rows that were undone are written again, and rows that others have deleted since aren't.
#[test]
fn after_a_deadlock_others_rows_stay_deleted() {
    let (server, _, swapped) = swapping();
    let swapped = swapped.insert(&holding("t0", "fourth"));
    let outcome = committed(&server, swapped, deletes(&server, "t0"));
    assert_eq!(server.deadlocked(), 1);
    assert_eq!(outcome, Ok(()));
    assert_eq!(ids(&server), ["t1", "t5"]);
}

fn worth(value: f64) -> Patch<TokenHolding> {
    Patch::new().set(TokenHolding::USD_VALUE, value)
}

fn value(server: &Server, id: &str) -> f64 {
    let found = wait(store(server).get::<TokenHolding>(id)).unwrap();
    found.and_then(|doc| doc.usd_value).unwrap_or_default()
}

/// A server with a row that a batch changes before it is caught in a deadlock, which undoes the change.
fn changing(change: Batch) -> (Server, Batch) {
    let (server, store, _) = swapping();
    wait(store.commit(Batch::new().insert(&holding("t7", "seventh")))).unwrap();
    let batch = Batch::new()
        .delete::<TokenHolding>("t9")
        .append(change)
        .insert(&holding("t5", "coin"))
        .insert(&holding("t1", "other"));
    (server, batch)
}

/// The same, where the deadlock is met at the change itself, which is done.
fn changing_last(change: Batch) -> (Server, Batch) {
    let (server, store, _) = swapping();
    wait(store.commit(Batch::new().insert(&holding("t7", "seventh")))).unwrap();
    let both = Batch::new()
        .update::<TokenHolding>("t7", worth(1.0))
        .update::<TokenHolding>("t9", worth(1.5));
    wait(store.commit(both)).unwrap();
    let batch = Batch::new()
        .delete::<TokenHolding>("t9")
        .insert(&holding("t5", "coin"))
        .append(change)
        .insert(&holding("t1", "other"));
    (server, batch)
}

/// Changes a row for another instance.
fn changes(server: &Server, id: &'static str, value: f64) -> impl FnOnce() + Send + 'static {
    let endpoint = server.endpoint();
    move || {
        let changed = Batch::new().update::<TokenHolding>(id, worth(value));
        wait(store_at(&endpoint).commit(changed)).unwrap();
    }
}

/// The row has changed as often as it should have, but by others.
#[test]
fn a_change_that_was_undone_is_done_again_when_others_hide_it() {
    let (server, batch) = changing(Batch::new().update::<TokenHolding>("t7", worth(3.0)));
    let outcome = committed(&server, batch, changes(&server, "t7", 2.0));
    assert_eq!(server.deadlocked(), 1);
    assert_eq!(outcome, Ok(()));
    assert_eq!(value(&server, "t7"), 3.0);
    assert_eq!(ids(&server), ["t1", "t5", "t7"]);
}

/// The conditions that decided a commit may no longer hold when it is verified.
#[test]
fn a_change_on_a_condition_that_was_undone_is_unknown_when_others_hide_it() {
    let mine = Filter::eq(TokenHolding::USER_ID, "u");
    let change = Batch::new().update_if("t7", worth(3.0), mine);
    let (server, batch) = changing(change);
    let outcome = committed(&server, batch, changes(&server, "t7", 2.0));
    assert_eq!(server.deadlocked(), 1);
    assert!(is_unknown(&outcome), "{outcome:?}");
    assert_eq!(value(&server, "t7"), 2.0);
}

#[test]
fn a_change_that_was_done_is_not_done_again() {
    let (server, batch) = changing_last(Batch::new().update::<TokenHolding>("t7", worth(3.0)));
    let outcome = committed(&server, batch, || {});
    assert_eq!(server.deadlocked(), 1);
    assert_eq!(outcome, Ok(()));
    let found = wait(store(&server).get::<TokenHolding>("t7")).unwrap();
    let found = found.map(|doc| (doc.usd_value, doc.revision));
    assert_eq!(found, Some((Some(3.0), 3)));
    assert_eq!(ids(&server), ["t1", "t5", "t7"]);
}

/// Others may have changed the row as often.
#[test]
fn a_change_on_a_condition_near_a_deadlock_is_unknown() {
    let mine = Filter::eq(TokenHolding::USER_ID, "u");
    let (server, batch) = changing_last(Batch::new().update_if("t7", worth(3.0), mine));
    let outcome = committed(&server, batch, || {});
    assert_eq!(server.deadlocked(), 1);
    assert!(is_unknown(&outcome), "{outcome:?}");
}
