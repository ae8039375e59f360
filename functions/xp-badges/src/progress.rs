//! `GET /v1/me/progress`: how the caller stands.

use std::collections::BTreeMap;

use serde::Serialize;
use whisper_kit::{Ctx, Endpoint, Method, OptionExt, Reply, Request, Result};
use whisper_schema::Timestamp;
use whisper_schema::prelude::{Profile, Progress, ProgressDay};
use whisper_store::Get;

use crate::badges::BADGES;
use crate::consume::day_id;
use crate::levels::points_for;
use crate::list_badges::BadgeView;
use crate::rules::{DAILY_POINTS, EARNING, award};
use crate::standing::{Day, Standing};

/// How a user stands.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(not(target_family = "wasm"), derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct ProgressView {
    /// Experience points in all.
    pub xp: i64,
    /// Level, from 1.
    pub level: i64,
    /// Points earned since the level was reached.
    pub level_xp: i64,
    /// Points that the level takes.
    pub next_level_xp: i64,
    /// Reputation: the thanks of others.
    pub reputation: i64,
    /// Days in a row.
    pub streak: StreakView,
    /// Points that the day has brought, and may still bring.
    pub today: TodayView,
    /// All badges: earned, and how far.
    pub badges: Vec<EarnedBadgeView>,
}

/// Days in a row with activity, in the user's time zone.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(not(target_family = "wasm"), derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct StreakView {
    /// Up to today, or to yesterday while today has nothing; 0 once a day went by without.
    pub days: i64,
    /// The most there ever were.
    pub longest_days: i64,
    /// Whether today has something.
    pub active_today: bool,
}

/// A day in the user's time zone.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(not(target_family = "wasm"), derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct TodayView {
    /// The day, such as `2026-11-23`.
    pub date: String,
    /// Points earned.
    pub xp: i64,
    /// Points that may still be earned.
    pub left_xp: i64,
    /// How often each kind of activity still earns something.
    pub left: BTreeMap<&'static str, i64>,
}

/// A badge, and how far the user is.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(not(target_family = "wasm"), derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct EarnedBadgeView {
    /// The badge.
    #[serde(flatten)]
    pub badge: BadgeView,
    /// Whether it is earned.
    pub earned: bool,
    /// When it was earned, where that is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub earned_at: Option<Timestamp>,
    /// How much the user has of the counted thing.
    pub progress: i64,
}

/// The endpoint.
pub fn endpoint() -> Endpoint {
    Endpoint::new(
        Method::GET,
        "/v1/me/progress",
        "getMyProgress",
        "How the caller stands: points, level, streak, badges.",
        show,
    )
    .reply::<ProgressView>(200, "The progress.")
}

async fn show(ctx: Ctx, _: Request) -> Result<Reply> {
    let me = ctx.caller()?.user_id;
    let question = (
        Get::<Profile>::id(me.as_str()),
        Get::<Progress>::id(me.as_str()),
    );
    let (profile, progress) = ctx.read(question).await?;
    let profile = profile.or_not_found()?;
    let mut standing = Standing::of(&profile, progress.as_deref());
    let date = standing.day_of(ctx.now());
    let id = day_id(&me, &date.to_string());
    let row = ctx.read(Get::<ProgressDay>::id(&id)).await?;
    if let Some(row) = row {
        standing.remember_day(&row);
    }
    let today = standing.days.remove(&date).unwrap_or_default();
    Reply::ok(&ProgressView {
        xp: standing.xp,
        level: standing.level,
        level_xp: standing.xp - points_for(standing.level),
        next_level_xp: points_for(standing.level + 1) - points_for(standing.level),
        reputation: standing.reputation,
        streak: StreakView {
            days: standing.streak_at(ctx.now()),
            longest_days: standing.longest,
            active_today: standing.last_day == Some(date),
        },
        today: shown_today(date.to_string(), &today),
        badges: badges(&standing),
    })
}

fn shown_today(date: String, today: &Day) -> TodayView {
    let left = EARNING.iter().filter_map(|kind| {
        let done = today.counts.get(kind.as_str()).copied().unwrap_or(0);
        Some((kind.as_str(), (award(*kind)?.daily - done).max(0)))
    });
    TodayView {
        date,
        xp: today.xp,
        left_xp: (DAILY_POINTS - today.xp).max(0),
        left: left.collect(),
    }
}

fn badges(standing: &Standing) -> Vec<EarnedBadgeView> {
    let shown = BADGES.iter().map(|badge| {
        let earned = standing.badges.iter().find(|(key, _)| key == badge.key);
        EarnedBadgeView {
            badge: BadgeView::from(badge),
            earned: earned.is_some(),
            earned_at: earned.and_then(|(_, at)| *at),
            progress: standing.measured(badge.measure).clamp(0, badge.takes),
        }
    });
    shown.collect()
}
