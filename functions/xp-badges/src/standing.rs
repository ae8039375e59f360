//! How a user stands, and the effect of an activity on it. No I/O: the outcome follows from the arguments alone.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde_json::{Map, Value};
use whisper_schema::Timestamp;
use whisper_schema::prelude::{
    Profile, Progress, ProgressDay, ProgressWeek, UserActivity, UserActivityType,
};

use crate::badges::{BADGES, Badge, Measure};
use crate::day;
use crate::levels::level_of;
use crate::rules::{DAILY_POINTS, award};

/// Points that were earned on a day.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Day {
    /// Points.
    pub xp: i64,
    /// How often each kind of activity earned something.
    pub counts: BTreeMap<String, i64>,
    /// Until when it is remembered; none before it is stored.
    pub expires_at: Option<Timestamp>,
}

/// A piece of news for the user.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum News {
    /// A new level.
    Level(i64),
    /// A new badge.
    Badge(&'static Badge),
}

/// How a user stands.
#[derive(Clone, Debug)]
pub struct Standing {
    /// The user's id.
    pub user_id: String,
    /// Their time zone.
    pub zone: TimeZone,
    /// Points in all.
    pub xp: i64,
    /// The level that was last told of.
    pub level: i64,
    /// Days in a row up to the last active day.
    pub streak: i64,
    /// The most days in a row.
    pub longest: i64,
    /// The last day with activity.
    pub last_day: Option<Date>,
    /// When the last activity was.
    pub last_at: Option<Timestamp>,
    /// How often each kind of activity was done.
    pub totals: BTreeMap<String, i64>,
    /// Keys of badges, with when they were earned if that is known; in the order of the profile.
    pub badges: Vec<(String, Option<Timestamp>)>,
    /// Reputation: the thanks of others.
    pub reputation: i64,
    /// Commit number of the last activity that counted.
    pub position: i64,
    /// Days that matter.
    pub days: BTreeMap<Date, Day>,
    /// Points by week.
    pub weeks: BTreeMap<String, (i64, Timestamp)>,
    /// Points that came since the documents were read.
    pub earned: i64,
}

impl Standing {
    /// As the documents say. Without a `progress` the user stands as in the profile.
    pub fn of(profile: &Profile, progress: Option<&Progress>) -> Self {
        let times = progress.map(|p| times(&p.badges)).unwrap_or_default();
        let badges = profile.badges.iter();
        let badges = badges.map(|key| (key.clone(), times.get(key).copied()));
        Self {
            user_id: profile.id.clone(),
            zone: day::zone(profile.timezone.as_deref()),
            xp: progress.map_or(profile.xp, |p| p.xp),
            level: profile.level.max(1),
            streak: profile.streak_days,
            longest: progress.map_or(profile.streak_days, |p| p.longest_streak),
            last_day: progress
                .and_then(|p| p.last_active_day.as_deref())
                .and_then(day::parse),
            last_at: progress.and_then(|p| p.last_active_at),
            totals: progress.map(|p| counts(&p.totals)).unwrap_or_default(),
            badges: badges.collect(),
            reputation: profile.reputation_score,
            position: progress.map_or(0, |p| p.position),
            days: BTreeMap::new(),
            weeks: BTreeMap::new(),
            earned: 0,
        }
    }

    /// The day an activity counts for. Not one before the last active day: a user who travels west, or changes their zone,
    /// doesn't get a day twice. A last day that lies further ahead than any two zones are apart comes of a clock that was
    /// wrong, and doesn't count.
    pub fn day_of(&self, at: Timestamp) -> Date {
        let day = day::day(at, &self.zone);
        let is_near = |last: &Date| day::between(day, *last).count() < ZONES_APART;
        self.last_day
            .filter(is_near)
            .map_or(day, |last| day.max(last))
    }

    /// Whether a whole day went by between the last active one and this one. Not one that never was for the user: that
    /// their zone left out, or that the last activity belonged to already in the zone that they have now.
    fn was_idle_until(&self, last: Date, day: Date) -> bool {
        let then = self.last_at.map(|at| day::day(at, &self.zone));
        let last = then.map_or(last, |then| last.max(then));
        day::between(last, day).any(|between| day::exists(between, &self.zone))
    }

