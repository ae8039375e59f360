//! Documents in parts: each id once, in whichever part it is, and the order of commits over all of them; parts are made and dropped amid
//! the load.

use std::sync::LazyLock;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant, SystemTime};

use futures::executor::block_on;
use postgres_server::PostgresServer;
use whisper_schema::POSTGRES_MIGRATIONS;
use whisper_schema::prelude::*;
use whisper_store::postgres::native::PostgresDriver;
use whisper_store::{Ahead, Batch, Filter, Get, Order, Part, Patch, Query, Store, StoreError};

use super::order::Slow;
use super::races::at_once;
use super::{event, store};

const DAY: i64 = 86_400_000;
/// The length of the parts that these tests make.
const LENGTH: i64 = 5 * DAY;

/// The tests' server and an empty database of it.
fn place() -> Option<(&'static PostgresServer, String)> {
    postgres_server::shared().map(|server| (server, server.fresh_database()))
}

/// So many days from now, by the clock that the first parts are made by.
fn in_days(days: i64) -> Timestamp {
    static NOW: LazyLock<i64> = LazyLock::new(|| {
        let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
        i64::try_from(now.unwrap().as_millis()).unwrap()
    });
    Timestamp::from_millis(*NOW + days * DAY)
}

/// The id that a server gives so many days from now.
fn id(days: i64, number: u32) -> String {
    let hex = format!("{:012x}", in_days(days).as_millis());
    let (high, low) = hex.split_at(8);
    format!("{high}-{low}-7000-8000-{number:012x}")
}

/// Ids of the first part, of two ahead, and of the rest; some aren't those of servers.
fn ids() -> [String; 7] {
    let others = ["0", "zz", "e1"].map(str::to_owned);
    let [low, high, short] = others;
    [id(-400, 1), id(0, 1), id(4, 1), id(9, 1), low, high, short]
}

fn insert(store: &Store, id: &str) -> Result<(), StoreError> {
    block_on(store.commit(Batch::new().insert(&event(id)))).map(|_| ())
}

fn is_taken(outcome: &Result<(), StoreError>) -> bool {
    matches!(outcome, Err(error) if error.is_conflict(Event::COLLECTION, "_id"))
}

fn found(store: &Store, id: &str) -> Option<(i64, i64)> {
    let found = block_on(store.read(Get::<Event>::id(id))).unwrap();
    found.map(|found| (found.seq, found.revision))
}

fn past(store: &Store, days: i64) -> Vec<Part> {
    block_on(store.parts_past::<Event>(in_days(days))).unwrap()
}

fn ahead(store: &Store, days: i64) -> Result<Ahead, StoreError> {
    block_on(store.parts_ahead::<Event>(in_days(days), LENGTH))
}

fn dropped(store: &Store, part: &Part) -> Result<bool, StoreError> {
    block_on(store.drop_part::<Event>(part))
}

/// Tries again while the server itself has the table: it tidies up by itself.
fn at_last<T>(work: impl Fn() -> Result<T, StoreError>) -> T {
    let done = (0..50).find_map(|_| match work() {
        Err(StoreError::Busy) => None,
        done => Some(done),
    });
    done.unwrap().unwrap()
}

/// The ids of all events in the order of their commits, read in portions.
fn in_order(store: &Store) -> Vec<String> {
    let (mut all, mut place) = (Vec::new(), 0);
    loop {
        // Without waiting for the transactions of other tests, as consumers do.
        let next = Query::<Event>::new()
            .filter(Filter::gt(Column::seq(), place))
            .order(Order::asc(Column::seq()))
            .limit(3);
        let next = block_on(store.read(next)).unwrap();
        let Some(last) = next.last() else { return all };
        place = last.seq;
        all.extend(next.into_iter().map(|event| event.id.clone()));
    }
}

