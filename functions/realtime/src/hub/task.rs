//! The task that reads the log for all streams of an instance, and writes to them.

use std::collections::BTreeSet;
use std::pin::Pin;
use std::rc::Rc;
use std::time::{Duration, Instant};

use futures::FutureExt;
use futures::future::{Either, select};
use futures::stream::{FuturesUnordered, StreamExt};
use whisper_kit::Ctx;
use whisper_kit::error::{Error, Result};
use whisper_kit::log::{self as journal, Level};
use whisper_store::Store;

use super::Hub;
use super::signs::{Signs, signs};
use super::stream::Written;
use crate::audience::{Audience, User};
use crate::log;
use crate::opening::Opening;
use crate::round::round;
use crate::telling::Told;

/// The shortest pause between two looks at the log.
const SHORTEST: Duration = Duration::from_millis(20);
/// The longest one.
const LONGEST: Duration = Duration::from_millis(100);
/// How long an outage of the store is waited out before the next look.
const OUTAGE: Duration = Duration::from_secs(1);
/// How often the streams are looked after.
const CARE: Duration = Duration::from_millis(500);
/// How often it is said that the devices with a stream are there, and asked whose presence has run out.
const PRESENCE: Duration = Duration::from_secs(10);
/// How often it is asked whether the sessions of all streams stand.
const SESSIONS: Duration = Duration::from_secs(30);
/// Entries of the log that are read at once.
const PAGE: u32 = 200;
/// Streams that catch up at the same time with the others, which went on while they opened.
const CATCHING_UP: usize = 16;

/// How long a look at the log waits for streams that catch up.
const GIVING_WAY: Duration = Duration::from_millis(250);

/// Notes, when it is dropped, that the task has ended and the log isn't being read, however the task ends.
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
        drop(hub.by_user.take());
        drop(hub.ready.take());
        drop(hub.audience.take());
    }
}

/// One look at the log: the listeners, and the outcome.
type Look = (Audience, Result<Heard>);

/// The findings of a look at the log.
struct Heard {
    told: Vec<Told>,
    signs: Signs,
    /// Where the log was read to; none where there was nothing new.
    last: Option<i64>,
    /// Whether there may be more.
    is_full: bool,
    /// The users whose sessions may be over.
    about_sessions: Vec<User>,
}

async fn look(ctx: Ctx, hub: Rc<Hub>, mut audience: Audience) -> Look {
    let outcome = read_on(&ctx, &hub, &mut audience).await;
    (audience, outcome)
}

