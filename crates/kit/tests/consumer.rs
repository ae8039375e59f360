//! Consumers handle each event exactly once, also when others run at the same time and when
//! something fails.
#![allow(clippy::unwrap_used, missing_docs)]

use std::time::Duration;

use futures::executor::block_on;
use futures::future::join_all;
use serde_json::json;
use whisper_kit::consumer::{self, Bounds, Consumed, consume};
use whisper_kit::jobs::{ReportView, Tally};
use whisper_kit::testing::TestEdge;
use whisper_kit::{Api, Code, Ctx, Error, Result, events};
use whisper_schema::Column;
use whisper_schema::prelude::{ConsumerCursor, Event, StoryReaction};
use whisper_store::{Batch, Doc, Get, Order, Query};

fn edge() -> TestEdge {
    TestEdge::new(&Api::new("x", ""), &[])
}

fn emit(edge: &TestEdge, subjects: &[&str]) {
    for subject in subjects {
        let batch = events::append(
            &edge.ctx(),
            Batch::new(),
            "x.happened",
            subject,
            Some("u1"),
            &json!({"n": 1}),
        )
        .unwrap();
        block_on(edge.store().commit(batch)).unwrap();
    }
}

/// One row for each event: a second handling would be a second row.
async fn note(ctx: &Ctx, events: Vec<Doc<Event>>) -> Result<Batch> {
    events.into_iter().try_fold(Batch::new(), |batch, event| {
        let row = StoryReaction {
            id: ctx.new_id()?,
            story_id: event.subject.clone(),
            user_id: ctx.new_id()?,
            reaction: "like".into(),
            ..StoryReaction::default()
        };
        Ok(batch.insert(&row))
    })
}

async fn run(ctx: Ctx, name: &str, limit: u32) -> Result<Consumed> {
    consume(&ctx, name, limit, |events| note(&ctx, events)).await
}

fn noted(edge: &TestEdge) -> Vec<String> {
    let rows = edge.store().read(
        Query::<StoryReaction>::new()
            .order(Order::asc(Column::seq()))
            .limit(1000),
    );
    block_on(rows)
        .unwrap()
        .into_iter()
        .map(|row| row.value.story_id)
        .collect()
}

#[test]
fn events_come_in_their_order_in_portions() {
    let edge = edge();
    emit(&edge, &["a", "b", "c", "d", "e"]);
    let next = || block_on(run(edge.ctx(), "xp", 2)).unwrap();
    assert_eq!(
        next(),
        Consumed {
            handled: 2,
            more: true,
            is_held_back: false,
        }
    );
    assert_eq!(
        next(),
        Consumed {
            handled: 2,
            more: true,
            is_held_back: false,
        }
    );
    assert_eq!(
        next(),
        Consumed {
            handled: 1,
            more: false,
            is_held_back: false,
        }
    );
    assert_eq!(
        next(),
        Consumed {
            handled: 0,
            more: false,
            is_held_back: false,
        }
    );
    assert_eq!(noted(&edge), ["a", "b", "c", "d", "e"]);
    emit(&edge, &["f"]);
    assert_eq!(
        next(),
        Consumed {
            handled: 1,
            more: false,
            is_held_back: false,
        }
    );
}

#[test]
fn each_consumer_has_its_own_place() {
    let edge = edge();
    emit(&edge, &["a", "b"]);
    block_on(run(edge.ctx(), "xp", 10)).unwrap();
    assert_eq!(block_on(run(edge.ctx(), "push", 10)).unwrap().handled, 2);
}

#[test]
fn what_fails_leaves_no_trace_and_is_handled_the_next_time() {
    let edge = edge();
    emit(&edge, &["a", "b"]);
    let ctx = edge.ctx();
    let refused = block_on(consume(&ctx, "xp", 10, async |_: Vec<Doc<Event>>| {
        Err(Error::internal("no"))
    }));
    assert_eq!(refused.unwrap_err().code(), Code::Internal);
    let impossible = block_on(consume(&ctx, "xp", 10, async |events: Vec<Doc<Event>>| {
        Ok(note(&ctx, events)
            .await?
            .delete::<StoryReaction>("no-such-row"))
    }));
    assert_eq!(impossible.unwrap_err().code(), Code::Internal);
    assert!(noted(&edge).is_empty());
    assert_eq!(
        block_on(edge.store().read(Get::<ConsumerCursor>::id("xp"))).unwrap(),
        None
    );
    assert_eq!(block_on(run(edge.ctx(), "xp", 10)).unwrap().handled, 2);
    assert_eq!(noted(&edge), ["a", "b"]);
}

#[test]
fn many_at_once_handle_each_event_once() {
    let edge = edge();
    let subjects: Vec<String> = (0..20).map(|n| format!("s{n:02}")).collect();
    emit(
        &edge,
        &subjects.iter().map(String::as_str).collect::<Vec<_>>(),
    );
    let twin = edge.another(&Api::new("x", ""));
    block_on(twin.store().migrate()).unwrap();
    let mut rounds = 0;
    while noted(&edge).len() < 20 {
        let runs = (0..6).map(|n| run(if n % 2 == 0 { edge.ctx() } else { twin.ctx() }, "xp", 3));
        for outcome in block_on(join_all(runs)) {
            outcome.unwrap();
        }
        rounds += 1;
        assert!(rounds <= 20, "no progress: {:?}", noted(&edge));
    }
    assert_eq!(noted(&edge), subjects);
    assert_eq!(
        block_on(run(edge.ctx(), "xp", 3)).unwrap(),
        Consumed {
            handled: 0,
            more: false,
            is_held_back: false,
        }
    );
}

#[test]
fn a_run_goes_on_to_the_end_or_to_its_time() {
    let edge = edge();
    emit(&edge, &["a", "b", "c", "d", "e"]);
    let ctx = edge.ctx();
    let go = |millis| {
        let bounds = Bounds::new(2, Duration::from_millis(millis));
        let handle = |events| note(&ctx, events);
        let tally = Tally::default();
        block_on(consumer::run::<Event, _>(
            &ctx, "xp", bounds, &tally, handle,
        ))
        .unwrap();
        tally.report()
    };
    let capped = go(0);
    assert_eq!((capped.done, capped.capped), (2, true));
    let rest = go(60_000);
    assert_eq!((rest.done, rest.capped), (3, false));
    assert_eq!(go(60_000), ReportView::default());
    assert_eq!(noted(&edge), ["a", "b", "c", "d", "e"]);
}
