//! The behaviour that every driver must have, natively and inside a component.
//!
//! Each case gets a [`Place`] whose collections are empty, and describes a failure in a sentence. A case never panics:
//! inside a component that would end the report along with the case.

mod bytes;
mod clock;
mod conditions;
mod documents;
mod edges;
mod encodings;
mod groups;
mod migrations;
mod pages;
mod queries;
mod relaxed;
mod words;

use std::cell::Cell;
use std::fmt::Debug;
use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::rc::Rc;
use std::task::Poll;

use whisper_schema::prelude::*;
use whisper_schema::{Migration, Timestamp};

use crate::driver::LocalBoxFuture;
use crate::tables::Tables;
use crate::{
    Batch, Dialect, Driver, DriverError, Filter, Get, MAX_LIMIT, Query, SqlValue, Store, StoreError,
};

/// Where the cases run: a way to the database, and a clock that they set.
#[derive(Clone)]
pub struct Place {
    way: Way,
    now: Rc<Cell<i64>>,
}

/// A way to the database.
#[derive(Clone)]
enum Way {
    Sql(Rc<dyn Fn() -> Rc<dyn Driver>>),
    Tables(Rc<dyn Fn() -> Tables>),
}

/// A case.
pub struct Case {
    /// Group and name.
    pub name: &'static str,
    run: fn(Place) -> LocalBoxFuture<'static, Check>,
}

/// The result of a case.
pub type Check = Result<(), Failed>;

/// The reason for which a case failed.
#[derive(Debug)]
pub struct Failed(pub String);

impl From<StoreError> for Failed {
    fn from(error: StoreError) -> Self {
        Failed(format!("unexpected: {error}"))
    }
}

impl From<DriverError> for Failed {
    fn from(error: DriverError) -> Self {
        Failed(format!("unexpected: {error}"))
    }
}

/// Fails the case unless two values are equal.
macro_rules! same {
    ($found:expr, $expected:expr) => {
        $crate::conformance::equal($found, $expected, concat!(file!(), ":", line!()))?
    };
}
use same;

fn equal<T: Debug + PartialEq<U>, U: Debug>(found: T, expected: U, at: &str) -> Check {
    if found == expected {
        return Ok(());
    }
    Err(Failed(format!(
        "{at}: found {found:?}, expected {expected:?}"
    )))
}

macro_rules! cases {
    ($($module:ident: $($name:ident)+;)+) => {
        &[$($(Case {
            name: concat!(stringify!($module), "::", stringify!($name)),
            run: |place| Box::pin($module::$name(place)),
        },)+)+]
    };
}

/// Every case.
pub const CASES: &[Case] = cases! {
    documents: round_trip missing conflicts_name_the_index upsert insert_or_update insert_or_update_if
        update_and_unset increments revisions_grow deletes delete_where violations_are_told_at_once
        not_a_column;
    conditions: expectations update_if revision_as_condition increment_within all_or_nothing labels
        missing_rows_fail empty_batch bounds_of_the_attribute;
    encodings: texts doubles numbers lists defaults_and_nulls at_commit at_commit_in_conditions;
    bytes: come_back change conditions wrong_ones many_at_once;
    edges: least_integer first_and_last_moment;
    queries: comparisons nulls_never_compare lists_of_values long_lists_of_values prefixes elements and_or
        values_of_others reads_in_one_statement counts wrong_filters standing;
    pages: forward_and_backward nulls_first_then_last mixed_directions booleans ties malformed_cursors limits
        a_cursor_outlives_its_document first_and_most;
    words: found_by_words scopes beside_other_filters words_change pages_of_a_search wrong_searches;
    groups: many_at_once many_keep_their_values one_bad_among_many same_row
        joined_updates_count_revisions dropped_commits commit_order two_stores times_never_go_back;
    relaxed: shares_the_documents of_both_at_once_none_is_lost commits_are_in_one_order;
    clock: never_goes_back_for_anybody never_goes_back_in_any_form is_sane_again survives_a_restart
        the_latest_survives is_one_for_all;
    migrations: twice at_once changed_checksum newer_database failing_one_leaves_nothing;
};

impl Place {
    /// A place on the database this opens.
    pub fn new(driver: impl Fn() -> Rc<dyn Driver> + 'static) -> Place {
        Place {
            way: Way::Sql(Rc::new(driver)),
            now: Rc::new(Cell::new(START)),
        }
    }

    /// A place on the tables this opens.
    pub fn on_tables(tables: impl Fn() -> Tables + 'static) -> Place {
        Place {
            way: Way::Tables(Rc::new(tables)),
            now: Rc::new(Cell::new(START)),
        }
    }

    /// Whether it has a part in a case: migrations and bytes are of SQL alone, and Appwrite refuses the values at the edges.
    pub fn takes(&self, case: &Case) -> bool {
        let of_sql = ["migrations::", "edges::", "bytes::"];
        matches!(self.way, Way::Sql(_)) || !of_sql.iter().any(|group| case.name.starts_with(group))
    }

    /// A double as it comes back: on Appwrite with 14 digits.
    fn keeps(&self, number: f64) -> f64 {
        match self.way {
            Way::Sql(_) => number,
            Way::Tables(_) => format!("{number:.13e}").parse().unwrap_or(number),
        }
    }

