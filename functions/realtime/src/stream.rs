//! `GET /v1/realtime`: everything that concerns the caller, as it happens.

use serde::Deserialize;
use whisper_kit::auth::Caller;
use whisper_kit::error::{Code, Error, Result};
use whisper_kit::log::{self as journal, Level};
use whisper_kit::{Ctx, Endpoint, Method, Outlet, Params, Reply, Request};
use whisper_schema::prelude::Session;
use whisper_store::Get;

use crate::event::EventView;
use crate::hub::Hub;
use crate::log;
use crate::opening::{Opening, Start};
use crate::position::{MOST_PLACE, Position, check_size};
use crate::replay::take_turn;
use crate::ticket::redeem;
use crate::turns::Turn;

/// Most characters of a ticket.
const MOST_TICKET: usize = 100;

/// Where to go on, and by which right.
#[derive(Clone, Debug, Default, Deserialize)]
#[cfg_attr(not(target_family = "wasm"), derive(schemars::JsonSchema))]
pub struct StreamParameters {
    /// The `id` of the newest event that the client has: everything behind it is told first. The header `Last-Event-ID` says the same.
    #[serde(default)]
    #[cfg_attr(not(target_family = "wasm"), schemars(length(max = MOST_PLACE)))]
    pub after: Option<String>,
    /// A ticket, in the place of an access token.
    #[serde(default)]
    #[cfg_attr(not(target_family = "wasm"), schemars(length(max = MOST_TICKET)))]
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
    .codes(&[
        Code::Unauthenticated,
        Code::InvalidHeader,
        Code::RateLimited,
    ])
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
    check_size("ticket", asked.ticket.as_deref(), MOST_TICKET)?;
    check_size("after", asked.after.as_deref(), MOST_PLACE)?;
    // A bot has one session for all of its tokens: the stream ends when this token does.
    let session = caller
        .is_bot()
        .then(|| Get::<Session>::id(&caller.session_id));
    let token = ctx.read(session).await?.flatten();
    let token = token.map(|session| session.into_inner().refresh_hash);
    let turn = Turn::to_open(&ctx, &caller.user_id)?;
    let newest = log::newest(&ctx).await?;
    let after = request.header("last-event-id").filter(|id| !id.is_empty());
    if after.is_some_and(|id| !is_id(id)) {
        let detail = "Last-Event-ID has another form than the ids of events.";
        return Err(Error::new(Code::InvalidHeader, detail));
    }
    let from = match after.or(asked.after.as_deref()) {
        None => Start::Here(newest.place),
        Some(text) => match Position::open(&ctx, text).await? {
            Some(from) if from.seq <= newest.last => Start::Behind(from),
            _ => Start::Anew(newest.place),
        },
    };
    let long = match from {
        Start::Behind(from) => take_turn(&ctx, from, newest.last).await?,
        Start::Here(_) | Start::Anew(_) => None,
    };
    let ctx = ctx.anew()?;
    let reply = Reply::streaming("text/event-stream", move |outlet| async move {
        if let Err(error) = serve(&ctx, (caller, token), from, (outlet, turn), long).await {
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

/// Tells what was missed, and hands the stream on to the hub. An error breaks the stream off: the client comes back.
async fn serve(
    ctx: &Ctx,
    caller: (Caller, Option<String>),
    start: Start,
    outlet: (Outlet, Turn),
    long: Option<Turn>,
) -> Result<()> {
    let id = Hub::of_instance().next_id();
    let Some(begun) = Opening::begin((ctx, id), caller, start, outlet).await? else {
        return Ok(());
    };
    let caught_up = begun.catch_up(ctx).await?;
    drop(long);
    if let Some(caught_up) = caught_up {
        Hub::of_instance().take_in(ctx, caught_up);
    }
    Ok(())
}
