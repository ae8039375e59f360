//! Measures how long commits of different sizes hold the write lock: `cargo run --release -p story-expiry
//! --example measure`. README.md keeps the numbers and the choice made of them.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    missing_docs
)]

use std::cell::RefCell;
use std::path::Path;
use std::rc::Rc;
use std::time::{Duration, Instant};

use futures::executor::block_on;
use whisper_kit::ids::{derived_id, new_id};
use whisper_schema::prelude::{Story, StoryReaction, StoryView, Timestamp};
use whisper_store::native::NativeDriver;
use whisper_store::{
    Batch, Connection, Dialect, Driver, DriverError, Filter, LocalBoxFuture, SqlValue, Store,
};

/// Views of the story that is swept for each size.
const VIEWS: usize = 50_000;
/// Views of other stories, so that the indexes are as deep as in use.
const OTHERS: usize = 500_000;
const SIZES: [u64; 6] = [100, 200, 500, 1000, 2000, 5000];

/// From the moment a transaction has the lock to the end of its commit.
type Holds = Rc<RefCell<Vec<Duration>>>;

struct Watched {
    inner: NativeDriver,
    holds: Holds,
}

struct WatchedConnection {
    inner: Box<dyn Connection>,
    since: RefCell<Option<Instant>>,
    holds: Holds,
}

impl Driver for Watched {
    fn dialect(&self) -> Dialect {
        self.inner.dialect()
    }

    fn connect(&self) -> LocalBoxFuture<'_, Result<Box<dyn Connection>, DriverError>> {
        Box::pin(async {
            let (inner, since) = (self.inner.connect().await?, RefCell::default());
            let holds = Rc::clone(&self.holds);
            Ok(Box::new(WatchedConnection {
                inner,
                since,
                holds,
            }) as Box<dyn Connection>)
        })
    }

    fn pause(&self, _: Duration) -> LocalBoxFuture<'_, ()> {
        Box::pin(async {})
    }
}

impl Connection for WatchedConnection {
    fn execute<'a>(
        &'a self,
        sql: &'a str,
        params: &'a [SqlValue],
    ) -> LocalBoxFuture<'a, Result<Vec<Vec<SqlValue>>, DriverError>> {
        Box::pin(async move {
            let rows = self.inner.execute(sql, params).await?;
            match sql {
                "BEGIN IMMEDIATE" => *self.since.borrow_mut() = Some(Instant::now()),
                "COMMIT" => {
                    let since = self.since.take();
                    self.holds
                        .borrow_mut()
                        .extend(since.map(|since| since.elapsed()));
                }
                _ => {}
            }
            Ok(rows)
        })
    }
}

#[allow(clippy::disallowed_methods)]
fn now() -> Timestamp {
    let since = std::time::SystemTime::now()
        .duration_since(std::time::UNIX_EPOCH)
        .unwrap();
    Timestamp::from_millis(since.as_millis() as i64)
}

fn view(story: &str, n: usize) -> StoryView {
    let viewer_id = new_id(now()).unwrap();
    StoryView {
        id: derived_id(&["story view", story, &viewer_id, &n.to_string()]),
        story_id: story.to_owned(),
        viewer_id,
        viewed_at: Some(now()),
        ..StoryView::default()
    }
}

/// Several stories' views come in turn, as they do in use: a story's rows are scattered over the file.
async fn seed(store: &Store, stories: &[String], views: usize) {
    for start in (0..views).step_by(1000) {
        let batch = (start..start + 1000).fold(Batch::new(), |batch, n| {
            batch.insert(&view(&stories[n % stories.len()], n))
        });
        store.commit(batch).await.unwrap();
    }
}

async fn measure(store: &Store, holds: &Holds, size: u64) {
    let story = new_id(now()).unwrap();
    // One row in ten is the story's.
    let mut mixed: Vec<String> = (0..9).map(|_| new_id(now()).unwrap()).collect();
    mixed.push(story.clone());
    seed(store, &mixed, VIEWS * mixed.len()).await;
    holds.borrow_mut().clear();
    let start = Instant::now();
    loop {
        let batch = Batch::new().delete_where(
            Filter::<StoryView>::eq(StoryView::STORY_ID, story.as_str()),
            size,
        );
        let deleted = store.commit(batch).await.unwrap().affected[0];
        if deleted < size {
            break;
        }
    }
    let took = start.elapsed();
    let mut holds = holds.borrow().clone();
    holds.sort();
    let at = |part: f64| holds[((holds.len() - 1) as f64 * part) as usize].as_secs_f64() * 1000.0;
    println!(
        "| {size} | {:.1} | {:.1} | {:.1} | {:.0} |",
        at(0.5),
        at(0.99),
        at(1.0),
        VIEWS as f64 / took.as_secs_f64()
    );
}

/// The commit that removes small stories together: so many, each with some views and reactions.
async fn measure_small(store: &Store, holds: &Holds, stories: usize, rows: usize) {
    let mut worst = Duration::ZERO;
    for _ in 0..20 {
        let ids: Vec<String> = (0..stories).map(|_| new_id(now()).unwrap()).collect();
        let mut batch = Batch::new();
        for id in &ids {
            let story = Story {
                id: id.clone(),
                user_id: "u".into(),
                ..Story::default()
            };
            batch = batch.insert(&story);
        }
        for n in 0..rows {
            let story = &ids[n % stories];
            let view = view(story, n);
            let reaction = StoryReaction {
                id: view.id.clone(),
                story_id: story.clone(),
                user_id: view.viewer_id.clone(),
                reaction: "like".into(),
                ..StoryReaction::default()
            };
            batch = batch.insert(&view).insert(&reaction);
        }
        store.commit(batch).await.unwrap();
        holds.borrow_mut().clear();
        let names: Vec<&str> = ids.iter().map(String::as_str).collect();
        let batch = story_expiry::removal(&names, rows as u64, now());
        store.commit(batch).await.unwrap();
        worst = worst.max(holds.borrow()[0]);
    }
    let worst = worst.as_secs_f64() * 1000.0;
    println!(
        "{stories} stories with {rows} views and {rows} reactions in one commit: {worst:.1} ms at most"
    );
}

fn main() {
    // Beside the sources rather than in /tmp, which may be memory.
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/measure");
    let _ = std::fs::remove_dir_all(&dir);
    std::fs::create_dir_all(&dir).unwrap();
    let holds = Holds::default();
    let driver = Watched {
        inner: NativeDriver::new(dir.join("measure.db")),
        holds: Rc::clone(&holds),
    };
    let store = Store::new(driver, Rc::new(now));
    block_on(async {
        let others: Vec<String> = (0..100).map(|_| new_id(now()).unwrap()).collect();
        seed(&store, &others, OTHERS).await;
        println!("| rows per commit | p50 ms | p99 ms | max ms | rows/s |\n|---|---|---|---|---|");
        for size in SIZES {
            measure(&store, &holds, size).await;
        }
        for (stories, rows) in [(50, 200), (50, 500), (50, 1000)] {
            measure_small(&store, &holds, stories, rows).await;
        }
    });
    let _ = std::fs::remove_dir_all(&dir);
}
