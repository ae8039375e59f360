//! The streams of an instance, and the one task that reads the log for all of them.
//!
//! The task reads on from its place, every 20 ms while things happen and less often while nothing does, or as soon as it is [woken](crate::wake)
//! by a commit; it makes the events of a [round](crate::round) and writes them to the streams. All writing is its own, too: in a component a waker reaches no other task, so a task
//! for each stream would have to be woken by the host for each event. It ends with the last stream, and the next stream starts it anew.

mod chores;
mod look;
mod signs;
mod stream;
mod task;

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::rc::Rc;

use whisper_kit::Ctx;
use whisper_kit::error::Result;
use whisper_schema::Timestamp;
use whisper_store::Bell;

use crate::audience::{Audience, User};
use crate::event::StreamEnd;
use crate::limits::{MINUTES, STREAMS};
use crate::opening::Opening;
use crate::position::Position;
use crate::sessions::{Held, signed_out};
use crate::signals::gone;
use crate::telling::Told;
use stream::{Stream, Written};

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
    /// Streams that wait to join.
    waiting: RefCell<VecDeque<Opening>>,
    /// Streams that signs passed by while they opened.
    newcomers: RefCell<Vec<u64>>,
    /// Users whose streams have to learn whom they watch.
    watchers: RefCell<BTreeSet<String>>,
    /// Users whose sessions may be over: nothing is written to their streams until that is known.
    doubted: RefCell<BTreeSet<User>>,
    /// The streams of each user, the oldest first.
    by_user: RefCell<BTreeMap<User, Vec<u64>>>,
    /// Streams that have something to write, and don't write yet.
    ready: RefCell<Vec<u64>>,
    next: Cell<u64>,
    /// Devices whose streams ended.
    gone: RefCell<Vec<(String, String)>>,
    is_stopping: Cell<bool>,
    /// Rings when something was committed.
    bell: Bell,
    /// Whether it rang and the log wasn't looked at since.
    is_rung: Cell<bool>,
}

impl Hub {
    /// The hub of this instance.
    pub fn of_instance() -> Rc<Hub> {
        HUB.with(Rc::clone)
    }

    /// The id of a stream that opens. Ids stand in the order in which clients hear that their stream is open.
    pub fn next_id(&self) -> u64 {
        let id = self.next.get();
        self.next.set(id + 1);
        id
    }

    /// Takes a stream in whose client has been told the events it missed. It joins at once if it is as far as the other streams, else it waits
    /// and is told the rest first.
    pub fn take_in(self: &Rc<Self>, ctx: &Ctx, opening: Opening) {
        if !self.is_running.replace(true) {
            self.position.set(opening.at.seq);
            self.signals.set(opening.signals);
            task::start(Rc::clone(self), ctx.clone());
        }
        if let Err(back) = self.join(ctx, opening) {
            self.waiting.borrow_mut().push_back(*back);
        }
    }

    /// Lets a stream join the others.
    ///
    /// # Errors
    /// The stream itself, while it is behind the others, or the log is being read.
    fn join(&self, ctx: &Ctx, opening: Opening) -> std::result::Result<(), Box<Opening>> {
        if self.is_reading.get() || opening.at.seq < self.position.get() {
            return Err(Box::new(opening));
        }
        let id = opening.id;
        if opening.signals < self.signals.get() {
            self.newcomers.borrow_mut().push(id);
        }
        let user = Rc::clone(&opening.user);
        let mut audience = self.audience.borrow_mut();
        if !audience.has(&user) {
            audience.add(Rc::clone(&user), opening.viewer());
        }
        let mut by_user = self.by_user.borrow_mut();
        let theirs = by_user.entry(Rc::clone(&user)).or_default();
        let most = ctx.config().get(&STREAMS).max(1) as usize;
        let surplus = surplus(theirs, id, most);
        let stream = Stream::new(opening, ctx.clock());
        self.streams.borrow_mut().insert(id, stream);
        drop((audience, by_user));
        for id in surplus {
            self.end(ctx, id, StreamEnd::TooMany, None);
        }
        Ok(())
    }

