//! The opening of a stream: its first words, and the events that its client missed.

use std::collections::BTreeSet;
use std::rc::Rc;
use std::time::Duration;

use futures::FutureExt;
use futures::future::{Either, select};
use whisper_kit::auth::Caller;
use whisper_kit::error::Result;
use whisper_kit::{Ctx, Outlet};
use whisper_store::Store;

use crate::audience::{Audience, User};
use crate::event::{NothingMore, StreamEnd, StreamView, What};
use crate::frame::Frame;
use crate::limits::{PATIENCE, RETRY};
use crate::log;
use crate::parting::Parting;
use crate::position::Position;
use crate::replay::{Missed, Replay};
use crate::sessions::{Held, signed_out};
use crate::signals::{Listener, keep, present, watched};
use crate::turns::Turn;
use crate::viewer::Viewer;

/// How long a reader may take while others wait for their turn to catch up. One who is slower comes back.
const SHORT_PATIENCE: Duration = Duration::from_secs(2);

/// Where a stream begins.
#[derive(Clone, Copy, Debug)]
pub enum Start {
    /// At the newest event.
    Here(Position),
    /// Behind a place that the client has.
    Behind(Position),
    /// At the newest event, as the client's place says nothing.
    Anew(Position),
}

/// A stream that is not among the others yet.
pub struct Opening {
    /// Its id among the streams of the instance.
    pub id: u64,
    /// Its user.
    pub user: User,
    /// The user's session.
    pub session: String,
    /// The hash of its token, if that is a bot's.
    pub token: Option<String>,
    /// Where it has been told up to.
    pub at: Position,
    /// The way to its reader.
    pub outlet: Outlet,
    /// Its user alone, with the facts about them.
    pub audience: Audience,
    /// The people whose presence it tells of.
    pub watched: BTreeSet<String>,
    /// Commit number of the newest sign that passed before.
    pub signals: i64,
    /// Whether the client may be told to begin anew: only at first, else it comes back.
    is_new: bool,
    /// Counts it among those of its user that wait, until it is among the others.
    _turn: Turn,
}

impl Opening {
    /// Tells the first words: the place, and the people who are there. None for a reader that is gone.
    ///
    /// # Errors
    /// The store's.
    pub async fn begin(
        (ctx, id): (&Ctx, u64),
        (caller, token): (Caller, Option<String>),
        start: Start,
        (mut outlet, turn): (Outlet, Turn),
    ) -> Result<Option<Self>> {
        let first = match start {
            Start::Anew(at) => reset(ctx, at).await?,
            Start::Here(at) | Start::Behind(at) => ready(ctx, at).await?,
        };
        let first = format!("{RETRY}{}", first.sse);
        let store = ctx.store().await?;
        if !written(store, &mut outlet, first, PATIENCE).await {
            return Ok(None);
        }
        let user: User = caller.user_id.as_str().into();
        let viewer = Viewer::read(ctx, &user).await?;
        let audience = Audience::of(&user, viewer);
        // Signs behind this one are told when the stream joins, also that it watches other people than are read here.
        let signals = log::newest_signal(ctx).await?;
        let watched = watched(ctx, &user, &caller.session_id).await?;
        keep(ctx, &[(caller.user_id.clone(), caller.session_id.clone())]).await?;
        let there = there(ctx, &user, audience.viewer(&user), &watched).await?;
        let there: String = there.into_iter().map(|frame| frame.sse).collect();
        if !there.is_empty() && !written(store, &mut outlet, there, PATIENCE).await {
            return Ok(None);
        }
        let (Start::Here(at) | Start::Anew(at) | Start::Behind(at)) = start;
        Ok(Some(Opening {
            id,
            user,
            session: caller.session_id,
            token,
            at,
            outlet,
            audience,
            watched,
            signals,
            is_new: true,
            _turn: turn,
        }))
    }