#[test]
fn a_document_is_there_once_in_whichever_part_it_is() {
    let Some((server, url)) = place() else { return };
    let one = store(&url);
    for id in ids() {
        insert(&one, &id).unwrap();
        assert!(is_taken(&insert(&one, &id)), "{id}");
        let (seq, _) = found(&one, &id).unwrap();
        let changed = Patch::new().set(Event::SUBJECT, "changed");
        let both = Batch::new()
            .upsert(&event(&id))
            .update::<Event>(&id, changed);
        block_on(one.commit(both)).unwrap();
        assert_eq!(found(&one, &id), Some((seq, 3)), "{id}");
        block_on(one.commit(Batch::new().delete::<Event>(&id))).unwrap();
        assert_eq!(found(&one, &id), None);
        insert(&one, &id).unwrap();
    }
    let parts = server.sql(&url, "SELECT DISTINCT tableoid::regclass FROM events");
    assert_eq!(parts.unwrap().lines().count(), 4);
    assert_eq!(in_order(&one), ids());
}

#[test]
fn a_read_by_id_looks_in_one_part_and_one_in_order_at_the_ends_of_indexes() {
    let Some((server, url)) = place() else { return };
    block_on(store(&url).migrate()).unwrap();
    let many = |days: i64| {
        format!(
            "INSERT INTO events (_id, kind, subject, payload, \"createdAt\") \
             SELECT whisper_part_bound({}) || '-7000-8000-' || lpad(n::text, 12, '0'), 'k', 's', '{{}}', 0 FROM generate_series(1, 16000) n",
            in_days(days).as_millis()
        )
    };
    for days in [0, 4, 9] {
        server.sql(&url, &many(days)).unwrap();
    }
    server.sql(&url, "ANALYZE events").unwrap();
    let plan = |sql: &str| {
        server
            .sql(&url, &format!("EXPLAIN (ANALYZE, TIMING OFF) {sql}"))
            .unwrap()
    };
    let by_id = plan(&format!("SELECT * FROM events WHERE _id = '{}'", id(4, 1)));
    assert_eq!(by_id.matches("Scan").count(), 1, "{by_id}");
    assert!(by_id.contains("Index Scan using events_p1__id"), "{by_id}");
    // Without waiting for the transactions of other tests: the rows behind the oldest of them would be few.
    let in_order = plan("SELECT * FROM events WHERE _seq > 0 ORDER BY _seq LIMIT 200");
    assert!(in_order.contains("Merge Append"), "{in_order}");
    assert!(!in_order.contains("rows=16000 loops"), "{in_order}");
}

/// Documents of the rest move to parts that are made meanwhile.
#[test]
fn of_many_that_make_the_same_document_one_does_while_parts_are_made() {
    let Some((_, url)) = place() else { return };
    block_on(store(&url).migrate()).unwrap();
    let wanted: Vec<String> = (0..40).map(|n| id(n * 5, 7)).collect();
    let made = at_once(&url, 4, |store, number| {
        if number == 0 {
            // Others may have the collection: then the next one is wider.
            let made = (20..180).step_by(5).map(|days| ahead(store, days));
            return made
                .filter(|made| matches!(made, Err(error) if *error != StoreError::Busy))
                .count();
        }
        let outcomes = wanted.iter().map(|id| insert(store, id));
        outcomes
            .inspect(|done| assert!(done.is_ok() || is_taken(done), "{done:?}"))
            .filter(Result::is_ok)
            .count()
    });
    assert_eq!(made.iter().sum::<usize>(), wanted.len(), "{made:?}");
    let mut there = in_order(&store(&url));
    there.sort();
    assert_eq!(there, wanted);
}

