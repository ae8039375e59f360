//! Rates that the operator sets: how much one user, or one address, may do.

use super::Limit;
use crate::config::{Config, Number};
use crate::ctx::Ctx;
use crate::error::Result;

/// Anonymous accounts have this part of other accounts' rates: anybody can make one, and another one.
const ANONYMOUS_PART: u64 = 10;
/// The most that a variable can set: the counter's own bound.
const MOST: u64 = u32::MAX as u64;

/// How often something may happen, by a variable of the operator's. List it with
/// [`Api::rates`](crate::Api::rates), so that the component reads the variable and answers nothing while it
/// holds something else than a number. The manifest's default is the same; a test holds that.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
    /// The thing that is counted, such as `follow`; the batch's label for the counter as well.
    pub what: &'static str,
    /// The variable with how often per window; 0 for no limit.
    pub variable: &'static str,
    /// How often where the variable isn't set.
    pub default: u64,
    /// Length of a window in seconds.
    pub window: i64,
}

impl Rate {
    /// So often per minute, by default.
    pub const fn per_minute(what: &'static str, variable: &'static str, default: u64) -> Self {
        Self::per(60, what, variable, default)
    }

    /// So often per hour, by default.
    pub const fn per_hour(what: &'static str, variable: &'static str, default: u64) -> Self {
        Self::per(3600, what, variable, default)
    }

    /// So often per day, by default.
    pub const fn per_day(what: &'static str, variable: &'static str, default: u64) -> Self {
        Self::per(86_400, what, variable, default)
    }

    const fn per(window: i64, what: &'static str, variable: &'static str, default: u64) -> Self {
        Self {
            what,
            variable,
            default,
            window,
        }
    }

    /// The limit of somebody, such as a user's id or a client's address.
    pub fn of(&self, config: &Config, whom: &str) -> Limit {
        self.limit(config.get(&self.number()), whom)
    }

    /// The limit of the caller; a tenth of it, but once at least, for an anonymous account. It costs no statement
    /// once the handler has read something.
    ///
    /// # Errors
    /// As [`Ctx::read`].
    pub async fn of_caller(&self, ctx: &Ctx) -> Result<Limit> {
        let is_anonymous = ctx.is_anonymous().await?;
        Ok(self.of_user(ctx.config(), &ctx.caller()?.user_id, is_anonymous))
    }

    /// The limit of a user, whose account may be anonymous; for work that is done in their name.
    pub fn of_user(&self, config: &Config, user: &str, is_anonymous: bool) -> Limit {
        let rate = config.get(&self.number());
        let rate = match rate > 0 && is_anonymous {
            true => (rate / ANONYMOUS_PART).max(1),
            false => rate,
        };
        self.limit(rate, user)
    }

    /// The setting.
    pub const fn number(&self) -> Number {
        Number {
            variable: self.variable,
            default: self.default,
            most: MOST,
        }
    }

    fn limit(&self, rate: u64, whom: &str) -> Limit {
        Limit {
            label: self.what,
            ..Limit::new(format!("{}:{whom}", self.what), rate, self.window)
        }
    }
}