    /// Tells what was missed since its place, part by part. Gives the stream back if it goes on: its reader is there, its session stands, and
    /// the log could be read up to its end. A place that is too old begins anew, once.
    ///
    /// # Errors
    /// The store's.
    pub async fn catch_up(mut self, ctx: &Ctx) -> Result<Option<Self>> {
        let (mut is_first, mut is_last, mut has_friends) = (true, false, false);
        let mut replay = Replay::default();
        while !is_last {
            let ctx = &ctx.anew()?;
            if !is_first || self.has_missed(ctx).await? {
                // A slow reader may have taken long for what came before.
                let Some(stands) = self.if_it_stands(ctx).await? else {
                    return Ok(None);
                };
                self = stands;
                self.audience.learn(ctx, &self.user).await?;
            }
            is_first = false;
            let text = match replay.part(ctx, &mut self.audience, self.at).await? {
                Missed::Events(part) => {
                    (self.at.seq, is_last) = (part.seq, part.is_last);
                    let mut kinds = part.frames.iter().map(|frame| frame.kind);
                    has_friends |= kinds.any(|kind| kind.starts_with("contact"));
                    part.frames.iter().map(|frame| frame.sse.as_str()).collect()
                }
                Missed::TooMuch if self.is_new => {
                    (is_last, has_friends) = (true, true);
                    self.begin_anew(ctx).await?
                }
                // More happens than can be read on: the client comes back.
                Missed::TooMuch => return Ok(None),
            };
            if !self.write(ctx, text).await? {
                return Ok(None);
            }
        }
        if has_friends {
            // Contacts are watched, and these may have come after it was read who they are.
            self.watched = watched(ctx, &self.user, &self.session).await?;
        }
        (self.is_new, self.at.at) = (false, ctx.clock());
        // The news of its end may have come before the stream could join.
        self.if_it_stands(&ctx.anew()?).await
    }

    /// Whether something happened since its place, to anybody.
    async fn has_missed(&self, ctx: &Ctx) -> Result<bool> {
        Ok(!log::behind(ctx, self.at.seq, 1).await?.is_empty())
    }

    /// Begins at the end of the log; gives the word of it.
    async fn begin_anew(&mut self, ctx: &Ctx) -> Result<String> {
        self.at = log::newest(ctx).await?.place;
        // By what they may hear of now, and not by the part of the log that was given up.
        let viewer = Viewer::read(ctx, &self.user).await?;
        self.audience = Audience::of(&self.user, viewer);
        Ok(reset(ctx, self.at).await?.sse)
    }

    /// Writes events; false for a reader that is gone or too slow.
    async fn write(&mut self, ctx: &Ctx, text: String) -> Result<bool> {
        let patience = match self.is_new {
            true => PATIENCE,
            false => SHORT_PATIENCE,
        };
        let store = ctx.store().await?;
        Ok(text.is_empty() || written(store, &mut self.outlet, text, patience).await)
    }

    /// Gives the stream back if its session stands; else it ends with that word.
    async fn if_it_stands(mut self, ctx: &Ctx) -> Result<Option<Self>> {
        let held = Held {
            id: 0,
            user: Rc::clone(&self.user),
            session: self.session.clone(),
            token: self.token.clone(),
        };
        if signed_out(ctx, &[held]).await?.is_empty() {
            return Ok(Some(self));
        }
        self.outlet.write(ended(ctx)?.sse.into_bytes()).await;
        self.outlet.end().await;
        Ok(None)
    }

    /// The facts about its user.
    pub fn viewer(&self) -> Viewer {
        let viewer = self.audience.viewer(&self.user);
        viewer.cloned().unwrap_or_default()
    }
}

/// Writes a text; false for a reader that is gone, or doesn't take it in time.
async fn written(store: &Store, outlet: &mut Outlet, text: String, patience: Duration) -> bool {
    let writing = outlet.write(text.into_bytes()).boxed_local();
    match select(writing, store.pause(patience).boxed_local()).await {
        Either::Left((is_there, _)) => is_there,
        Either::Right(_) => false,
    }
}

/// The presence of people who are there now, of those whose presence a stream of the user tells of.
///
/// # Errors
/// The store's.
pub async fn there(
    ctx: &Ctx,
    user: &str,
    viewer: Option<&Viewer>,
    watched: &BTreeSet<String>,
) -> Result<Vec<Frame>> {
    let people = watched.iter().map(String::as_str);
    let parting = Parting::of_one(ctx, user, viewer, people).await?;
    let listener = Listener {
        user_id: user,
        watched,
        is_member: &|place| viewer.is_some_and(|viewer| viewer.places.contains_key(place)),
        is_blocked: &|other| viewer.is_none_or(|viewer| parting.parts(user, viewer, other)),
    };
    let told = present(ctx, &listener).await?.into_iter();
    told.map(|told| Frame::passing(told, ctx.clock())).collect()
}

async fn ready(ctx: &Ctx, at: Position) -> Result<Frame> {
    let what = What::StreamReady(NothingMore {});
    Frame::new(at.seq, Some(at.seal(ctx).await?), ctx.clock(), what)
}

fn ended(ctx: &Ctx) -> Result<Frame> {
    let reason = StreamEnd::SignedOut;
    let what = What::StreamEnded(StreamView { reason });
    Frame::new(0, None, ctx.clock(), what)
}

async fn reset(ctx: &Ctx, at: Position) -> Result<Frame> {
    let reason = StreamEnd::Reset;
    let what = What::StreamReset(StreamView { reason });
    Frame::new(at.seq, Some(at.seal(ctx).await?), ctx.clock(), what)
}
