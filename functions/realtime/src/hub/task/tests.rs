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

/// A task whose other chores are far away, and what it turns to after so many milliseconds.
struct Watch<'a> {
    edge: &'a TestEdge,
    task: Task<'a>,
    ctx: Ctx,
    begun: Instant,
}

impl Watch<'_> {
    /// Something is committed.
    fn wake(&self) {
        let woken = self.edge.from_component("/internal/events", &Value::Null);
        block_on(woken).expect(204);
    }

    fn turn_after(&mut self, millis: u64) -> &'static str {
        let now = self.begun + Duration::from_millis(millis);
        self.task.begin(&self.ctx, now);
        self.task.turning = None;
        self.task.hub.is_reading.set(false);
        match self.task.turn {
            Turn::Chores => "chores",
            Turn::Look => "look",
            Turn::Pause => "pause",
        }
    }

    /// As after a look at 0 that found nothing, with the next one at 100.
    fn idle(&mut self) {
        self.task.hub.is_rung.set(false);
        (self.task.looked, self.task.pause) = (self.begun, LONGEST);
        self.task.look = self.begun + LONGEST;
    }
}

#[test]
fn a_commit_has_an_idle_task_look_at_once() {
    let edge = TestEdge::new(&crate::api(), &[]);
    let hub = Hub::of_instance();
    let ctx = edge.ctx();
    let begun = Instant::now();
    let mut task = block_on(Task::new(&hub, &ctx)).unwrap();
    let far = begun + Duration::from_secs(3_600);
    (task.care, task.presence, task.sessions) = (far, far, far);
    let edge = &edge;
    let mut watch = Watch {
        edge,
        task,
        ctx: ctx.clone(),
        begun,
    };
    watch.idle();
    assert_eq!(watch.turn_after(50), "pause");
    watch.wake();
    assert_eq!(watch.turn_after(60), "look");
    // No sooner than it looks while things happen.
    watch.idle();
    watch.wake();
    assert_eq!(watch.turn_after(10), "pause");
    assert_eq!(watch.turn_after(20), "look");
    // Not while the store has trouble.
    watch.idle();
    watch.task.has_trouble = true;
    watch.wake();
    assert_eq!(watch.turn_after(60), "pause");
    assert_eq!(watch.turn_after(100), "look");
    // Commits don't put a look off that gives way to streams which catch up.
    watch.task.has_trouble = false;
    watch.task.catching_up = 1;
    watch.idle();
    for at in (30..270).step_by(30) {
        watch.wake();
        assert_eq!(watch.turn_after(at), "pause", "{at}");
    }
    assert_eq!(watch.turn_after(290), "look");
}
