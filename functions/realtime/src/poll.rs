//! `GET /v1/realtime/poll`: the events of the stream as a long poll, for networks that break streams and for servers that have none.

use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};
use serde_json::Value;
use whisper_kit::error::{Code, Error, Result, Rule};
use whisper_kit::{Ctx, Endpoint, Method, Params, Reply, Request};

use crate::audience::Audience;
#[cfg(not(target_family = "wasm"))]
use crate::event::EventView;
use crate::hub::Hub;
use crate::log;
use crate::position::{MOST_PLACE, Position, check_size};
use crate::replay::{Missed, Part, Replay, take_turn};
use crate::turns::Turn;
use crate::viewer::Viewer;

/// The longest that a client may wait, in seconds.
const MOST_SECONDS: u64 = 25;
/// The pauses between two looks at the log while nothing happens.
const PAUSES: [Duration; 3] = [
    Duration::from_millis(100),
    Duration::from_millis(250),
    Duration::from_millis(500),
];

/// Where to go on, and for how long to wait.
#[derive(Clone, Debug, Default, Deserialize)]
#[cfg_attr(not(target_family = "wasm"), derive(schemars::JsonSchema))]
pub struct PollParameters {
    /// `next` of the answer before, or the `id` of an event: the events behind it are given. Without it none is, but the place from which to go on.
    #[serde(default)]
    #[cfg_attr(not(target_family = "wasm"), schemars(length(max = MOST_PLACE)))]
    pub after: Option<String>,
    /// For how many seconds to wait while nothing happens, at most 25.
    #[serde(default)]
    #[cfg_attr(not(target_family = "wasm"), schemars(range(max = 25)))]
    pub wait: u64,
}

/// Events of a poll.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(not(target_family = "wasm"), derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct EventListView {
    /// The events, in their order.
    #[cfg_attr(not(target_family = "wasm"), schemars(with = "Vec<EventView>"))]
    pub events: Vec<Value>,
    /// Where to go on.
    pub next: String,
    /// Whether events were left out: read again what is shown, and go on from `next`.
    pub is_reset: bool,
}

/// The endpoint.
pub fn endpoint() -> Endpoint {
    Endpoint::new(
        Method::GET,
        "/v1/realtime/poll",
        "pollEvents",
        "The events behind a place, as soon as there is one",
        poll,
    )
    .for_bots()
    .reply::<EventListView>(200, "The events, or none when the time was over.")
    .codes(&[Code::RateLimited])
}

async fn poll(ctx: Ctx, _: Request, Params(asked): Params<PollParameters>) -> Result<Reply> {
    let caller = ctx.caller()?;
    if asked.wait > MOST_SECONDS {
        let detail = format!("must be at most {MOST_SECONDS}");
        return Err(Error::parameter("wait", Rule::Range, detail));
    }
    check_size("after", asked.after.as_deref(), MOST_PLACE)?;
    let turn = Turn::to_wait(&ctx, &caller.user_id);
    let newest = log::newest(&ctx).await?;
    let from = match asked.after.as_deref() {
        None => return answer(&ctx, Vec::new(), newest.place, false).await,
        Some(after) => Position::open(&ctx, after).await?,
    };
    let Some(mut from) = from.filter(|from| from.seq <= newest.last) else {
        return answer(&ctx, Vec::new(), newest.place, true).await;
    };
    let mut long = take_turn(&ctx, from, newest.last).await?;
    let deadline = Instant::now() + Duration::from_secs(asked.wait);
    let viewer = Viewer::read(&ctx, &caller.user_id).await?;
    let mut audience = Audience::of(&caller.user_id, viewer);
    let mut pauses = PAUSES.into_iter();
    let mut pause = PAUSES[0];
    loop {
        // The time is that of each look, so that a message that has ended by then isn't told.
        let (now, mut replay) = (ctx.anew()?, Replay::default());
        let part = replay.part(&now, &mut audience, from).await?;
        let Part {
            frames,
            seq,
            is_last,
        } = match part {
            Missed::Events(part) => part,
            Missed::TooMuch => return answer(&ctx, Vec::new(), newest.place, true).await,
        };
        drop(long.take());
        from = Position {
            seq,
            // The events behind a part are as old as they were.
            at: if is_last { ctx.clock() } else { from.at },
        };
        let now = Instant::now();
        let is_over = turn.is_over() || Hub::of_instance().is_stopping();
        if !frames.is_empty() || now >= deadline || is_over {
            let events = frames
                .iter()
                .map(|frame| frame.value())
                .collect::<Result<_>>()?;
            return answer(&ctx, events, from, false).await;
        }
        pause = pauses.next().unwrap_or(pause);
        ctx.store().await?.pause(pause.min(deadline - now)).await;
        // Somebody who was signed out in the meantime hears nothing more.
        ctx.check_again().await?;
    }
}

async fn answer(ctx: &Ctx, events: Vec<Value>, next: Position, is_reset: bool) -> Result<Reply> {
    Reply::ok(&EventListView {
        events,
        next: next.seal(ctx).await?,
        is_reset,
    })
}
