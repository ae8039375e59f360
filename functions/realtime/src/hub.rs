//! The streams of an instance, and the one task that reads the log for all of them.
//!
//! The task reads on from its place, every 20 ms while things happen and less often while nothing does, makes the events of a
//! [round](crate::round) and writes them to the streams. All writing is its own, too: in a component a waker reaches no other task, so a task
//! for each stream would have to be woken by the host for each event. It ends with the last stream, and the next stream starts it anew.

mod signs;
mod stream;

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
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

use crate::audience::{Audience, User};
use crate::event::StreamEnd;
use crate::limits::{MINUTES, STREAMS};
use crate::log;
use crate::position::Position;
use crate::round::round;
use crate::sessions::{Held, signed_out};
use crate::signals::gone;
use crate::telling::Told;
use signs::{Ear, Signs, signs};
pub use stream::Joining;
use stream::{Stream, Writing, Written};

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

thread_local! {
    static HUB: Rc<Hub> = Rc::default();
}

/// The streams of an instance.
#[derive(Default)]
pub struct Hub {
    /// Commit number up to which all streams are told.
    position: Cell<i64>,
    /// The same of the signs that pass.
    signals: Cell<i64>,
    is_running: Cell<bool>,
    /// While the log is read the audience is with the reader.
    is_reading: Cell<bool>,
    audience: RefCell<Audience>,
    streams: RefCell<BTreeMap<u64, Stream>>,
    /// The streams of each user, the oldest first.
    by_user: RefCell<BTreeMap<User, Vec<u64>>>,
    /// Streams that have something to write, and don't write yet.
    ready: RefCell<Vec<u64>>,
    next: Cell<u64>,
    /// Devices whose streams ended.
    gone: RefCell<Vec<(String, String)>>,
    is_stopping: Cell<bool>,
}

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

impl Hub {
    /// The hub of this instance.
    pub fn of_instance() -> Rc<Hub> {
        HUB.with(Rc::clone)
    }

    /// How long to wait before the next try to join.
    pub fn turn(&self) -> Duration {
        SHORTEST / 2
    }

    /// Takes a stream in that was told all that the others were told.
    ///
    /// # Errors
    /// The stream itself, while it is behind the others, or the log is being read.
    pub fn join(
        self: &Rc<Self>,
        ctx: &Ctx,
        joining: Joining,
    ) -> std::result::Result<(), Box<Joining>> {
        let is_behind = self.is_running.get() && joining.at.seq < self.position.get();
        if self.is_reading.get() || is_behind {
            return Err(Box::new(joining));
        }
        if !self.is_running.replace(true) {
            self.position.set(joining.at.seq);
            self.signals.set(joining.signals);
            spawn(run(Rc::clone(self), ctx.clone()));
        }
        let id = self.next.get();
        self.next.set(id + 1);
        let user = Rc::clone(&joining.user);
        let mut audience = self.audience.borrow_mut();
        if !audience.has(&user) {
            audience.add(Rc::clone(&user), joining.viewer.clone());
        }
        let mut by_user = self.by_user.borrow_mut();
        let theirs = by_user.entry(Rc::clone(&user)).or_default();
        theirs.push(id);
        let most = ctx.config().get(&STREAMS).max(1) as usize;
        let surplus: Vec<u64> = theirs[..theirs.len().saturating_sub(most)].to_vec();
        let stream = Stream::new(joining, ctx.clock());
        self.streams.borrow_mut().insert(id, stream);
        drop((audience, by_user));
        for id in surplus {
            self.end(ctx, id, StreamEnd::TooMany);
        }
        Ok(())
    }

    /// Ends all streams, each with a word; further ones end at once. For an instance that is about to go.
    pub fn stop(&self, ctx: &Ctx) {
        self.is_stopping.set(true);
        let ids: Vec<u64> = self.streams.borrow().keys().copied().collect();
        for id in ids {
            self.end(ctx, id, StreamEnd::Stopping);
        }
    }

    fn end(&self, ctx: &Ctx, id: u64, why: StreamEnd) {
        if let Some(stream) = self.streams.borrow_mut().get_mut(&id)
            && stream.end(ctx, why)
        {
            self.ready.borrow_mut().push(id);
        }
    }