    /// The days that these activities may count for.
    pub fn days_of<'a>(
        &self,
        activities: impl Iterator<Item = &'a UserActivity>,
    ) -> BTreeSet<Date> {
        let mut days: BTreeSet<Date> = activities.map(|a| self.day_of(a.timestamp)).collect();
        // One that is late counts for the last active day as it stands then.
        days.extend(self.last_day);
        days
    }

    /// Puts in a day's stored numbers.
    pub fn remember_day(&mut self, row: &ProgressDay) {
        if let Some(date) = day::parse(&row.day) {
            let counts = counts(&row.counts);
            let day = Day {
                xp: row.xp,
                counts,
                expires_at: Some(row.expires_at),
            };
            self.days.insert(date, day);
        }
    }

    /// Puts in a week's stored numbers.
    pub fn remember_week(&mut self, row: &ProgressWeek) {
        self.weeks
            .insert(row.week.clone(), (row.xp, row.expires_at));
    }

    /// The streak as it looks at a moment: it is broken once a whole day went by without activity.
    pub fn streak_at(&self, now: Timestamp) -> i64 {
        let today = self.day_of(now);
        match self.last_day {
            Some(last) if last <= today && !self.was_idle_until(last, today) => self.streak,
            _ => 0,
        }
    }

    /// Counts an activity, once: one at or before the position counts no more.
    pub fn count(&mut self, seq: i64, activity: &UserActivity) -> Vec<News> {
        if seq <= self.position {
            return Vec::new();
        }
        self.position = seq;
        let kind = activity.activity_type;
        let key = kind.as_str().to_owned();
        *self.totals.entry(key.clone()).or_default() += 1;
        let Some(rule) = award(kind) else {
            return Vec::new();
        };
        let date = self.day_of(activity.timestamp);
        self.be_active(date, activity.timestamp);
        let day = self.days.entry(date).or_default();
        let done = day.counts.entry(key).or_default();
        if *done < rule.daily {
            *done += 1;
            let points = rule.points.min(DAILY_POINTS - day.xp).max(0);
            day.xp += points;
            self.earn(points, activity.timestamp);
        }
        self.news(activity.timestamp)
    }

    fn be_active(&mut self, date: Date, at: Timestamp) {
        match self.last_day {
            Some(last) if last == date => {}
            Some(last) if last < date && !self.was_idle_until(last, date) => self.streak += 1,
            _ => self.streak = 1,
        }
        self.last_day = Some(date);
        self.last_at = Some(at);
        self.longest = self.longest.max(self.streak);
    }

    fn earn(&mut self, points: i64, at: Timestamp) {
        if points == 0 {
            return;
        }
        self.xp = self.xp.saturating_add(points);
        self.earned += points;
        let expires = day::week_end(at).plus(WEEKS_KEPT);
        let week = self.weeks.entry(day::week(at)).or_insert((0, expires));
        week.0 += points;
    }

    /// Levels and badges that are new.
    fn news(&mut self, at: Timestamp) -> Vec<News> {
        let mut news = Vec::new();
        let level = level_of(self.xp);
        if level > self.level {
            news.push(News::Level(level));
        }
        self.level = level.max(self.level);
        for badge in &BADGES {
            let has = self.badges.iter().any(|(key, _)| key == badge.key);
            if !has && self.measured(badge.measure) >= badge.takes {
                self.badges.push((badge.key.to_owned(), Some(at)));
                news.push(News::Badge(badge));
            }
        }
        news
    }

    /// How far the user is by a measure.
    pub fn measured(&self, measure: Measure) -> i64 {
        match measure {
            Measure::Done(kind) => self.total(kind),
            Measure::Streak => self.longest,
            Measure::Level => self.level,
            Measure::Reputation => self.reputation,
        }
    }

    fn total(&self, kind: UserActivityType) -> i64 {
        self.totals.get(kind.as_str()).copied().unwrap_or(0)
    }
}

/// How many days can lie between the dates of two zones at one moment, and one: they are up to 26 hours apart.
const ZONES_APART: usize = 2;
/// How long a week is remembered after its end, in milliseconds.
const WEEKS_KEPT: i64 = 35 * 24 * 60 * 60 * 1000;

/// Reads a JSON object of numbers; other values count as nothing.
pub fn counts(text: &str) -> BTreeMap<String, i64> {
    serde_json::from_str(text).unwrap_or_default()
}

/// When badges were earned.
fn times(text: &str) -> BTreeMap<String, Timestamp> {
    let map: Map<String, Value> = serde_json::from_str(text).unwrap_or_default();
    map.into_iter()
        .filter_map(|(key, time)| Some((key, Timestamp::parse(time.as_str()?).ok()?)))
        .collect()
}
