//! The consumer of `userActivity`: awards points, levels, badges and streaks, each activity once.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use jiff::civil::Date;
use serde_json::{Map, Value, json};
use whisper_kit::consumer::{self, Bounds};
use whisper_kit::ids::{derived_id, is_program_id};
use whisper_kit::jobs::Tally;
use whisper_kit::{Ctx, Error, Result, events};
use whisper_people::by_ids;
use whisper_schema::Timestamp;
use whisper_schema::prelude::{
    Notification, NotificationKind, Profile, Progress, ProgressDay, ProgressWeek, UserActivity,
};
use whisper_store::{Batch, Doc, Patch};

use crate::day;
use crate::standing::{News, Standing};

/// Name of the consumer: its cursor in `consumerCursors`.
pub const NAME: &str = "xp";
/// Activities in one commit. README.md tells how it was chosen.
pub const LIMIT: u32 = 100;
/// How long a day is remembered after it began, in milliseconds: for caps, and for those west of Greenwich. One that
/// is handled late is remembered from then on: the rest of its activities may be still to come.
const DAYS_KEPT: i64 = 3 * 24 * 60 * 60 * 1000;

/// Awards for the activities that wait, for at most about `time`.
///
/// # Errors
/// The store's; commits before it stay.
pub async fn run(ctx: &Ctx, time: Duration, tally: &Tally) -> Result<()> {
    let bounds = Bounds::new(LIMIT, time);
    consumer::run(ctx, NAME, bounds, tally, |activities| {
        handle(ctx, activities)
    })
    .await
}

type Activities = Vec<Doc<UserActivity>>;

async fn handle(ctx: &Ctx, activities: Activities) -> Result<Batch> {
    let mut standings = standings(ctx, &activities).await?;
    remember(ctx, &mut standings, &activities).await?;
    let mut news = Vec::new();
    for activity in &activities {
        let Some(standing) = standings.get_mut(&activity.user_id) else {
            continue;
        };
        for told in standing.count(activity.seq, activity) {
            news.push((activity.user_id.clone(), told));
        }
    }
    let touched = standings.values().filter(|standing| {
        let mine = activities.iter().filter(|a| a.user_id == standing.user_id);
        mine.map(|a| a.seq).max() == Some(standing.position)
    });
    let touched: Vec<&Standing> = touched.collect();
    let batch = written(ctx, touched.iter().copied())?;
    let earning = touched.iter().filter(|standing| standing.earned > 0);
    let batch = earning.copied().try_fold(batch, |batch, standing| {
        let what = json!({"xp": standing.xp, "level": standing.level, "earned": standing.earned});
        let user = standing.user_id.as_str();
        events::append(ctx, batch, "xp.earned", user, Some(user), &what)
    })?;
    news.iter()
        .try_fold(batch, |batch, (user, told)| notify(ctx, batch, user, *told))
}

/// The standings of the users of these activities. A user without a profile has none, and earns nothing; nor does a bot.
async fn standings(ctx: &Ctx, activities: &Activities) -> Result<BTreeMap<String, Standing>> {
    let users = activities.iter().map(|a| a.user_id.as_str());
    let users: BTreeSet<&str> = users.filter(|user| !is_program_id(user)).collect();
    let asked = (
        by_ids::<Profile>(users.iter().copied()),
        by_ids::<Progress>(users.iter().copied()),
    );
    let (profiles, progress) = ctx.read(asked).await?;
    let progress = progress.iter().flatten();
    let progress: BTreeMap<&str, &Progress> = progress.map(|p| (p.id.as_str(), &**p)).collect();
    let standing = |profile: &Doc<Profile>| {
        let known = progress.get(profile.id.as_str()).copied();
        (profile.id.clone(), Standing::of(profile, known))
    };
    Ok(profiles.iter().flatten().map(standing).collect())
}

/// Reads the days and weeks that the activities may count for.
async fn remember(
    ctx: &Ctx,
    standings: &mut BTreeMap<String, Standing>,
    activities: &Activities,
) -> Result<()> {
    let (mut days, mut weeks) = (BTreeSet::new(), BTreeSet::new());
    for standing in standings.values() {
        let mine = || activities.iter().filter(|a| a.user_id == standing.user_id);
        for date in standing.days_of(mine().map(|a| &**a)) {
            days.insert(day_id(&standing.user_id, &date.to_string()));
        }
        for activity in mine() {
            weeks.insert(week_id(&standing.user_id, &day::week(activity.timestamp)));
        }
    }
    let asked = (
        by_ids::<ProgressDay>(days.iter().map(String::as_str)),
        by_ids::<ProgressWeek>(weeks.iter().map(String::as_str)),
    );
    let (days, weeks) = ctx.read(asked).await?;
    for row in days.iter().flatten() {
        if let Some(standing) = standings.get_mut(&row.user_id) {
            standing.remember_day(row);
        }
    }
    for row in weeks.iter().flatten() {
        if let Some(standing) = standings.get_mut(&row.user_id) {
            standing.remember_week(row);
        }
    }
    Ok(())
}

