//! Positions in the event log, as clients keep them: sealed, so that clients can't read from them how much happens on the
//! server.

use serde_json::Value;
use whisper_kit::Ctx;
use whisper_kit::error::{Error, Result, Rule};
use whisper_kit::page::{open_place, seal_place};
use whisper_schema::Timestamp;
use whisper_store::Cursor;

/// Most characters of a place that a client may name.
pub const MOST_PLACE: usize = 512;

/// Refuses a parameter that has more characters than it may.
///
/// # Errors
/// `validation_failed`.
pub fn check_size(name: &'static str, text: Option<&str>, most: usize) -> Result<()> {
    if text.is_some_and(|text| text.chars().count() > most) {
        let detail = format!("must have at most {most} characters");
        return Err(Error::parameter(name, Rule::Size, detail));
    }
    Ok(())
}

/// The list that positions are sealed for.
const SCOPE: &str = "realtime";

/// A place in the log: behind an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Position {
    /// Commit number of the event.
    pub seq: i64,
    /// When it was.
    pub at: Timestamp,
}

impl Position {
    /// The position as clients keep it. The same one is always sealed alike.
    ///
    /// # Errors
    /// The store's, when the key has to be read.
    pub async fn seal(self, ctx: &Ctx) -> Result<String> {
        let place = Cursor {
            values: vec![Value::from(self.at.as_millis())],
            seq: self.seq,
        };
        seal_place(ctx, SCOPE, &place).await
    }

    /// The position that a client kept; none for anything else.
    ///
    /// # Errors
    /// The store's, when the key has to be read.
    pub async fn open(ctx: &Ctx, text: &str) -> Result<Option<Self>> {
        let place = match open_place(ctx, SCOPE, text).await {
            Ok(place) => place,
            Err(error) if error.code().status() < 500 => return Ok(None),
            Err(error) => return Err(error),
        };
        let at = place.values.first().and_then(Value::as_i64);
        Ok(at.map(|at| Position {
            seq: place.seq,
            at: Timestamp::from_millis(at),
        }))
    }
}
