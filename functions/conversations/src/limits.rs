//! How much one user may make for others.

use whisper_kit::rate_limit::{self, Limit};
use whisper_kit::{Ctx, Error};
use whisper_schema::prelude::{Account, Timestamp};
use whisper_store::Batch;

/// Groups that one user may make per hour.
pub const GROUPS: &str = "group_rate_per_hour";
/// Direct conversations with people who don't know them that one user may begin per hour.
pub const STRANGERS: &str = "stranger_rate_per_hour";
/// People whom one user may bring into groups per hour.
pub const ADDED: &str = "added_member_rate_per_hour";

/// Each setting with its default.
const DEFAULTS: [(&str, u64); 3] = [(GROUPS, 200), (STRANGERS, 60), (ADDED, 3000)];
/// Which part of a limit an anonymous account has.
const ANONYMOUS_SHARE: u64 = 10;
const HOUR: i64 = 3600;

/// What one request uses of its user's limits.
#[derive(Debug)]
pub struct Uses {
    uses: Vec<(Limit, u64)>,
}

impl Uses {
    /// By this user, each setting so many times.
    pub fn of(
        ctx: &Ctx,
        account: Option<&Account>,
        user: &str,
        uses: &[(&'static str, u64)],
    ) -> Self {
        let is_anonymous = account.is_some_and(|account| account.is_anonymous);
        let used = uses.iter().filter(|(_, times)| *times > 0);
        let uses = used.map(|(setting, times)| {
            let rate = rate(ctx, setting, is_anonymous);
            (Limit::new(format!("{setting}:{user}"), rate, HOUR), *times)
        });
        Uses {
            uses: uses.collect(),
        }
    }

    /// Counts as a part of the commit.
    pub fn count_in(&self, batch: Batch, now: Timestamp) -> Batch {
        let uses = self.uses.iter();
        uses.fold(batch, |batch, (limit, times)| {
            limit
                .clone()
                .times(usize::try_from(*times).unwrap_or(usize::MAX))
                .count_in(batch, now)
        })
    }

    /// The refusal, where it was a limit that failed the commit.
    pub fn refusal(&self, error: Error, now: Timestamp) -> Error {
        match self.uses.first() {
            Some((limit, _)) if error.failed_at(rate_limit::LABEL) => limit.refusal(now),
            _ => error,
        }
    }
}

/// The setting, or the share of it that an anonymous account has; 0 for no limit.
fn rate(ctx: &Ctx, setting: &str, is_anonymous: bool) -> u64 {
    let default = DEFAULTS.iter().find(|(name, _)| *name == setting);
    let default = default.map_or(0, |(_, default)| *default);
    let rate = ctx.config().number(setting, default, u64::from(u32::MAX));
    match is_anonymous && rate > 0 {
        true => (rate / ANONYMOUS_SHARE).max(1),
        false => rate,
    }
}
