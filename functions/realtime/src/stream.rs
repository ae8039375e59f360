//! `GET /v1/realtime`: everything that concerns the caller, as it happens.

use std::collections::BTreeSet;
use std::rc::Rc;

use serde::Deserialize;
use whisper_kit::auth::Caller;
use whisper_kit::error::{Code, Error, Result};
use whisper_kit::log::{self as journal, Level};
use whisper_kit::{Ctx, Endpoint, Method, Outlet, Params, Reply, Request};
use whisper_schema::prelude::Session;
use whisper_store::Get;

use crate::audience::Audience;
use crate::event::{EventView, NothingMore, StreamEnd, StreamView, What};
use crate::frame::Frame;
use crate::hub::{Hub, Joining};
use crate::limits::RETRY;
use crate::log;
use crate::position::Position;
use crate::replay::{Missed, replay};
use crate::sessions::{Held, signed_out};
use crate::signals::{Listener, keep, present, watched};
use crate::ticket::redeem;
use crate::viewer::Viewer;

/// Where to go on, and by which right.
#[derive(Clone, Debug, Default, Deserialize)]
#[cfg_attr(not(target_family = "wasm"), derive(schemars::JsonSchema))]
pub struct StreamParameters {
    /// The `id` of the newest event that the client has: everything behind it is told first. The header `Last-Event-ID` says the same.
    #[serde(default)]
    #[cfg_attr(not(target_family = "wasm"), schemars(length(max = 512)))]
    pub after: Option<String>,
    /// A ticket, in the place of an access token.
    #[serde(default)]
    #[cfg_attr(not(target_family = "wasm"), schemars(length(max = 100)))]
    pub ticket: Option<String>,
}

/// The endpoint.
pub fn endpoint() -> Endpoint {
    Endpoint::new(
        Method::GET,
        "/v1/realtime",
        "streamEvents",
        "A stream of server-sent events: everything that concerns the caller, as it happens. It ends after an hour, and the client goes on with \
         another one behind the last `id`",
        stream,
    )
    .auth(whisper_kit::Auth::UserOrTicket)
    .for_bots()
    .own_headers(&[LAST_EVENT_ID])
    .stream::<EventView>("The events.")
    .codes(&[Code::Unauthenticated, Code::InvalidHeader])
}

/// Where an `EventSource` goes on after its connection broke.
const LAST_EVENT_ID: whisper_kit::Header = whisper_kit::Header {
    name: "last-event-id",
    about: "The `id` of the newest event that the client has.",
    size: (0, 512),
    pattern: "^[A-Za-z0-9_-]*$",
};

async fn stream(
    ctx: Ctx,
    request: Request,
    Params(asked): Params<StreamParameters>,
) -> Result<Reply> {
    if request.header("authorization").is_none() {
        match asked.ticket.as_deref() {
            Some(ticket) => redeem(&ctx, ticket).await?,
            None => {
                let detail = "Send an access token in the header Authorization, or a ticket.";
                return Err(Error::new(Code::Unauthenticated, detail));
            }
        }
    }
    let caller = ctx.caller()?;
    // A bot has one session for all of its tokens: the stream ends when this token does.
    let session = caller
        .is_bot()
        .then(|| Get::<Session>::id(&caller.session_id));
    let token = ctx.read(session).await?.flatten();
    let token = token.map(|session| session.into_inner().refresh_hash);
    let newest = log::newest(&ctx).await?;
    let after = request.header("last-event-id").filter(|id| !id.is_empty());
    if after.is_some_and(|id| !is_id(id)) {
        let detail = "Last-Event-ID has another form than the ids of events.";
        return Err(Error::new(Code::InvalidHeader, detail));
    }
    let from = match after.or(asked.after.as_deref()) {
        None => Start::Here(newest),
        Some(text) => match Position::open(&ctx, text).await? {
            Some(from) if from.seq <= newest.seq => Start::Behind(from),
            _ => Start::Anew(newest),
        },
    };
    let ctx = ctx.anew()?;
    let reply = Reply::streaming("text/event-stream", move |outlet| async move {
        if let Err(error) = serve(&ctx, (caller, token), from, outlet).await {
            let cause = error.source_text().unwrap_or_default();
            let fields = [("cause", cause.into())];
            journal::write(Level::Error, "stream_failed", ctx.request_id(), &fields);
        }
    });
    // Nothing in between keeps the events back (nginx).
    Ok(reply.header("x-accel-buffering", "no"))
}

/// Whether a text has the form of an event's id.
fn is_id(text: &str) -> bool {
    let is_in = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    text.len() <= LAST_EVENT_ID.size.1 as usize && text.chars().all(is_in)
}

/// Where a stream begins.
#[derive(Clone, Copy, Debug)]
enum Start {
    /// At the newest event.
    Here(Position),
    /// Behind a place that the client has.
    Behind(Position),
    /// At the newest event, as the client's place says nothing.
    Anew(Position),
}

