//! The task that reads the log for all streams of an instance, and writes to them.

use std::pin::{Pin, pin};
use std::rc::Rc;
use std::time::{Duration, Instant};

use futures::FutureExt;
use futures::future::{Either, select};
use futures::stream::{FuturesUnordered, StreamExt};
use whisper_kit::Ctx;
use whisper_kit::error::{Error, Result};
use whisper_store::Store;

use super::Hub;
use super::chores::{Due, failed};
use super::look::{Heard, look};
use super::stream::Written;
use crate::audience::Audience;
use crate::opening::Opening;
use crate::portion::Portion;

/// The shortest pause between two looks at the log.
const SHORTEST: Duration = Duration::from_millis(20);
/// The longest one.
const LONGEST: Duration = Duration::from_millis(100);
/// The pause before the next look after the store couldn't be reached.
const OUTAGE: Duration = Duration::from_secs(1);
/// How often the streams are looked after.
const CARE: Duration = Duration::from_millis(500);
/// How often it is said that the devices with a stream are there, and asked whose presence has run out.
const PRESENCE: Duration = Duration::from_secs(10);
/// How often it is asked whether the sessions of all streams stand.
const SESSIONS: Duration = Duration::from_secs(30);
/// Entries of each log that are read at once.
const PAGE: u32 = 200;
/// Streams that catch up at the same time with the others, which went on while they opened.
const CATCHING_UP: usize = 16;
/// How long a look at the log waits for streams that catch up.
const GIVING_WAY: Duration = Duration::from_millis(250);

/// Clears the hub when the task ends, also when it breaks off: the next stream starts another task.
struct Running(Rc<Hub>);

impl Drop for Running {
    fn drop(&mut self) {
        let hub = &self.0;
        hub.is_running.set(false);
        hub.is_reading.set(false);
        // The streams of a task that broke off break off too; their clients come back.
        drop(hub.streams.take());
        drop(hub.waiting.take());
        drop(hub.newcomers.take());
        drop(hub.watchers.take());
        drop(hub.doubted.take());
        drop(hub.by_user.take());
        drop(hub.ready.take());
        drop(hub.audience.take());
    }
}

/// Starts the task for the streams of a hub, beside all requests.
pub(super) fn start(hub: Rc<Hub>, first: Ctx) {
    spawn(run(hub, first));
}

async fn run(hub: Rc<Hub>, first: Ctx) {
    let _running = Running(Rc::clone(&hub));
    let outcome = Task::new(&hub, &first).await;
    let outcome = match outcome {
        Ok(mut task) => task.go_on().await,
        Err(error) => Err(error),
    };
    if let Err(error) = outcome {
        failed(&first, &error);
    }
}

/// Work of the task's for one stream, which goes on beside the others'.
type Work = Pin<Box<dyn Future<Output = Done>>>;

/// Its end.
enum Done {
    /// A stream was written to.
    Written(Written),
    /// A stream caught up; none that ended.
    CaughtUp(Option<Box<Opening>>),
}

/// The one thing that the task does beside the work for single streams.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Turn {
    Chores,
    Look,
    Pause,
}

/// Its end.
enum Turned {
    /// Whether all chores went well.
    Chores(bool),
    Look(Box<(Audience, Result<Heard>)>),
    Pause,
}

/// The task's own side.
struct Task<'a> {
    hub: &'a Rc<Hub>,
    first: &'a Ctx,
    store: Store,
    work: FuturesUnordered<Work>,
    /// Streams that are catching up.
    catching_up: usize,
    turn: Turn,
    turning: Option<Pin<Box<dyn Future<Output = Turned>>>>,
    /// How much of the log of events is read at once, and of that of signs.
    entries: Portion,
    signs: Portion,
    pause: Duration,
    look: Instant,
    /// When the last one ended.
    looked: Instant,
    /// Whether the next one waits for a store that has trouble.
    has_trouble: bool,
    /// When chores without a time of their own are done, at the soonest.
    chores: Instant,
    care: Instant,
    presence: Instant,
    sessions: Instant,
}

