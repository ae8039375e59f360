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
/// The most entries that are left out as they can't be told; with more the client begins anew.
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

/// A replay, part by part: the bounds are those of all parts together.
pub struct Replay {
    told: usize,
    looked_at: usize,
    left_out: usize,
    portion: Portion,
}

impl Default for Replay {
    fn default() -> Self {
        Replay {
            told: 0,
            looked_at: 0,
            left_out: 0,
            portion: Portion::new(PAGE),
        }
    }
}

impl Replay {
    /// Reads on from a place: to the end of the log, or until it is enough for a part. `audience` is the listener alone; its facts are kept up.
    ///
    /// # Errors
    /// The store's.
    pub async fn part(
        &mut self,
        ctx: &Ctx,
        audience: &mut Audience,
        from: Position,
    ) -> Result<Missed> {
        if from.at < log::oldest(ctx.now()) {
            return Ok(Missed::TooMuch);
        }
        let (mut frames, mut seq, mut bytes) = (Vec::new(), from.seq, 0);
        // After a dense place more is read at once again, by and by.
        self.portion = Portion::new(PAGE.min(self.portion.size().saturating_mul(2)));
        loop {
            let (told, read) = match self.look(ctx, audience, &mut seq, bytes).await? {
                Looked::Told(told, read) => (told, read),
                Looked::Again => continue,
                Looked::TooMuch => return Ok(Missed::TooMuch),
                Looked::Enough => {
                    let is_last = false;
                    return Ok(Missed::Events(Part {
                        frames,
                        seq,
                        is_last,
                    }));
                }
            };
            self.looked_at += read;
            self.told += told.len();
            bytes += size_of(&told);
            frames.extend(told.into_iter().map(|told| told.frame));
            if self.told > MOST_EVENTS || self.looked_at > MOST_LOOKED_AT {
                return Ok(Missed::TooMuch);
            }
            let is_last = read < self.portion.size() as usize;
            if is_last || bytes > MOST_BYTES {
                return Ok(Missed::Events(Part {
                    frames,
                    seq,
                    is_last,
                }));
            }
            self.portion.passed();
        }
    }

    /// Looks at the entries behind a place, which moves behind them; `before` are the bytes that the part has.
    async fn look(
        &mut self,
        ctx: &Ctx,
        audience: &mut Audience,
        seq: &mut i64,
        before: usize,
    ) -> Result<Looked> {
        let looked = self.read(ctx, audience, *seq).await;
        let (told, read, last) = match looked {
            Ok(None) => return Ok(Looked::Told(Vec::new(), 0)),
            Ok(Some((told, read, last, facts))) => {
                let is_too_much = before + size_of(&told) > MOST_BYTES;
                if is_too_much && before > 0 {
                    return Ok(Looked::Enough);
                }
                if is_too_much && read > 1 {
                    self.portion.halve();
                    return Ok(Looked::Again);
                }
                *audience = facts;
                (told, read, last)
            }
            Err(error) if error.is_outage() => return Err(error),
            // The client reads again by REST: at this place it would only fail once more.
            Err(_) if self.left_out == MOST_LEFT_OUT => return Ok(Looked::TooMuch),
            Err(error) if self.portion.is_last_try() => {
                self.left_out += 1;
                *seq = log::step_over::<Event>(ctx, *seq, error).await?;
                self.portion.passed();
                return Ok(Looked::Again);
            }
            Err(_) => {
                self.portion.shrink();
                return Ok(Looked::Again);
            }
        };
        *seq = last;
        Ok(Looked::Told(told, read))
    }

    /// Reads a portion of the log: its events, how many entries they are of, the commit number of the last, and the listener's facts behind it. None at
    /// the end of the log.
    async fn read(&self, ctx: &Ctx, audience: &Audience, behind: i64) -> Result<Option<Read>> {
        let news = log::behind(ctx, behind, self.portion.size()).await?;
        let Some(last) = news.last().map(|last| last.seq) else {
            return Ok(None);
        };
        let mut facts = audience.clone();
        let told = round(ctx, &mut facts, &news).await?;
        Ok(Some((told, news.len(), last, facts)))
    }
}

/// A portion of the log that was read.
type Read = (Vec<Told>, usize, i64, Audience);

/// The outcome of a look.
enum Looked {
    /// Events of so many entries.
    Told(Vec<Told>, usize),
    /// Look again.
    Again,
    /// More can't be told than is left out.
    TooMuch,
    /// The next events would make the part larger than a part may be.
    Enough,
}

fn size_of(told: &[Told]) -> usize {
    told.iter().map(|told| told.frame.sse.len()).sum()
}
