//! Missed events: the log read again from an older place, within bounds.

use std::rc::Rc;

use whisper_kit::Ctx;
use whisper_kit::error::Result;

use crate::audience::Audience;
use crate::frame::Frame;
use crate::log;
use crate::position::Position;
use crate::round::round;

/// The most events that are told again.
pub const MOST_EVENTS: usize = 500;
/// The most entries of the log, of all users, that are looked through.
const MOST_LOOKED_AT: usize = 20_000;
/// Entries that are read at once.
const PAGE: u32 = 500;

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
    loop {
        let news = log::behind(ctx, at, PAGE).await?;
        let Some(last) = news.last().map(|last| last.seq) else {
            return Ok(Missed::Events(frames, at));
        };
        looked_at += news.len();
        let told = round(ctx, audience, &news).await?;
        frames.extend(told.into_iter().map(|told| told.frame));
        at = last;
        if frames.len() > MOST_EVENTS || looked_at > MOST_LOOKED_AT {
            return Ok(Missed::TooMuch);
        }
        if news.len() < PAGE as usize {
            return Ok(Missed::Events(frames, at));
        }
    }
}
