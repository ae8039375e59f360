//! Counters in the store.
#![allow(clippy::unwrap_used, missing_docs)]

use futures::executor::block_on;
use futures::future::join_all;
use proptest::prelude::*;
use whisper_kit::error::Limiting;
use whisper_kit::rate_limit::{LABEL, Limit};
use whisper_kit::testing::TestEdge;
use whisper_kit::{Api, Code};
use whisper_schema::prelude::{RateLimit, StoryReaction};
use whisper_store::{Batch, Query};

fn edge() -> TestEdge {
    TestEdge::new(&Api::new("x", ""), &[])
}

fn count(edge: &TestEdge, limit: &Limit) -> Result<(), Code> {
    block_on(limit.count(&edge.ctx())).map_err(|error| error.code())
}

#[test]
fn the_limit_holds_until_the_window_ends() {
    let edge = edge();
    let limit = Limit::new("send:u1", 3, 60);
    let other = Limit::new("send:u2", 3, 60);
    for _ in 0..3 {
        assert_eq!(count(&edge, &limit), Ok(()));
    }
    assert_eq!(count(&edge, &limit), Err(Code::RateLimited));
    assert_eq!(count(&edge, &other), Ok(()), "another bucket");
    assert_eq!(block_on(limit.counted(&edge.ctx())).unwrap(), 3);
    edge.advance(59_999);
    assert_eq!(count(&edge, &limit), Err(Code::RateLimited));
    edge.advance(1);
    assert_eq!(count(&edge, &limit), Ok(()));
}

#[test]
fn the_refusal_says_when_to_come_again() {
    let edge = edge();
    let limit = Limit::new("send:u1", 1, 60);
    edge.advance(18_500);
    assert_eq!(count(&edge, &limit), Ok(()));
    let refusal = block_on(limit.count(&edge.ctx())).unwrap_err();
    let header = |name: &str| {
        refusal
            .headers()
            .iter()
            .find(|(n, _)| *n == name)
            .unwrap()
            .1
            .clone()
    };
    assert_eq!(header("retry-after"), "42");
    assert_eq!(header("ratelimit"), "\"default\";r=0;t=42");
    assert_eq!(header("ratelimit-policy"), "\"default\";q=1;w=60");
    edge.advance(42_000);
    assert_eq!(count(&edge, &limit), Ok(()));
}

#[test]
fn as_a_part_of_a_commit_it_stops_the_whole() {
    let edge = edge();
    let limit = Limit::new("send:u1", 1, 60);
    let send = |id: &str| {
        let sticker = StoryReaction {
            id: id.into(),
            story_id: id.into(),
            reaction: "like".into(),
            ..StoryReaction::default()
        };
        let batch = limit
            .count_in(Batch::new(), edge.ctx().now())
            .insert(&sticker);
        block_on(edge.store().commit(batch))
    };
    send("a").unwrap();
    assert!(send("b").unwrap_err().failed_at(LABEL));
    assert_eq!(
        block_on(edge.store().read(Query::<StoryReaction>::new().count(9))),
        Ok(1)
    );
}

#[test]
fn of_many_at_once_exactly_the_limit_passes() {
    let edge = edge();
    let limit = Limit::new("send:u1", 5, 60);
    let outcomes = block_on(join_all(
        (0..16).map(|_| async { limit.count(&edge.ctx()).await }),
    ));
    assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 5);
}

#[test]
fn no_limit_costs_nothing() {
    let edge = edge();
    let limit = Limit::new("send:u1", 0, 60);
    assert!(limit.count_in(Batch::new(), edge.ctx().now()).is_empty());
    assert_eq!(count(&edge, &limit), Ok(()));
}

#[test]
fn one_counting_can_stand_for_several_things() {
    let edge = edge();
    let limit = |step| Limit::new("add:u1", 5, 60).times(step);
    assert_eq!(count(&edge, &limit(3)), Ok(()));
    assert_eq!(count(&edge, &limit(3)), Err(Code::RateLimited));
    assert_eq!(count(&edge, &limit(2)), Ok(()));
    assert_eq!(count(&edge, &limit(0)), Ok(()));
    assert_eq!(count(&edge, &limit(1)), Err(Code::RateLimited));
    // More than ever fits passes alone, once per window.
    edge.advance(60_000);
    assert_eq!(count(&edge, &limit(9)), Ok(()));
    assert_eq!(count(&edge, &limit(9)), Err(Code::RateLimited));
    edge.advance(60_000);
    assert_eq!(count(&edge, &limit(1)), Ok(()));
    assert_eq!(count(&edge, &limit(9)), Err(Code::RateLimited));
}

#[test]
fn long_names_stay_apart() {
    let edge = edge();
    let long = |end: &str| Limit::new(format!("{}{end}", "x".repeat(300)), 1, 60);
    assert_eq!(count(&edge, &long("a")), Ok(()));
    assert_eq!(count(&edge, &long("b")), Ok(()));
    assert_eq!(count(&edge, &long("a")), Err(Code::RateLimited));
}

/// The job `retention` removes them: commits with a bounded delete don't go together.
#[test]
fn counting_removes_no_counters_of_past_windows() {
    let edge = edge();
    for window in 0..200 {
        let limit = Limit::new(format!("b{window}"), 1, 1);
        assert_eq!(limit.count_in(Batch::new(), edge.ctx().now()).len(), 1);
        count(&edge, &limit).unwrap();
        edge.advance(1_000);
    }
    let left = block_on(edge.store().read(Query::<RateLimit>::new().count(1000)));
    assert_eq!(left, Ok(200));
}

proptest! {
    #[test]
    fn the_wait_is_never_longer_than_the_window(offset in 0i64..10_000_000, window in 1i64..4000) {
        let now = whisper_schema::Timestamp::from_millis(offset);
        let refusal = Limit::new("x", 1, window).refusal(now);
        let wait: i64 = refusal.headers()[0].1.parse().unwrap();
        prop_assert!((1..=window).contains(&wait), "{wait} of {window}");
    }
}