/// Tells what was missed, and hands the stream on to the hub. An error breaks the stream off: the client comes back.
async fn serve(
    ctx: &Ctx,
    (caller, token): (Caller, Option<String>),
    start: Start,
    mut outlet: Outlet,
) -> Result<()> {
    let (at, mut is_new) = match start {
        Start::Here(at) | Start::Anew(at) | Start::Behind(at) => (at, true),
    };
    let first = match start {
        Start::Anew(at) => reset(ctx, at).await?,
        _ => ready(ctx, at).await?,
    };
    if !outlet
        .write(format!("{RETRY}{}", first.sse).into_bytes())
        .await
    {
        return Ok(());
    }
    let hub = Hub::of_instance();
    let user: Rc<str> = caller.user_id.as_str().into();
    let signals = log::newest_signal(ctx).await?;
    let viewer = Viewer::read(ctx, &user).await?;
    let audience = Audience::of(&user, viewer);
    let watched = watched(ctx, &user, &caller.session_id).await?;
    keep(ctx, &[(caller.user_id.clone(), caller.session_id.clone())]).await?;
    let there = there(ctx, &caller.user_id, &audience, &watched).await?;
    if !there.is_empty() && !outlet.write(there.into_bytes()).await {
        return Ok(());
    }
    let mut opened = Opened {
        user,
        session: caller.session_id,
        token,
        at,
        audience,
        watched,
        signals,
    };
    loop {
        let Some(caught_up) = opened.catch_up(ctx, outlet, is_new).await? else {
            return Ok(());
        };
        is_new = false;
        match hub.join(ctx, opened.joining(caught_up)) {
            Ok(()) => return Ok(()),
            Err(back) => outlet = back.outlet,
        }
        ctx.store().await?.pause(hub.turn()).await;
    }
}

/// A stream that has not joined the others yet.
struct Opened {
    user: Rc<str>,
    session: String,
    token: Option<String>,
    at: Position,
    audience: Audience,
    watched: BTreeSet<String>,
    signals: i64,
}

impl Opened {
    /// Tells what was missed since its place. Gives the way to the reader back if the stream goes on: its reader is there, its session
    /// stands, and the log could be read up to its end. A place that is too old begins anew while the stream `is_new`.
    async fn catch_up(
        &mut self,
        ctx: &Ctx,
        mut outlet: Outlet,
        is_new: bool,
    ) -> Result<Option<Outlet>> {
        let mut text = String::new();
        match replay(ctx, &mut self.audience, self.at).await? {
            Missed::Events(frames, seq) => {
                self.at.seq = seq;
                frames.iter().for_each(|frame| text.push_str(&frame.sse));
            }
            Missed::TooMuch if is_new => {
                self.at = log::newest(ctx).await?;
                text = reset(ctx, self.at).await?.sse;
                // By what they may hear of now, and not by the part of the log that was given up.
                let viewer = Viewer::read(ctx, &self.user).await?;
                self.audience = Audience::of(&self.user, viewer);
            }
            // More happens than can be read on: the client comes back.
            Missed::TooMuch => return Ok(None),
        }
        if !text.is_empty() && !outlet.write(text.into_bytes()).await {
            return Ok(None);
        }
        // The news of its end may have come before the stream could join.
        let held = Held {
            id: 0,
            user: Rc::clone(&self.user),
            session: self.session.clone(),
            token: self.token.clone(),
        };
        if !signed_out(&ctx.anew()?, &[held]).await?.is_empty() {
            outlet.write(ended(ctx)?.sse.into_bytes()).await;
            outlet.end().await;
            return Ok(None);
        }
        Ok(Some(outlet))
    }

    fn joining(&self, outlet: Outlet) -> Joining {
        let viewer = self.audience.viewer(&self.user);
        Joining {
            user: Rc::clone(&self.user),
            session: self.session.clone(),
            token: self.token.clone(),
            at: self.at,
            outlet,
            viewer: viewer.cloned().unwrap_or_default(),
            watched: self.watched.clone(),
            signals: self.signals,
        }
    }
}

/// The presence of people who are there now, of those whose presence the stream tells of.
async fn there(
    ctx: &Ctx,
    user: &str,
    audience: &Audience,
    watched: &BTreeSet<String>,
) -> Result<String> {
    let viewer = audience.viewer(user);
    let listener = Listener {
        user_id: user,
        watched,
        is_member: &|place| viewer.is_some_and(|viewer| viewer.places.contains_key(place)),
        is_blocked: &|other| viewer.is_none_or(|viewer| viewer.blocks.may_hit([other].into_iter())),
    };
    let told = present(ctx, &listener).await?.into_iter();
    told.map(|told| Ok(Frame::passing(told, ctx.clock())?.sse))
        .collect()
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
