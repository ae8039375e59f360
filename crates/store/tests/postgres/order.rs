//! The order of commits, as consumers read it: no document is missed and none comes twice, however long transactions take.

use std::cell::Cell;

use futures::executor::block_on;
use proptest::prelude::*;
use whisper_schema::prelude::*;
use whisper_store::postgres::native::PostgresDriver;
use whisper_store::{Batch, Connection, Driver, Query, Store};

use super::{database, event, store};

/// A reader that remembers the last place, as consumers and streams do.
struct Reader {
    store: Store,
    place: i64,
    seen: Vec<String>,
}

impl Reader {
    fn read(&mut self) {
        loop {
            let next = Query::<Event>::new().in_commit_order(self.place).limit(100);
            let events = block_on(self.store.read(next)).unwrap();
            if events.is_empty() {
                return;
            }
            for event in events {
                assert!(event.seq > self.place);
                self.place = event.seq;
                self.seen.push(event.id.clone());
            }
        }
    }
}

/// A transaction past the store, which stays open as long as the test wants.
pub struct Slow(Box<dyn Connection>);

impl Slow {
    pub fn begin(url: &str) -> Self {
        let connection = block_on(PostgresDriver::new(url).connect()).unwrap();
        let slow = Slow(connection);
        slow.run("BEGIN");
        slow
    }

    pub fn run(&self, sql: &str) {
        block_on(self.0.execute(sql, &[])).unwrap();
    }

    fn insert(&self, id: &str) {
        self.run(&format!(
            "INSERT INTO events (_id, kind, subject, payload, \"createdAt\") VALUES ('{id}', 'test', 's', '{{}}', 0)"
        ));
    }
}

#[derive(Clone, Copy, Debug)]
enum Step {
    /// The store commits one.
    Commit,
    /// One of three transactions begins or goes on.
    Insert(usize),
    /// It ends, with a commit or without.
    End(usize, bool),
    Read,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        3 => Just(Step::Commit),
        3 => (0..3_usize).prop_map(Step::Insert),
        2 => (0..3_usize, any::<bool>()).prop_map(|(which, commits)| Step::End(which, commits)),
        2 => Just(Step::Read),
    ]
}

#[test]
fn slow_and_aborted_transactions_hide_nothing_and_repeat_nothing() {
    // Of its own: transactions of any database of a server hold up the readers of all.
    let Some(server) = postgres_server::start() else {
        return;
    };
    let url = server.fresh_database();
    let rounds = Cell::new(0);
    let mut runner = proptest::test_runner::TestRunner::new(ProptestConfig::with_cases(12));
    let steps = proptest::collection::vec(step(), 1..40);
    runner
        .run(&steps, |steps| {
            rounds.set(rounds.get() + 1);
            play(&url, rounds.get(), &steps);
            Ok(())
        })
        .unwrap();
}

fn play(url: &str, round: u32, steps: &[Step]) {
    let writer = store(url);
    let mut reader = Reader {
        store: store(url),
        place: 0,
        seen: Vec::new(),
    };
    reader.read();
    reader.seen.clear();
    let mut open: [Option<(Slow, Vec<String>)>; 3] = [None, None, None];
    let mut committed = Vec::new();
    for (number, step) in steps.iter().enumerate() {
        // In another part than the one before.
        let id = format!("{}-{round}-{number}", ["0", "e"][number % 2]);
        match *step {
            Step::Commit => {
                block_on(writer.commit(Batch::new().insert(&event(&id)))).unwrap();
                committed.push(id);
            }
            Step::Insert(which) => {
                let (slow, ids) = open[which].get_or_insert_with(|| (Slow::begin(url), Vec::new()));
                slow.insert(&id);
                ids.push(id);
            }
            Step::End(which, commits) => {
                if let Some((slow, ids)) = open[which].take() {
                    slow.run(if commits { "COMMIT" } else { "ROLLBACK" });
                    committed.extend(ids.into_iter().filter(|_| commits));
                }
            }
            Step::Read => reader.read(),
        }
    }
    // The rest is undone: a client that is gone commits nothing.
    for (slow, _) in open.into_iter().flatten() {
        slow.run("ROLLBACK");
    }
    reader.read();
    let mut seen = reader.seen.clone();
    seen.sort();
    committed.sort();
    assert_eq!(seen, committed);
}

/// A transaction that does nothing is ended, so that those who read in the order of commits don't wait for it for ever.
#[test]
fn a_session_bounds_its_transactions() {
    let Some(url) = database() else { return };
    let connection = block_on(PostgresDriver::new(&url).connect()).unwrap();
    for (setting, expected) in [
        ("idle_in_transaction_session_timeout", "10s"),
        ("statement_timeout", "15s"),
        ("lock_timeout", "5s"),
        ("default_transaction_isolation", "read committed"),
    ] {
        let rows = block_on(connection.execute(&format!("SHOW {setting}"), &[])).unwrap();
        assert_eq!(
            format!("{:?}", rows[0][0]),
            format!("Text({expected:?})"),
            "{setting}"
        );
    }
}
