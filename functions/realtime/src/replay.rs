//! Missed events: the log read again from an older place, within bounds.

use std::rc::Rc;

use whisper_kit::Ctx;
use whisper_kit::error::Result;
use whisper_kit::rate_limit::Rate;
use whisper_schema::prelude::Event;

use crate::audience::Audience;
use crate::frame::Frame;
use crate::log;
use crate::portion::Portion;
use crate::position::Position;
use crate::round::round;
use crate::telling::Told;
use crate::turns::Turn;

/// The most events that are told again.
pub const MOST_EVENTS: usize = 500;
/// The most entries of the log, of all users, that are looked through.
const MOST_LOOKED_AT: usize = 20_000;
/// Entries that are read at once: their events, which may be long, are in memory at a time.
const PAGE: u32 = 100;
/// Entries from which on a replay is a long one.
const SHORT: i64 = 500;
/// The most bytes of events of a part, unless one entry of the log has more: so much waits for a slow reader.
const MOST_BYTES: usize = 1 << 20;
/// The most entries that are left out as they can't be told: with more, something else is wrong.
const MOST_LEFT_OUT: usize = 10;

/// How often a user may have much of the log read again, per minute.
pub const LONG: Rate = Rate::per_minute("replay", "replay_rate_per_minute", 30);

/// Takes a turn for the caller's replay from a place, where `newest` is the commit number of the newest event: a long
/// one has one, to be kept until it is done, and is counted; others need none.
///
/// # Errors
/// [`whisper_kit::Code::RateLimited`], and the store's.
pub async fn take_turn(ctx: &Ctx, from: Position, newest: i64) -> Result<Option<Turn>> {
    // Each event has a number of its own, so there are no more than these.
    if newest.saturating_sub(from.seq) <= SHORT || from.at < log::oldest(ctx.now()) {
        return Ok(None);
    }
    let turn = Turn::to_replay(&ctx.caller()?.user_id)?;
    LONG.of_caller(ctx).await?.count(ctx).await?;
    Ok(Some(turn))
}

/// Events that somebody missed.
#[derive(Debug)]
pub enum Missed {
    /// Some events.
    Events(Part),
    /// More than is told again.
    TooMuch,
}

/// Events that follow each other.
#[derive(Debug)]
pub struct Part {
    /// The events.
    pub frames: Vec<Rc<Frame>>,
    /// Where the log was read to.
    pub seq: i64,
    /// Whether that is its end; else the rest is another part.
    pub is_last: bool,
}

/// Reads on from a place: to the end of the log, or until it is enough for a part. `audience` is the listener alone; its facts are kept up.
///
/// # Errors
/// The store's.
pub async fn replay(ctx: &Ctx, audience: &mut Audience, from: Position) -> Result<Missed> {
    if from.at < log::oldest(ctx.now()) {
        return Ok(Missed::TooMuch);
    }
    let mut part = Part {
        frames: Vec::new(),
        seq: from.seq,
        is_last: false,
    };
    let (mut portion, mut left_out) = (Portion::new(PAGE), 0);
    let (mut looked_at, mut bytes) = (0, 0);
    loop {
        let before = audience.clone();
        let (told, read, last) = match look(ctx, audience, part.seq, portion.size()).await {
            Ok(looked) => looked,
            Err(error) if error.is_outage() || left_out == MOST_LEFT_OUT => return Err(error),
            Err(error) if portion.is_last_try() => {
                left_out += 1;
                part.seq = log::step_over::<Event>(ctx, part.seq, error).await?;
                portion.passed();
                continue;
            }
            Err(_) => {
                portion.shrink();
                continue;
            }
        };
        bytes += told.iter().map(|told| told.frame.sse.len()).sum::<usize>();
        if bytes > MOST_BYTES && read > 1 {
            // These are told later, or fewer at once; and the listener's facts are those of before.
            *audience = before;
            if !part.frames.is_empty() {
                return Ok(Missed::Events(part));
            }
            bytes = 0;
            portion.halve();
            continue;
        }
        looked_at += read;
        part.frames.extend(told.into_iter().map(|told| told.frame));
        part.seq = last.unwrap_or(part.seq);
        if part.frames.len() > MOST_EVENTS || looked_at > MOST_LOOKED_AT {
            return Ok(Missed::TooMuch);
        }
        part.is_last = read < portion.size() as usize;
        if part.is_last || bytes > MOST_BYTES {
            return Ok(Missed::Events(part));
        }
        portion.passed();
    }
}

/// A part of the log: its events, how many entries they are of, and the commit number of the last.
type Looked = (Vec<Told>, usize, Option<i64>);

async fn look(ctx: &Ctx, audience: &mut Audience, behind: i64, size: u32) -> Result<Looked> {
    let news = log::behind(ctx, behind, size).await?;
    let told = round(ctx, audience, &news).await?;
    Ok((told, news.len(), news.last().map(|last| last.seq)))
}
