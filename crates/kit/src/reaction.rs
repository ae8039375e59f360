//! Reacting to the commits of others, soon: `POST /internal/events`, a private route.
//!
//! The instance that committed calls it after it has answered ([`crate::signal`]). The call says only
//! that something may have happened; the events stand in the database. So a call that gets lost does no harm that the
//! schedule doesn't mend, and one too many finds nothing to do.

use std::cell::Cell;
use std::rc::Rc;

use http::Method;

use crate::ctx::Ctx;
use crate::endpoint::{Api, Auth, Endpoint};
use crate::error::Result;
use crate::jobs::ReportView;
use crate::reply::Reply;

/// Where components are told that something was committed.
pub const PATH: &str = "/internal/events";
/// How often a request goes on for calls that came while it was at work.
const ROUNDS: u32 = 10;

/// Whether an instance is at work, and whether somebody came in the meantime.
#[derive(Default)]
struct Turn {
    taken: Cell<bool>,
    again: Cell<bool>,
}

/// Gives the turn back, also when the request is dropped.
struct Taken(Rc<Turn>);

impl Drop for Taken {
    fn drop(&mut self) {
        self.0.taken.set(false);
    }
}

impl Turn {
    /// None when another request of the instance is at work; it will look again before it ends.
    fn take(self: &Rc<Self>) -> Option<Taken> {
        if self.taken.replace(true) {
            self.again.set(true);
            return None;
        }
        Some(Taken(Rc::clone(self)))
    }
}

impl Api {
    /// The function reacts to the commits of others: adds the private route that they call after a commit ([`PATH`]).
    /// `react` finds the work and does it; it is called as often as anything may have happened, and not by two requests
    /// of an instance at once.
    #[must_use]
    pub fn consumer<F, Fut>(self, react: F) -> Self
    where
        F: Fn(Ctx) -> Fut + 'static,
        Fut: Future<Output = Result<ReportView>> + 'static,
    {
        self.endpoint(endpoint(react))
    }
}

/// Answers 200 when nothing is left to do, 202 when there is more, 204 when another request of the
/// instance is at it.
fn endpoint<F, Fut>(react: F) -> Endpoint
where
    F: Fn(Ctx) -> Fut + 'static,
    Fut: Future<Output = Result<ReportView>> + 'static,
{
    let (react, turn) = (Rc::new(react), Rc::new(Turn::default()));
    let handler = move |ctx: Ctx, _| {
        let (react, turn) = (Rc::clone(&react), Rc::clone(&turn));
        async move {
            let Some(_taken) = turn.take() else {
                return Ok(Reply::no_content());
            };
            for _ in 0..ROUNDS {
                turn.again.set(false);
                let report = react(ctx.anew()?).await?;
                let is_more = report.capped || report.is_held_back;
                if is_more || !turn.again.get() {
                    let status = if is_more { 202 } else { 200 };
                    return Reply::json(status, &report);
                }
            }
            Reply::json(202, &ReportView::default())
        }
    };
    let summary = "Handles the events and rows that were committed since the last time";
    Endpoint::new(Method::POST, PATH, "reactToEvents", summary, handler).auth(Auth::Private)
}
