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
/// Entries that are read at once.
const PAGE: u32 = 500;
/// The most entries that are left out as they can't be told: with more, something else is wrong.
const MOST_LEFT_OUT: usize = 10;

/// How often a user may have more than a page of the log read again, per minute.
pub const LONG: Rate = Rate::per_minute("replay", "replay_rate_per_minute", 30);

/// Takes a turn for the caller's replay from a place, where `newest` is the commit number of the newest event: one that may be of more
/// than a page has one, to be kept until it is done, and is counted; others need none.
///
/// # Errors
/// [`whisper_kit::Code::RateLimited`], and the store's.
pub async fn take_turn(ctx: &Ctx, from: Position, newest: i64) -> Result<Option<Turn>> {
    // Each event has a number of its own, so there are no more than these.
    if newest.saturating_sub(from.seq) <= i64::from(PAGE) || from.at < log::oldest(ctx.now()) {
        return Ok(None);
    }
    let turn = Turn::to_replay(&ctx.caller()?.user_id)?;
    LONG.of_caller(ctx).await?.count(ctx).await?;
    Ok(Some(turn))
}

/// Events that somebody missed.
#[derive(Debug)]
pub enum Missed {
    /// These events; and where the log was read to.
    Events(Vec<Rc<Frame>>, i64),
    /// More than is told again.
    TooMuch,
}

/// Reads on from a place, to the end of the log. `audience` is the listener alone; its facts are kept up.
///
/// # Errors
/// The store's.
pub async fn replay(ctx: &Ctx, audience: &mut Audience, from: Position) -> Result<Missed> {
    if from.at < log::oldest(ctx.now()) {
        return Ok(Missed::TooMuch);
    }
    let (mut frames, mut at, mut looked_at) = (Vec::new(), from.seq, 0);
    let (mut portion, mut left_out) = (Portion::new(PAGE), 0);
    loop {
        let (told, read, last) = match look(ctx, audience, at, portion.size()).await {
            Ok(looked) => looked,
            Err(error) if error.is_outage() || left_out == MOST_LEFT_OUT => return Err(error),
            Err(error) if portion.is_last_try() => {
                left_out += 1;
                at = log::step_over::<Event>(ctx, at, error).await?;
                portion.passed();
                continue;
            }
            Err(_) => {
                portion.shrink();
                continue;
            }
        };
        let Some(last) = last else {
            return Ok(Missed::Events(frames, at));
        };
        looked_at += read;
        frames.extend(told.into_iter().map(|told| told.frame));
        at = last;
        if frames.len() > MOST_EVENTS || looked_at > MOST_LOOKED_AT {
            return Ok(Missed::TooMuch);
        }
        if read < portion.size() as usize {
            return Ok(Missed::Events(frames, at));
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