/// One that reads in the order of commits never comes back to a document that it didn't see.
#[test]
fn a_document_that_moves_is_seen_by_all() {
    let Some((_, url)) = place() else { return };
    let one = store(&url);
    let all = (0..40).fold(Batch::new(), |batch, n| {
        batch.insert(&event(&id(20 + n * 4, 7)))
    });
    block_on(one.commit(all)).unwrap();
    let is_done = AtomicBool::new(false);
    at_once(&url, 4, |store, number| {
        if number == 0 {
            for days in (20..180).step_by(4) {
                ahead(store, days).ok();
            }
            is_done.store(true, Ordering::Relaxed);
            return;
        }
        while !is_done.load(Ordering::Relaxed) {
            let all = block_on(store.read(Query::<Event>::new().limit(100)));
            assert_eq!(all.unwrap().len(), 40);
        }
    });
}

#[test]
fn a_new_part_takes_its_documents_out_of_the_rest() {
    let Some((server, url)) = place() else { return };
    let one = store(&url);
    for days in [30, 33, 300] {
        insert(&one, &id(days, 1)).unwrap();
    }
    let before = [30, 33, 300].map(|days| found(&one, &id(days, 1)));
    assert!(matches!(at_last(|| ahead(&one, 50)), Ahead::Made(made) if made > 2));
    assert_eq!(at_last(|| ahead(&one, 50)), Ahead::Made(0));
    assert_eq!([30, 33, 300].map(|days| found(&one, &id(days, 1))), before);
    for days in [30, 33, 300] {
        assert!(is_taken(&insert(&one, &id(days, 1))));
    }
    let rest = server
        .sql(&url, "SELECT count(*) FROM events_rest")
        .unwrap();
    assert_eq!(rest.trim(), "1");
    assert_eq!(in_order(&one).len(), 3);
}

/// Once there are too many to look through while others wait, they stay where they are, and more come.
#[test]
fn a_rest_that_is_large_takes_all() {
    let Some((server, url)) = place() else { return };
    let one = store(&url);
    block_on(one.migrate()).unwrap();
    let many = "INSERT INTO events (_id, kind, subject, payload, \"createdAt\") \
                SELECT 'x' || n, 'k', 's', repeat('x', 1200), 0 FROM generate_series(1, 16000) n";
    server.sql(&url, many).unwrap();
    assert_eq!(at_last(|| ahead(&one, 100)), Ahead::Full);
    insert(&one, &id(99, 1)).unwrap();
    assert!(is_taken(&insert(&one, &id(99, 1))));
    // An operator may have it done in spite of that, when few send.
    let until = in_days(100).as_millis();
    let made = format!("SELECT whisper_part_ahead('events', {until}, {LENGTH}, 1::bigint << 40)");
    let made = at_last(|| server.sql(&url, &made).map_err(|_| StoreError::Busy));
    assert_eq!(made.trim(), "4");
    let parts = server
        .sql(&url, "SELECT count(*) FROM events_rest")
        .unwrap();
    assert_eq!(parts.trim(), "16000");
    assert!(found(&one, &id(99, 1)).is_some());
}

#[test]
fn a_part_goes_with_all_that_is_in_it_and_nothing_else() {
    let Some((server, url)) = place() else { return };
    let one = store(&url);
    for id in ids() {
        insert(&one, &id).unwrap();
    }
    let all = past(&one, 10_000);
    // The newest is none of them: the next one begins where it ends.
    let parts = server.sql(&url, "SELECT count(*) FROM whisper_part_list('events')");
    assert_eq!(parts.unwrap().trim(), (all.len() + 1).to_string());
    assert_eq!(past(&one, 1), []);
    let [first] = past(&one, 4).try_into().unwrap();
    assert_eq!(first.last, found(&one, &ids()[4]).map(|(seq, _)| seq));
    assert!(at_last(|| dropped(&one, &first)));
    assert_eq!(in_order(&one), [&ids()[2..4], &ids()[5..]].concat());
    // Ids of a part that is gone find their place.
    insert(&one, &id(0, 2)).unwrap();
    assert!(is_taken(&insert(&one, &id(0, 2))));
    assert!(!at_last(|| dropped(&one, &first)));
    let newest = server.sql(
        &url,
        "SELECT part FROM whisper_part_list('events') ORDER BY number DESC LIMIT 1",
    );
    let newest = Part {
        name: newest.unwrap().trim().to_owned(),
        last: None,
        documents: 0,
    };
    for name in [newest.name.as_str(), "events_rest", "messages"] {
        let other = Part {
            name: name.to_owned(),
            ..newest.clone()
        };
        assert!(!at_last(|| dropped(&one, &other)), "{name}");
    }
}

