//! The terms on which a message is scheduled: its time, and everything that a send asks, as far as it can be told in advance.

use whisper_kit::error::{Code, Error, FieldError, Result, Rule};
use whisper_schema::Timestamp;

use crate::context::Context;
use crate::draft::SendMessage;

/// How long ahead the time lies at least, in milliseconds: 10 s.
const SOONEST: i64 = 10_000;
/// How long ahead it lies at most, in milliseconds: 366 days.
const LATEST: i64 = 366 * 24 * 3_600_000;
/// The most characters of the body, as JSON.
const MOST_TEXT: usize = 100_000;

/// Refuses a time that doesn't lie ahead, or too far.
///
/// # Errors
/// `validation_failed` at `sendAt`.
pub fn check_time(send_at: Timestamp, now: Timestamp) -> Result<()> {
    match (SOONEST..=LATEST).contains(&send_at.since(now)) {
        true => Ok(()),
        false => {
            let detail = "must lie from 10 seconds to 366 days ahead";
            Err(Error::field("sendAt", Rule::Range, detail))
        }
    }
}

/// Refuses a message that its sender might not send at this time, by the documents as they are now. Slow mode and limits on
/// sending count when it is sent.
///
/// # Errors
/// `forbidden`, `validation_failed` at parts of `message`.
pub fn check_message(context: &Context, draft: &SendMessage, send_at: Timestamp) -> Result<()> {
    context.refuse_sender()?;
    context.refuse_groups(draft)?;
    context.check(draft, send_at).map_err(in_message)?;
    match draft.to_text().chars().count() > MOST_TEXT {
        true => {
            let detail = format!("must have at most {MOST_TEXT} characters as JSON");
            Err(Error::field("message", Rule::Size, detail))
        }
        false => Ok(()),
    }
}

/// The same faults, of the fields of `message`.
fn in_message(error: Error) -> Error {
    if error.code() != Code::ValidationFailed {
        return error;
    }
    let faults = error.field_errors().iter();
    let faults = faults.map(|fault| {
        let field = format!("message.{}", fault.field);
        FieldError::new(field, fault.rule, fault.detail.clone())
    });
    Error::fields(faults.collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_time_lies_a_little_to_a_year_ahead() {
        let now = Timestamp::from_millis(1_000_000);
        for (ahead, is_taken) in [
            (-1, false),
            (SOONEST - 1, false),
            (SOONEST, true),
            (LATEST, true),
            (LATEST + 1, false),
        ] {
            assert_eq!(
                check_time(now.plus(ahead), now).is_ok(),
                is_taken,
                "{ahead}"
            );
        }
    }
}