/// Id of a user's earnings on a day.
pub fn day_id(user: &str, day: &str) -> String {
    derived_id(&["progress day", user, day])
}

/// Id of a user's earnings in a week.
pub fn week_id(user: &str, week: &str) -> String {
    derived_id(&["progress week", user, week])
}

/// Writes the standings. Only this consumer writes these documents and these columns of profiles, and the
/// cursor lets one commit at a time through: so they are put in as a whole.
fn written<'a>(ctx: &Ctx, standings: impl Iterator<Item = &'a Standing>) -> Result<Batch> {
    let (mut profiles, mut rows) = (Batch::new(), Batch::new());
    let (mut days, mut weeks) = (Batch::new(), Batch::new());
    for standing in standings {
        let keys: Vec<&str> = standing
            .badges
            .iter()
            .map(|(key, _)| key.as_str())
            .collect();
        let patch = Patch::new()
            .set(Profile::XP, standing.xp)
            .set(Profile::LEVEL, standing.level)
            .set(Profile::STREAK_DAYS, standing.streak)
            .set(Profile::BADGES, keys);
        profiles = profiles.update(&standing.user_id, patch);
        rows = rows.upsert(&progress(ctx, standing)?);
        for (date, earned) in &standing.days {
            days = days.upsert(&ProgressDay {
                id: day_id(&standing.user_id, &date.to_string()),
                user_id: standing.user_id.clone(),
                day: date.to_string(),
                xp: earned.xp,
                counts: json_text(&earned.counts)?,
                expires_at: earned
                    .expires_at
                    .unwrap_or_else(|| kept_until(*date, ctx.now())),
            });
        }
        for (week, (xp, expires_at)) in &standing.weeks {
            weeks = weeks.upsert(&ProgressWeek {
                id: week_id(&standing.user_id, week),
                user_id: standing.user_id.clone(),
                week: week.clone(),
                xp: *xp,
                expires_at: *expires_at,
            });
        }
    }
    Ok(profiles.append(rows).append(days).append(weeks))
}

fn kept_until(day: Date, now: Timestamp) -> Timestamp {
    day::start(day).max(now).plus(DAYS_KEPT)
}

fn progress(ctx: &Ctx, standing: &Standing) -> Result<Progress> {
    let earned = standing.badges.iter();
    let times: Map<String, Value> = earned
        .filter_map(|(key, at)| Some((key.clone(), at.as_ref()?.to_string().into())))
        .collect();
    Ok(Progress {
        id: standing.user_id.clone(),
        xp: standing.xp.max(0),
        position: standing.position,
        last_active_day: standing.last_day.map(|date| date.to_string()),
        last_active_at: standing.last_at,
        longest_streak: standing.longest,
        totals: json_text(&standing.totals)?,
        badges: json_text(&times)?,
        updated_at: ctx.now(),
    })
}

fn json_text<T: serde::Serialize>(value: &T) -> Result<String> {
    serde_json::to_string(value).map_err(Error::internal)
}

/// Puts news into the inbox, and says so to the component that pushes. The id follows from the news: told once.
fn notify(ctx: &Ctx, batch: Batch, user: &str, news: News) -> Result<Batch> {
    let (id, title, body, metadata) = match news {
        News::Level(level) => (
            derived_id(&["level", user, &level.to_string()]),
            format!("You reached level {level}"),
            None,
            json!({"level": level}),
        ),
        News::Badge(badge) => (
            derived_id(&["badge", user, badge.key]),
            format!("You earned a badge: {}", badge.name),
            Some(badge.about.to_owned()),
            json!({"badge": badge.key}),
        ),
    };
    let notification = Notification {
        id,
        user_id: user.to_owned(),
        kind: NotificationKind::System,
        title,
        body,
        metadata: Some(metadata.to_string()),
        created_at: Some(Timestamp::AT_COMMIT),
        ..Notification::default()
    };
    let batch = batch.upsert(&notification);
    let kind = notification.kind.as_str();
    let payload = json!({"notificationId": notification.id, "type": kind});
    let (id, to) = (&notification.id, Some(user));
    events::append(ctx, batch, "notification.created", id, to, &payload)
}
