//! The task that reads the log for all streams of an instance, and writes to them.

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
use super::signs::{Ear, Signs, signs};
use super::stream::Writing;
use crate::audience::{Audience, User};
use crate::log;
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
/// How often it is said that the devices with a stream are there, and asked who is there no longer.
const PRESENCE: Duration = Duration::from_secs(10);
/// How often it is asked whether the sessions of all streams stand.
const SESSIONS: Duration = Duration::from_secs(30);
/// Entries of the log that are read at once.
const PAGE: u32 = 200;

/// Says that nobody reads the log any more, however the task ends.
struct Running(Rc<Hub>);

impl Drop for Running {
    fn drop(&mut self) {
        let hub = &self.0;
        hub.is_running.set(false);
        hub.is_reading.set(false);
        // The streams of a task that broke off break off too; their clients come back.
        drop(hub.streams.take());
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

async fn look(
    ctx: Ctx,
    mut audience: Audience,
    ears: Vec<Ear>,
    position: i64,
    signals: i64,
) -> Look {
    let outcome = read_on(&ctx, &mut audience, &ears, position, signals).await;
    (audience, outcome)
}

async fn read_on(
    ctx: &Ctx,
    audience: &mut Audience,
    ears: &[Ear],
    position: i64,
    signals: i64,
) -> Result<Heard> {
    let (news, passing) = log::behind_both(ctx, position, signals, PAGE).await?;
    let told = round(ctx, audience, &news).await?;
    let signs = signs(ctx, audience, ears, passing).await?;
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

/// The task's own side.
struct Task<'a> {
    hub: &'a Rc<Hub>,
    first: &'a Ctx,
    store: Store,
    writing: FuturesUnordered<Writing>,
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
            writing: FuturesUnordered::new(),
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
            if self.other.is_none() {
                self.begin(&ctx).await?;
            }
            self.start_writing();
            if self.hub.streams.borrow().is_empty() && self.writing.is_empty() {
                return Ok(());
            }
            let Some(other) = self.other.as_mut() else {
                continue;
            };
            let outcome = match self.writing.is_empty() {
                true => Some(other.await),
                false => match select(other, self.writing.next()).await {
                    Either::Left((outcome, _)) => Some(outcome),
                    Either::Right((written, _)) => {
                        written.into_iter().for_each(|one| self.hub.take_back(one));
                        None
                    }
                },
            };
            while let Some(Some(written)) = self.writing.next().now_or_never() {
                self.hub.take_back(written);
            }
            if let Some(outcome) = outcome {
                self.other = None;
                if let Some((audience, outcome)) = outcome {
                    self.apply(&ctx, audience, outcome).await?;
                }
            }
        }
    }

    /// Begins the next look at the log, or the pause before it, after what is due.
    async fn begin(&mut self, ctx: &Ctx) -> Result<()> {
        let now = Instant::now();
        if now >= self.sessions {
            self.sessions = now + SESSIONS;
            self.hub.check_sessions(ctx, None).await?;
        }
        if now >= self.care {
            self.care = now + CARE;
            self.hub.care(ctx).await?;
        }
        if now >= self.presence {
            self.presence = now + PRESENCE;
            self.hub.keep_presence(ctx).await?;
        }
        if now >= self.look {
            self.hub.is_reading.set(true);
            let audience = self.hub.audience.take();
            let (position, signals) = (self.hub.position.get(), self.hub.signals.get());
            let look = look(ctx.clone(), audience, self.hub.ears(), position, signals);
            self.other = Some(Box::pin(async { Some(look.await) }));
            return Ok(());
        }
        let wait = self.look.min(self.care).saturating_duration_since(now);
        let store = self.store.clone();
        self.other = Some(Box::pin(async move {
            store.pause(wait.max(Duration::from_millis(1))).await;
            None
        }));
        Ok(())
    }

    /// Writes to the streams that have something to write.
    fn start_writing(&mut self) {
        let mut streams = self.hub.streams.borrow_mut();
        for id in self.hub.ready.take() {
            if let Some(writing) = streams.get_mut(&id).and_then(|stream| stream.write(id)) {
                self.writing.push(writing);
            }
        }
    }

    /// Takes the outcome of a look at the log.
    async fn apply(&mut self, ctx: &Ctx, audience: Audience, outcome: Result<Heard>) -> Result<()> {
        let hub = self.hub;
        hub.take_audience(audience);
        let now = Instant::now();
        match outcome {
            Ok(news) => {
                hub.hand_out(news.told);
                let heard_signs = news.signs.last.is_some();
                hub.hand_out_signs(ctx, news.signs).await?;
                self.pause = match news.last {
                    Some(last) => {
                        hub.position.set(last);
                        SHORTEST
                    }
                    None if heard_signs => SHORTEST,
                    None => (self.pause * 3 / 2).min(LONGEST),
                };
                self.look = if news.is_full { now } else { now + self.pause };
                if !news.about_sessions.is_empty() {
                    hub.check_sessions(ctx, Some(&news.about_sessions)).await?;
                }
            }
            Err(error) => {
                failed(ctx, &error);
                self.look = now + OUTAGE;
            }
        }
        Ok(())
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