#[test]
fn a_part_stays_if_a_document_came_since_it_was_looked_at() {
    let Some((_, url)) = place() else { return };
    let one = store(&url);
    insert(&one, &id(0, 1)).unwrap();
    let [first] = past(&one, 4).try_into().unwrap();
    insert(&one, &id(-3, 1)).unwrap();
    assert!(!at_last(|| dropped(&one, &first)));
    assert_eq!(in_order(&one).len(), 2);
    let [again] = past(&one, 4).try_into().unwrap();
    assert!(at_last(|| dropped(&one, &again)));
    assert_eq!(in_order(&one).len(), 0);
}

/// One that reads or writes for long holds up a part's end, and not the commits behind that.
#[test]
fn whoever_drops_or_makes_a_part_gives_up_soon() {
    let Some((_, url)) = place() else { return };
    let one = store(&url);
    insert(&one, &id(0, 1)).unwrap();
    insert(&one, &id(300, 1)).unwrap();
    let [first] = past(&one, 4).try_into().unwrap();
    let slow = Slow::begin(&url);
    slow.run("SELECT count(*) FROM events");
    let begun = Instant::now();
    assert_eq!(dropped(&one, &first), Err(StoreError::Busy));
    assert_eq!(ahead(&one, 50), Err(StoreError::Busy));
    // A session's own patience is 5 s.
    assert!(begun.elapsed() < Duration::from_secs(4));
    insert(&one, &id(0, 2)).unwrap();
    slow.run("COMMIT");
    let [first] = past(&one, 4).try_into().unwrap();
    assert!(at_last(|| dropped(&one, &first)));
    assert!(matches!(at_last(|| ahead(&one, 50)), Ahead::Made(_)));
    assert_eq!(in_order(&one), [id(300, 1)]);
}

#[test]
fn a_database_from_before_keeps_its_documents() {
    let Some((server, url)) = place() else { return };
    let older: Vec<_> = POSTGRES_MIGRATIONS
        .iter()
        .filter(|each| each.name != "parts")
        .copied()
        .collect();
    let clock = std::rc::Rc::new(|| Timestamp::from_millis(1_767_225_600_000));
    let old = Store::with_migrations(PostgresDriver::new(&url), clock, older);
    let done = UserActivity {
        id: id(0, 5),
        user_id: "u".into(),
        metadata: Some("{}".into()),
        ..UserActivity::default()
    };
    block_on(old.commit(Batch::new().insert(&done))).unwrap();
    for id in ids() {
        insert(&old, &id).unwrap();
        let changed = Patch::new().set(Event::SUBJECT, "changed");
        block_on(old.commit(Batch::new().update::<Event>(&id, changed))).unwrap();
    }
    let before = ids().map(|id| found(&old, &id));
    let new = store(&url);
    assert_eq!(block_on(new.migrate()).unwrap().applied, [4]);
    assert_eq!(ids().map(|id| found(&new, &id)), before);
    assert_eq!(in_order(&new), ids());
    for id in ids() {
        assert!(is_taken(&insert(&new, &id)), "{id}");
    }
    let kept = block_on(new.read(Get::<UserActivity>::id(&done.id))).unwrap();
    assert_eq!(kept.map(|kept| kept.value), Some(done));
    // Two instances at once, of which one knows the tables from before.
    insert(&old, &id(1, 9)).unwrap();
    assert!(is_taken(&insert(&new, &id(1, 9))));
    let parts = server.sql(&url, "SELECT DISTINCT tableoid::regclass FROM events");
    assert_eq!(parts.unwrap().lines().count(), 4);
}