impl<'a> Task<'a> {
    async fn new(hub: &'a Rc<Hub>, first: &'a Ctx) -> Result<Self> {
        let now = Instant::now();
        Ok(Task {
            hub,
            first,
            store: first.store().await?.clone(),
            work: FuturesUnordered::new(),
            catching_up: 0,
            turn: Turn::Pause,
            turning: None,
            entries: Portion::new(PAGE),
            signs: Portion::new(PAGE),
            pause: SHORTEST,
            look: now,
            looked: now,
            has_trouble: false,
            chores: now,
            care: now + CARE,
            presence: now + PRESENCE,
            sessions: now + SESSIONS,
        })
    }

    /// Serves the streams until there is none. It waits for the store in one place alone, beside the writing to all streams.
    async fn go_on(&mut self) -> Result<()> {
        loop {
            let ctx = self.first.anew()?;
            self.let_join(&ctx);
            if self.turning.is_none() {
                self.begin(&ctx, Instant::now());
            }
            self.start_writing();
            let is_over = self.hub.is_empty() && self.work.is_empty();
            if is_over && self.turn != Turn::Chores {
                if self.hub.gone.borrow().is_empty() {
                    return Ok(());
                }
                if let Err(error) = self.hub.let_go(&ctx).await {
                    failed(&ctx, &error);
                }
                continue;
            }
            let Some(turning) = self.turning.as_mut() else {
                continue;
            };
            let outcome = match self.work.is_empty() {
                true => Some(turning.await),
                false => match select(turning, self.work.next()).await {
                    Either::Left((outcome, _)) => Some(outcome),
                    Either::Right((done, _)) => {
                        done.into_iter().for_each(|done| self.take_back(done));
                        None
                    }
                },
            };
            while let Some(Some(done)) = self.work.next().now_or_never() {
                self.take_back(done);
            }
            let Some(outcome) = outcome else {
                continue;
            };
            (self.turning, self.turn) = (None, Turn::Pause);
            match outcome {
                Turned::Look(looked) => self.apply(&ctx, *looked),
                Turned::Chores(false) => self.chores = Instant::now() + OUTAGE,
                Turned::Chores(true) | Turned::Pause => {}
            }
        }
    }

    fn take_back(&mut self, done: Done) {
        match done {
            Done::Written(written) => self.hub.take_back(written),
            Done::CaughtUp(opening) => {
                self.catching_up -= 1;
                let waiting = &self.hub.waiting;
                waiting.borrow_mut().extend(opening.map(|opening| *opening));
                if self.catching_up == 0 && self.turn == Turn::Pause {
                    // The last stream has caught up, so the look that gave way to it begins now.
                    self.turning = None;
                }
            }
        }
    }

    /// Lets the streams join that wait, and has those catch up that are behind.
    fn let_join(&mut self, ctx: &Ctx) {
        let most = CATCHING_UP.saturating_sub(self.catching_up);
        for opening in self.hub.let_join(ctx, most) {
            self.catching_up += 1;
            let ctx = ctx.clone();
            self.work.push(Box::pin(async move {
                let outcome = opening.catch_up(&ctx).await;
                let outcome = outcome.inspect_err(|error| failed(&ctx, error));
                Done::CaughtUp(outcome.ok().flatten().map(Box::new))
            }));
        }
    }

    /// The chores whose time has come; none where there is none.
    fn due(&mut self, now: Instant) -> Option<Due> {
        let next = |time: &mut Instant, every: Duration| {
            let is_due = now >= *time;
            if is_due {
                *time = now + every;
            }
            is_due
        };
        let due = Due {
            sessions: next(&mut self.sessions, SESSIONS),
            care: next(&mut self.care, CARE),
            presence: next(&mut self.presence, PRESENCE),
        };
        let is_waited_for = now >= self.chores && self.hub.has_chores();
        (due.is_some() || is_waited_for).then_some(due)
    }

    /// Has the next look come sooner when something was committed, unless it waits for a store that has trouble.
    fn hear_bell(&mut self, now: Instant) {
        if self.hub.is_rung.take() && self.pause > SHORTEST && !self.has_trouble {
            let soonest = self.looked + SHORTEST;
            (self.look, self.pause) = (self.look.min(soonest.max(now)), SHORTEST);
        }
    }

