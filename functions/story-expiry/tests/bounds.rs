//! A run stays within its bounds, and the next one goes on where it stopped.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::time::Duration;

use futures::executor::block_on;
use story_expiry::Stories;
use whisper_kit::Method;
use whisper_kit::ids::story_reaction_notice_id;
use whisper_kit::jobs::{Bounds, ReportView, Tally, expire};
use whisper_kit::testing::TestEdge;
use whisper_schema::prelude::{Notification, Story, StoryReaction, StoryView};
use whisper_store::{Batch, Query, Store};

const BOUNDS: Bounds = Bounds {
    items_per_commit: 10,
    rows_per_commit: 50,
    commits: 4,
    time: Duration::from_secs(60),
};

/// Stories that expired, each with so many views.
async fn seed(edge: &TestEdge, stories: &[(&str, usize)]) {
    let now = edge.ctx().now();
    for (id, views) in stories {
        let mut batch = Batch::new().insert(&Story {
            id: (*id).into(),
            user_id: "author".into(),
            expires_at: now,
            ..Story::default()
        });
        for n in 0..*views {
            batch = batch.insert(&StoryView {
                id: format!("{id}-{n}"),
                story_id: (*id).into(),
                viewer_id: format!("viewer-{n}"),
                ..StoryView::default()
            });
        }
        edge.store().commit(batch).await.unwrap();
    }
}

async fn run(edge: &TestEdge, bounds: Bounds) -> ReportView {
    let tally = Tally::default();
    expire(&edge.ctx(), &Stories, bounds, &tally).await.unwrap();
    tally.report()
}

async fn left(store: &Store) -> (u64, u64, u64) {
    (
        store
            .read(Query::<Story>::new().count(10_000))
            .await
            .unwrap(),
        store
            .read(Query::<StoryView>::new().count(10_000))
            .await
            .unwrap(),
        store
            .read(Query::<StoryReaction>::new().count(10_000))
            .await
            .unwrap(),
    )
}

#[test]
fn a_run_stops_at_its_bound_and_the_next_goes_on() {
    block_on(async {
        let edge = TestEdge::new(&story_expiry::api(), &[]);
        seed(&edge, &[("popular", 450), ("small", 3)]).await;
        let first = run(&edge, BOUNDS).await;
        assert_eq!((first.found, first.done, first.failed), (2, 0, 0));
        assert!(first.capped);
        let (stories, views, _) = left(edge.store()).await;
        assert_eq!(
            (stories, views),
            (2, 253),
            "200 rows, and no story before its views"
        );
        let mut runs = 1;
        while run(&edge, BOUNDS).await.capped {
            runs += 1;
            assert!(runs < 5, "each run gets on");
        }
        assert_eq!(left(edge.store()).await, (0, 0, 0));
    });
}

/// The most rows that a commit may take: of views, of reactions, and of stories.
fn most(bounds: Bounds) -> u64 {
    2 * bounds.rows_per_commit + u64::from(bounds.items_per_commit)
}

#[test]
fn no_commit_takes_more_than_its_bound() {
    block_on(async {
        let edge = TestEdge::new(&story_expiry::api(), &[]);
        let ids: Vec<String> = (0..30).map(|n| format!("s{n}")).collect();
        let mut stories: Vec<(&str, usize)> = ids.iter().map(|id| (id.as_str(), 12)).collect();
        stories.push(("popular", 120));
        seed(&edge, &stories).await;
        edge.rows_written();
        let bounds = Bounds {
            commits: 1_000,
            ..BOUNDS
        };
        let report = run(&edge, bounds).await;
        assert_eq!((report.done, report.capped), (31, false));
        assert_eq!(left(edge.store()).await, (0, 0, 0));
        let commits = edge.rows_written();
        assert_eq!(
            commits.iter().sum::<u64>(),
            31 + 30 * 12 + 120,
            "{commits:?}"
        );
        let largest = commits.iter().max().unwrap();
        // There are no reactions: a commit has views, and stories at the most.
        assert!(
            *largest <= most(bounds) - bounds.rows_per_commit,
            "{commits:?}"
        );
        // Nor is each row a commit: four stories of 12 views go together, and 50 views of the popular one.
        assert!(
            commits.iter().filter(|rows| **rows > 0).count() <= 16,
            "{commits:?}"
        );
    });
}

#[test]
fn as_it_is_set_a_commit_stays_small_however_much_there_is() {
    block_on(async {
        let edge = TestEdge::new(&story_expiry::api(), &[]);
        let ids: Vec<String> = (0..120).map(|n| format!("s{n}")).collect();
        let mut stories: Vec<(&str, usize)> = ids.iter().map(|id| (id.as_str(), 7)).collect();
        stories.push(("popular", 900));
        seed(&edge, &stories).await;
        edge.rows_written();
        let report = run(&edge, Bounds::default()).await;
        assert_eq!((report.done, report.capped), (121, false));
        let commits = edge.rows_written();
        // README.md tells how long so many take; more would keep the write lock too long.
        assert!(most(Bounds::default()) <= 450);
        let largest = commits.iter().max().unwrap();
        assert!(*largest <= 250, "{commits:?}");
    });
}

#[test]
fn a_clock_that_is_a_year_ahead_removes_nothing_for_its_first_minutes() {
    block_on(async {
        const YEAR: i64 = 365 * 24 * 3_600_000;
        let edge = TestEdge::new(&story_expiry::api(), &[("operator_key", "key")]);
        let run = async || {
            let path = "/internal/jobs/story-expiry";
            let ran = edge.send(Method::POST, path, "key", &serde_json::Value::Null);
            ran.await.expect(200)
        };
        assert_eq!(run().await["capped"], false);
        edge.advance(YEAR);
        seed(&edge, &[("ended", 3)]).await;
        for minute in 0..9 {
            let ahead = run().await;
            assert_eq!(ahead["done"], 0, "minute {minute}");
            assert_eq!(ahead["capped"], true);
            edge.advance(60_000);
        }
        edge.advance(60_000);
        assert_eq!(run().await["done"], 1, "after ten minutes it is believed");
    });
}

#[test]
fn notifications_of_reactions_go_with_the_story() {
    block_on(async {
        let edge = TestEdge::new(&story_expiry::api(), &[]);
        // More than a commit takes, and few.
        for (story, count) in [("popular", 130), ("small", 3)] {
            seed(&edge, &[(story, 0)]).await;
            for n in 0..count {
                let user = format!("u{n}");
                let reaction = StoryReaction {
                    id: format!("{story}-{n}"),
                    story_id: story.into(),
                    user_id: user.clone(),
                    reaction: "like".into(),
                    ..StoryReaction::default()
                };
                let notice = Notification {
                    id: story_reaction_notice_id(story, &user),
                    user_id: "author".into(),
                    ..Notification::default()
                };
                let batch = Batch::new().insert(&reaction).insert(&notice);
                edge.store().commit(batch).await.unwrap();
            }
        }
        let other = Notification {
            id: story_reaction_notice_id("another", "u0"),
            user_id: "author".into(),
            ..Notification::default()
        };
        edge.store()
            .commit(Batch::new().insert(&other))
            .await
            .unwrap();
        let bounds = Bounds {
            commits: 1_000,
            ..BOUNDS
        };
        assert_eq!(run(&edge, bounds).await.done, 2);
        assert_eq!(left(edge.store()).await, (0, 0, 0));
        let notices = edge
            .store()
            .read(Query::<Notification>::new().count(200))
            .await;
        assert_eq!(notices, Ok(1));
    });
}