    fn forget(&self, id: u64) {
        let Some(stream) = self.streams.borrow_mut().remove(&id) else {
            return;
        };
        let device = (stream.user.to_string(), stream.session);
        self.gone.borrow_mut().push(device);
        let mut by_user = self.by_user.borrow_mut();
        if let Some(theirs) = by_user.get_mut(&stream.user) {
            theirs.retain(|other| *other != id);
            if theirs.is_empty() {
                by_user.remove(&stream.user);
                self.audience.borrow_mut().remove(&stream.user);
            }
        }
    }

    /// Hands events to the streams of those who hear of them.
    fn hand_out(&self, told: Vec<Told>) {
        let (by_user, mut streams) = (self.by_user.borrow(), self.streams.borrow_mut());
        let mut ready = self.ready.borrow_mut();
        for Told { to, frame } in told {
            for id in by_user.get(&to).into_iter().flatten() {
                if let Some(stream) = streams.get_mut(id)
                    && stream.push(Rc::clone(&frame))
                {
                    ready.push(*id);
                }
            }
        }
    }

    /// Takes the listeners back from the one who read, without those who went in the meantime.
    fn take_audience(&self, mut audience: Audience) {
        let by_user = self.by_user.borrow();
        let users = audience.users();
        let gone: Vec<User> = users
            .filter(|user| !by_user.contains_key(*user))
            .cloned()
            .collect();
        gone.iter().for_each(|user| audience.remove(user));
        self.audience.replace(audience);
        self.is_reading.set(false);
    }

    /// Takes a stream back that has been written to.
    fn take_back(&self, written: Written) {
        let Written { id, outlet } = written;
        let Some(outlet) = outlet else {
            return self.forget(id);
        };
        let mut streams = self.streams.borrow_mut();
        if let Some(stream) = streams.get_mut(&id)
            && stream.take_back(outlet)
        {
            self.ready.borrow_mut().push(id);
        }
    }

    /// Looks after the streams: comments, ends, and readers that are too slow.
    async fn care(&self, ctx: &Ctx) -> Result<()> {
        let at = ctx.clock();
        let seq = self.position.get();
        let place = Position { seq, at }.seal(ctx).await?;
        let life = ctx.config().get(&MINUTES).max(1) as i64 * 60_000;
        let (mut old, mut slow) = (Vec::new(), Vec::new());
        for (id, stream) in self.streams.borrow_mut().iter_mut() {
            if stream.is_stuck() {
                slow.push(*id);
            } else if stream.opened_at.plus(life) <= at {
                old.push(*id);
            } else if stream.keep_up(&place) {
                self.ready.borrow_mut().push(*id);
            }
        }
        slow.into_iter().for_each(|id| self.forget(id));
        old.into_iter()
            .for_each(|id| self.end(ctx, id, StreamEnd::Renew));
        if self.is_stopping.get() {
            self.stop(ctx);
        }
        for (user, session) in self.gone.take() {
            let mut streams = self
                .streams
                .borrow()
                .values()
                .map(|s| s.session.clone())
                .collect::<Vec<_>>()
                .into_iter();
            if !streams.any(|other| other == session) {
                gone(ctx, &user, &session).await?;
            }
        }
        Ok(())
    }

    /// Ends the streams whose session is over; of these users, or of all.
    async fn check_sessions(&self, ctx: &Ctx, of: Option<&[User]>) -> Result<()> {
        let all: Vec<Held> = self
            .streams
            .borrow()
            .iter()
            .filter(|(_, stream)| of.is_none_or(|some| some.contains(&stream.user)))
            .map(|(id, stream)| Held {
                id: *id,
                user: Rc::clone(&stream.user),
                session: stream.session.clone(),
                token: stream.token.clone(),
            })
            .collect();
        for id in signed_out(ctx, &all).await? {
            self.end(ctx, id, StreamEnd::SignedOut);
        }
        Ok(())
    }
}

/// One look at the log: the listeners, and the outcome.
type Look = (Audience, Result<Heard>);

/// What a look at the log gave.
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