async fn read_on(ctx: &Ctx, hub: &Hub, audience: &mut Audience) -> Result<Heard> {
    let (position, signals) = (hub.position.get(), hub.signals.get());
    let (news, passing) = log::behind_both(ctx, position, signals, PAGE).await?;
    let told = round(ctx, audience, &news).await?;
    let mut signs = signs(ctx, audience, hub, passing).await?;
    // Contacts are watched without being named.
    let befriended = news.iter().filter(|new| new.kind.starts_with("contact"));
    let befriended = befriended.flat_map(|new| new.by.as_deref().into_iter().chain(new.users()));
    signs.watchers.extend(befriended.map(str::to_owned));
    let about_sessions = news.iter().filter(|new| {
        let subject = new.kind.split('.').next().unwrap_or_default();
        matches!(subject, "session" | "sessions" | "account" | "bot")
    });
    let users = about_sessions.flat_map(|new| [Some(new.subject.as_str()), new.by.as_deref()]);
    let users = users.flatten().filter_map(|user| audience.user(user));
    Ok(Heard {
        signs,
        about_sessions: users.collect(),
        told,
        last: news.last().map(|last| last.seq),
        is_full: news.len() == PAGE as usize,
    })
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

fn failed(ctx: &Ctx, error: &Error) {
    let cause = error.source_text().unwrap_or_default();
    let fields = [("cause", cause.into())];
    journal::write(Level::Error, "streams_failed", ctx.request_id(), &fields);
}

/// Goes on after a failure, which is logged: the streams do without it, or it is done again at its next time.
fn noted(ctx: &Ctx, outcome: Result<()>) {
    if let Err(error) = outcome {
        failed(ctx, &error);
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

/// The task's own side.
struct Task<'a> {
    hub: &'a Rc<Hub>,
    first: &'a Ctx,
    store: Store,
    work: FuturesUnordered<Work>,
    /// Streams that are catching up.
    catching_up: usize,
    /// Users whose streams have to learn whom they watch.
    watchers: BTreeSet<String>,
    /// A look at the log, or the pause before the next one.
    other: Option<Pin<Box<dyn Future<Output = Option<Look>>>>>,
    pause: Duration,
    look: Instant,
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
            watchers: BTreeSet::new(),
            other: None,
            pause: SHORTEST,
            look: now,
            care: now + CARE,
            presence: now + PRESENCE,
            sessions: now + SESSIONS,
        })
    }

    /// Serves the streams until there is none.
    async fn go_on(&mut self) -> Result<()> {
        loop {
            let ctx = self.first.anew()?;
            self.admit(&ctx);
            if self.other.is_none() {
                self.begin(&ctx).await;
                self.admit(&ctx);
            }
            self.start_writing();
            if self.hub.is_empty() && self.work.is_empty() {
                if self.hub.gone.borrow().is_empty() {
                    return Ok(());
                }
                noted(&ctx, self.hub.let_go(&ctx).await);
                continue;
            }
            let Some(other) = self.other.as_mut() else {
                continue;
            };
            let outcome = match self.work.is_empty() {
                true => Some(other.await),
                false => match select(other, self.work.next()).await {
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
            if let Some(outcome) = outcome {
                self.other = None;
                if let Some((audience, outcome)) = outcome {
                    self.apply(&ctx, audience, outcome).await;
                }
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
                if self.catching_up == 0 && !self.hub.is_reading.get() {
                    // The log wasn't read while these streams caught up; the next look begins now.
                    self.other = None;
                }
            }
        }
    }

    /// Lets the streams join that wait, and has those catch up that are behind.
    fn admit(&mut self, ctx: &Ctx) {
        let most = CATCHING_UP.saturating_sub(self.catching_up);
        for opening in self.hub.admit(ctx, most) {
            self.catching_up += 1;
            let ctx = ctx.clone();
            self.work.push(Box::pin(async move {
                let outcome = opening.catch_up(&ctx).await;
                let outcome = outcome.inspect_err(|error| failed(&ctx, error));
                Done::CaughtUp(outcome.ok().flatten().map(Box::new))
            }));
        }
    }

    /// Begins the next look at the log, or the pause before it, after the work that is due.
    async fn begin(&mut self, ctx: &Ctx) {
        let now = Instant::now();
        if now >= self.sessions {
            self.sessions = now + SESSIONS;
            noted(ctx, self.hub.check_sessions(ctx, None).await);
        }
        if now >= self.care {
            self.care = now + CARE;
            noted(ctx, self.hub.care(ctx).await);
            noted(ctx, self.hub.let_go(ctx).await);
        }
        if now >= self.presence {
            self.presence = now + PRESENCE;
            noted(ctx, self.hub.keep_presence(ctx).await);
        }
        noted(ctx, self.hub.tell_newcomers(ctx).await);
        // Streams that catch up join between two looks, so a look gives way to them for a while.
        let next = match self.catching_up {
            0 => self.look,
            _ => self.look + GIVING_WAY,
        };
        if now >= next {
            self.hub.is_reading.set(true);
            let audience = self.hub.audience.take();
            let look = look(ctx.clone(), Rc::clone(self.hub), audience);
            self.other = Some(Box::pin(async { Some(look.await) }));
            return;
        }
        let wait = next.min(self.care).saturating_duration_since(now);
        let store = self.store.clone();
        self.other = Some(Box::pin(async move {
            store.pause(wait.max(Duration::from_millis(1))).await;
            None
        }));
    }

    /// Writes to the streams that have something to write.
    fn start_writing(&mut self) {
        let mut streams = self.hub.streams.borrow_mut();
        for id in self.hub.ready.take() {
            if let Some(writing) = streams.get_mut(&id).and_then(|stream| stream.write(id)) {
                self.work
                    .push(Box::pin(async { Done::Written(writing.await) }));
            }
        }
    }

    /// Takes the outcome of a look at the log. Up to its first pause the audience, the place and the events are one step: a stream that joins has
    /// heard all of it, or hears it.
    async fn apply(&mut self, ctx: &Ctx, audience: Audience, outcome: Result<Heard>) {
        let hub = self.hub;
        let now = Instant::now();
        let news = match outcome {
            Ok(news) => news,
            Err(error) => {
                hub.take_audience(audience);
                failed(ctx, &error);
                self.look = now + OUTAGE;
                return;
            }
        };
        hub.take_audience(audience);
        hub.hand_out(news.told);
        hub.hand_out_signs(&news.signs);
        if let Some(last) = news.last {
            hub.position.set(last);
        }
        self.pause = match news.last.is_some() || news.signs.last.is_some() {
            true => SHORTEST,
            false => (self.pause * 3 / 2).min(LONGEST),
        };
        self.look = if news.is_full { now } else { now + self.pause };
        self.watchers.extend(news.signs.watchers);
        match hub.watch_anew(ctx, &self.watchers).await {
            Ok(()) => self.watchers.clear(),
            // It is tried again after the next look.
            Err(error) => failed(ctx, &error),
        }
        if !news.about_sessions.is_empty() {
            let some = Some(news.about_sessions.as_slice());
            if let Err(error) = hub.check_sessions(ctx, some).await {
                failed(ctx, &error);
                // The check of all sessions comes soon, and includes these.
                self.sessions = now + OUTAGE;
            }
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