    /// Runs a case on empty collections.
    pub async fn run(&self, case: &Case) -> Check {
        self.now.set(START);
        self.wipe().await?;
        (case.run)(self.clone()).await
    }

    /// A store of its own: its own connections and queue, as another instance would have.
    fn store(&self) -> Store {
        self.store_with(self.migrations().to_vec())
    }

    /// The schema's migrations for its database.
    fn migrations(&self) -> &'static [Migration] {
        match self.dialect() {
            Some(Dialect::Postgres) => whisper_schema::POSTGRES_MIGRATIONS,
            _ => whisper_schema::MIGRATIONS,
        }
    }

    fn dialect(&self) -> Option<Dialect> {
        match &self.way {
            Way::Sql(driver) => Some(driver().dialect()),
            Way::Tables(_) => None,
        }
    }

    fn store_with(&self, migrations: Vec<Migration>) -> Store {
        let now = self.now.clone();
        let clock = Rc::new(move || Timestamp::from_millis(now.get()));
        match &self.way {
            Way::Sql(driver) => Store::with_migrations(driver(), clock, migrations),
            Way::Tables(tables) => Store::tables(tables(), clock),
        }
    }

    /// A store that knows the latest time which another gave: in SQL any, on TablesDB the same instance alone.
    fn with_time_of(&self, store: &Store) -> Store {
        match &self.way {
            Way::Sql(_) => self.store(),
            Way::Tables(_) => store.clone(),
        }
    }

    /// Runs a statement past the store.
    async fn execute(&self, sql: &str) -> Result<Vec<Vec<SqlValue>>, DriverError> {
        match &self.way {
            Way::Sql(driver) => driver().connect().await?.execute(sql, &[]).await,
            Way::Tables(_) => Err(DriverError::Other("there is no SQL".to_owned())),
        }
    }

    async fn wipe(&self) -> Check {
        let all = 1_000_000;
        let batch = Batch::new()
            .delete_where::<Message>(Filter::and([]), all)
            .delete_where::<Conversation>(Filter::and([]), all)
            .delete_where::<Profile>(Filter::and([]), all)
            .delete_where::<TokenHolding>(Filter::and([]), all)
            .delete_where::<RateLimit>(Filter::and([]), all)
            .delete_where::<Event>(Filter::and([]), all)
            .delete_where::<UserActivity>(Filter::and([]), all)
            .delete_where::<QueuedMessage>(Filter::and([]), all)
            .delete_where::<SearchEntry>(Filter::and([]), all);
        self.store().commit(batch).await?;
        // Each case begins at the same time.
        match self.dialect() {
            Some(Dialect::Sqlite) => drop(self.execute("UPDATE _clock SET at = 0").await?),
            Some(_) => drop(self.execute("SELECT setval('_clock', 0)").await?),
            None => {}
        }
        Ok(())
    }
}

/// 2026-01-01T00:00:00Z.
const START: i64 = 1_767_225_600_000;

/// A message of conversation `c`, sent by `u`.
fn message(id: &str) -> Message {
    Message {
        id: id.to_owned(),
        conversation_id: "c".to_owned(),
        sender_id: "u".to_owned(),
        content: "hello".to_owned(),
        ..Message::default()
    }
}

fn conversation(id: &str) -> Conversation {
    Conversation {
        id: id.to_owned(),
        creator_id: "u".to_owned(),
        ..Conversation::default()
    }
}

fn holding(id: &str) -> TokenHolding {
    TokenHolding {
        id: id.to_owned(),
        user_id: "u".to_owned(),
        wallet_address: "w".to_owned(),
        chain: "ethereum".to_owned(),
        token_address: id.to_owned(),
        ..TokenHolding::default()
    }
}

/// The ids of documents, in their order.
fn ids<D: whisper_schema::Document>(docs: &[crate::Doc<D>]) -> Vec<&str> {
    docs.iter().map(|doc| doc.value.id()).collect()
}

/// Runs futures side by side on this thread.
async fn join_all<T>(futures: impl IntoIterator<Item = impl Future<Output = T>>) -> Vec<T> {
    let mut running: Vec<Pin<Box<dyn Future<Output = T> + '_>>> = Vec::new();
    for future in futures {
        running.push(Box::pin(future));
    }
    let mut results: Vec<Option<T>> = running.iter().map(|_| None).collect();
    poll_fn(|context| {
        for (future, result) in running.iter_mut().zip(&mut results) {
            if result.is_none()
                && let Poll::Ready(done) = future.as_mut().poll(context)
            {
                *result = Some(done);
            }
        }
        if results.iter().all(Option::is_some) {
            Poll::Ready(())
        } else {
            Poll::Pending
        }
    })
    .await;
    results.into_iter().flatten().collect()
}

/// Polls a future so often, then drops it.
async fn poll_and_drop<T>(future: impl Future<Output = T>, polls: usize) {
    let mut future = Box::pin(future);
    let mut polled = 0;
    poll_fn(|context| {
        polled += 1;
        if future.as_mut().poll(context).is_ready() || polled > polls {
            return Poll::Ready(());
        }
        Poll::Pending
    })
    .await;
}
