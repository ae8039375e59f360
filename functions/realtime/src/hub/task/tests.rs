//! The task, run from pause to pause.
#![allow(clippy::unwrap_used)]

use futures::executor::block_on;
use serde_json::{Value, json};
use whisper_kit::Method;
use whisper_kit::events::append;
use whisper_kit::testing::TestEdge;
use whisper_schema::prelude::Session;
use whisper_store::{Batch, Filter};

use super::*;

/// More pauses than the task makes.
const MOST: usize = 100;

#[test]
fn the_task_ends_streams_whose_session_is_over_and_itself_with_the_last() {
    let edge = TestEdge::new(&crate::api(), &[]);
    let (user, token) = block_on(edge.user());
    for _ in 0..2 {
        let path = "/v1/realtime";
        block_on(edge.send(Method::GET, path, &token, &Value::Null));
    }
    let hub = Hub::of_instance();
    assert_eq!(hub.streams.borrow().len(), 2);
    let ctx = edge.ctx();
    let theirs = Filter::<Session>::eq(Session::USER_ID, user.as_str());
    let batch = Batch::new().delete_where(theirs, 10);
    let kind = "sessions.revoked";
    let batch = append(&ctx, batch, kind, &user, Some(&user), &json!({})).unwrap();
    block_on(edge.store().commit(batch)).unwrap();
    // Each time it goes on to its next pause.
    let mut task = run(Rc::clone(&hub), ctx).boxed_local();
    let is_over = (0..MOST).any(|_| (&mut task).now_or_never().is_some());
    assert!(is_over, "the task goes on");
    assert!(hub.is_empty() && hub.gone.borrow().is_empty());
    assert!(!hub.is_running.get());
}

#[test]
fn a_commit_has_an_idle_task_look_at_once_but_not_while_the_store_has_trouble() {
    let edge = TestEdge::new(&crate::api(), &[]);
    let hub = Hub::of_instance();
    let ctx = edge.ctx();
    let mut task = block_on(Task::new(&hub, &ctx)).unwrap();
    let mut turn_with = |wait: Duration, is_woken: bool| {
        if is_woken {
            let woken = edge.from_component("/internal/events", &Value::Null);
            let woken = block_on(woken);
            assert_eq!(woken.response.headers()["retry-after"], "1");
            woken.expect(204);
        }
        (task.look, task.pause) = (Instant::now() + wait, LONGEST);
        task.begin(&ctx);
        task.turning = None;
        hub.is_reading.set(false);
        task.turn
    };
    assert!(turn_with(LONGEST, false) == Turn::Pause);
    assert!(turn_with(LONGEST, true) == Turn::Look);
    assert!(turn_with(LONGEST, false) == Turn::Pause, "it rang once");
    assert!(turn_with(OUTAGE, true) == Turn::Pause);
}
