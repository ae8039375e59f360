//! The work that the task has beside the looks at the log. Streams are written to in the meantime.

use whisper_kit::Ctx;
use whisper_kit::error::{Error, Result};
use whisper_kit::log::{self as journal, Level};

use super::Hub;

/// Logs a failure that the streams do without, or that is done again at its next time.
pub(super) fn failed(ctx: &Ctx, error: &Error) {
    let cause = error.source_text().unwrap_or_default();
    let fields = [("cause", cause.into())];
    journal::write(Level::Error, "streams_failed", ctx.request_id(), &fields);
}

/// The chores whose time has come.
#[derive(Clone, Copy, Debug, Default)]
pub struct Due {
    /// To ask whether the sessions of all streams stand.
    pub sessions: bool,
    /// To look after the streams.
    pub care: bool,
    /// To say that the devices with a stream are there, and to ask whose presence has run out.
    pub presence: bool,
}

impl Due {
    /// Whether there is one of them.
    pub fn is_some(self) -> bool {
        self.sessions || self.care || self.presence
    }
}

impl Hub {
    /// Whether somebody waits for a chore that has no time of its own.
    pub(super) fn has_chores(&self) -> bool {
        !self.newcomers.borrow().is_empty()
            || !self.doubted.borrow().is_empty()
            || !self.watchers.borrow().is_empty()
    }

    /// Does the chores; tells whether all went well. A failure is logged: the streams do without it, or it is done again at its next time.
    pub(super) async fn do_chores(&self, ctx: &Ctx, due: Due) -> bool {
        let mut went_well = true;
        let mut note = |outcome: Result<()>| {
            if let Err(error) = outcome {
                failed(ctx, &error);
                went_well = false;
            }
        };
        // Streams of these users wait for it.
        note(self.check_doubted(ctx).await);
        note(self.watch_anew(ctx).await);
        if due.sessions {
            note(self.check_sessions(ctx, None).await);
        }
        if due.care {
            note(self.care(ctx).await);
            note(self.let_go(ctx).await);
        }
        if due.presence {
            note(self.keep_presence(ctx).await);
        }
        note(self.tell_newcomers(ctx).await);
        went_well
    }

    /// Ends the streams of users whose sessions may be over, if they are.
    async fn check_doubted(&self, ctx: &Ctx) -> Result<()> {
        let users: Vec<_> = self.doubted.borrow().iter().cloned().collect();
        if users.is_empty() {
            return Ok(());
        }
        self.check_sessions(ctx, Some(&users)).await?;
        let mut doubted = self.doubted.borrow_mut();
        users.iter().for_each(|user| {
            doubted.remove(user);
        });
        Ok(())
    }
}