    /// Lets the waiting streams join that are as far as the others. Gives up to `most` of the rest back, to be told what they lack.
    fn let_join(&self, ctx: &Ctx, most: usize) -> Vec<Opening> {
        let mut behind = Vec::new();
        if self.is_reading.get() {
            return behind;
        }
        let waiting = self.waiting.take();
        for opening in waiting {
            match self.join(ctx, opening) {
                Ok(()) => {}
                Err(back) if behind.len() < most => behind.push(*back),
                Err(back) => self.waiting.borrow_mut().push_back(*back),
            }
        }
        behind
    }

    /// Ends all streams with `stream.ended`, before the instance stops. Streams that open later are ended by the next [`Hub::care`].
    pub async fn stop(&self, ctx: &Ctx) {
        self.is_stopping.set(true);
        // They end without a place where the key for it can't be read.
        let place = self.place(ctx).await.ok();
        self.end_all(ctx, place.as_ref().map(|(place, _)| place.as_str()));
    }

    /// Has the log looked at soon, as something was committed.
    pub fn ring(&self) {
        self.is_rung.set(true);
        self.bell.ring();
    }

    /// Whether the instance is about to stop.
    pub fn is_stopping(&self) -> bool {
        self.is_stopping.get()
    }

    fn end_all(&self, ctx: &Ctx, place: Option<&str>) {
        let ids: Vec<u64> = self.streams.borrow().keys().copied().collect();
        for id in ids {
            self.end(ctx, id, StreamEnd::Stopping, place);
        }
    }

    /// The place up to which all streams are told, as clients keep it, and the moment.
    async fn place(&self, ctx: &Ctx) -> Result<(String, Timestamp)> {
        let at = ctx.clock();
        loop {
            let seq = self.position.get();
            let place = Position { seq, at }.seal(ctx).await?;
            // Events may have been handed out while the key was read.
            if seq == self.position.get() {
                return Ok((place, at));
            }
        }
    }

    /// Whether there is no stream.
    fn is_empty(&self) -> bool {
        self.streams.borrow().is_empty() && self.waiting.borrow().is_empty()
    }

    fn end(&self, ctx: &Ctx, id: u64, why: StreamEnd, place: Option<&str>) {
        if let Some(stream) = self.streams.borrow_mut().get_mut(&id)
            && stream.end(ctx, why, place)
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

    /// Hands events to the streams of their listeners.
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

    /// Puts the listeners back after a look at the log, but for users whose last stream ended during it.
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
        let (place, at) = self.place(ctx).await?;
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
            .for_each(|id| self.end(ctx, id, StreamEnd::Renew, Some(&place)));
        if self.is_stopping.get() {
            self.end_all(ctx, Some(&place));
        }
        Ok(())
    }

    /// Says of the devices whose streams ended that they go, unless they have another stream here.
    async fn let_go(&self, ctx: &Ctx) -> Result<()> {
        let devices: BTreeSet<(String, String)> = self.gone.take().into_iter().collect();
        if devices.is_empty() {
            return Ok(());
        }
        let devices: Vec<(String, String)> = {
            let streams = self.streams.borrow();
            let waiting = self.waiting.borrow();
            let joined = streams.values().map(|stream| stream.session.as_str());
            let waiting = waiting.iter().map(|opening| opening.session.as_str());
            let here: BTreeSet<&str> = joined.chain(waiting).collect();
            let devices = devices.into_iter();
            devices
                .filter(|(_, session)| !here.contains(session.as_str()))
                .collect()
        };
        gone(ctx, &devices).await
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
            self.end(ctx, id, StreamEnd::SignedOut, None);
        }
        Ok(())
    }
}

/// Adds a stream to those of its user, in the order in which they opened: one that opened earlier may join later. Gives those that are too many, the
/// oldest.
fn surplus(theirs: &mut Vec<u64>, id: u64, most: usize) -> Vec<u64> {
    theirs.push(id);
    theirs.sort_unstable();
    theirs[..theirs.len().saturating_sub(most)].to_vec()
}

#[cfg(test)]
mod tests {
    use super::surplus;

    #[test]
    fn the_stream_that_opened_first_is_too_many_also_when_it_joins_last() {
        let mut theirs = Vec::new();
        assert!(surplus(&mut theirs, 2, 2).is_empty());
        assert!(surplus(&mut theirs, 3, 2).is_empty());
        assert_eq!(surplus(&mut theirs, 1, 2), [1]);
        assert_eq!(theirs, [1, 2, 3]);
    }
}