    /// Begins the chores that are due, else the next look at the log, or the pause before it.
    fn begin(&mut self, ctx: &Ctx, now: Instant) {
        let (ctx, hub) = (ctx.clone(), Rc::clone(self.hub));
        self.hear_bell(now);
        if let Some(due) = self.due(now) {
            self.turn = Turn::Chores;
            self.turning = Some(Box::pin(async move {
                Turned::Chores(hub.do_chores(&ctx, due).await)
            }));
            return;
        }
        // Streams that catch up join between two looks, so a look gives way to them for a while.
        let next = match self.catching_up {
            0 => self.look,
            _ => self.look + GIVING_WAY,
        };
        if now >= next {
            self.turn = Turn::Look;
            hub.is_reading.set(true);
            let audience = hub.audience.take();
            let look = look(ctx, hub, audience, (self.entries, self.signs));
            self.turning = Some(Box::pin(async { Turned::Look(Box::new(look.await)) }));
            return;
        }
        self.turn = Turn::Pause;
        let wait = next.min(self.care).saturating_duration_since(now);
        let store = self.store.clone();
        let is_idle = wait > SHORTEST;
        self.turning = Some(Box::pin(async move {
            let over = store.pause(wait.max(Duration::from_millis(1)));
            // While things happen the next look comes as soon.
            match is_idle && !hub.is_rung.get() {
                true => _ = select(pin!(over), pin!(hub.bell.wait())).await,
                false => over.await,
            }
            Turned::Pause
        }));
    }

    /// Writes to the streams that have something to write, but for those whose session may be over.
    fn start_writing(&mut self) {
        let mut streams = self.hub.streams.borrow_mut();
        let doubted = self.hub.doubted.borrow();
        for id in self.hub.ready.take() {
            let Some(stream) = streams.get_mut(&id) else {
                continue;
            };
            if doubted.contains(&stream.user) {
                self.hub.ready.borrow_mut().push(id);
            } else if let Some(writing) = stream.write(id) {
                self.work
                    .push(Box::pin(async { Done::Written(writing.await) }));
            }
        }
    }

    /// Takes the outcome of a look at the log. The audience, the place and the events are one step: a stream that joins has heard all of it, or
    /// hears it.
    fn apply(&mut self, ctx: &Ctx, (audience, outcome): (Audience, Result<Heard>)) {
        let (hub, now) = (self.hub, Instant::now());
        self.looked = now;
        hub.take_audience(audience);
        let Heard { events, signs } = match outcome {
            Ok(heard) => heard,
            Err(error) => {
                failed(ctx, &error);
                (self.look, self.has_trouble) = (now + OUTAGE, true);
                return;
            }
        };
        let mut waits: Vec<Duration> = Vec::new();
        let (mut is_full, mut is_news) = (false, false);
        match events {
            Ok(events) => {
                self.entries.passed();
                hub.hand_out(events.told);
                if let Some(last) = events.last {
                    hub.position.set(last);
                }
                (is_full, is_news) = (events.is_full, events.last.is_some());
                hub.watchers.borrow_mut().extend(events.befriended);
                hub.doubted.borrow_mut().extend(events.about_sessions);
            }
            Err(error) => waits.push(trouble(ctx, &mut self.entries, &error)),
        }
        match signs {
            Ok(signs) => {
                self.signs.passed();
                hub.hand_out_signs(&signs);
                is_news |= signs.last.is_some();
                hub.watchers.borrow_mut().extend(signs.watchers);
            }
            Err(error) => waits.push(trouble(ctx, &mut self.signs, &error)),
        }
        self.pause = match is_news {
            true => SHORTEST,
            false => (self.pause * 3 / 2).min(LONGEST),
        };
        self.has_trouble = !waits.is_empty();
        self.look = match waits.into_iter().max() {
            Some(wait) => now + wait,
            None if is_full => now,
            None => now + self.pause,
        };
    }
}

/// Notes that a portion of a log failed. How long to wait before the next look.
fn trouble(ctx: &Ctx, portion: &mut Portion, error: &Error) -> Duration {
    failed(ctx, error);
    match error.is_outage() {
        true => OUTAGE,
        false => {
            portion.failed();
            portion.wait()
        }
    }
}

/// Starts the task, beside all requests.
#[cfg(target_family = "wasm")]
fn spawn(task: impl Future<Output = ()> + 'static) {
    spin_sdk::wasip3::spawn(task);
}

/// Natively, in tests, streams end when they have caught up.
#[cfg(not(target_family = "wasm"))]
fn spawn(task: impl Future<Output = ()> + 'static) {
    drop(task);
}

#[cfg(test)]
mod tests;
