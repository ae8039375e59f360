//! `GET /v1/leaderboards/{global,following,week}`: who has most.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use serde_json::Value;
use whisper_kit::page::{NoFilters, Window};
use whisper_kit::{Ctx, Reply, Request, Result};
use whisper_schema::prelude::{
    Column, Contact, Document, Follow, FollowStatus, Profile, Progress, ProgressWeek,
};
use whisper_store::{Count, Doc, Filter, Order, Page, Query};

use crate::day;

/// How far ranks are counted; whoever stands behind has none.
const MAX_RANK: u64 = 100_000;
/// Users followed that are looked at.
const MAX_FOLLOWED: u32 = 999;

/// A place on a leaderboard.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(not(target_family = "wasm"), derive(schemars::JsonSchema))]
pub struct Rank {
    /// Place from 1; who has as many points has the same place or the next. Absent beyond 100,000.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rank: Option<u64>,
    /// Points: all of them, or those of the week.
    pub xp: i64,
    /// Whether it is the caller.
    pub me: bool,
    /// Who it is.
    pub user: RankedUser,
}

/// What a leaderboard shows of a user.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(not(target_family = "wasm"), derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct RankedUser {
    /// Id of the user.
    pub id: String,
    /// Handle.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub username: Option<String>,
    /// Name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub display_name: Option<String>,
    /// Where the picture is served.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub avatar_url: Option<String>,
    /// Level.
    pub level: i64,
}

/// What a leaderboard is made of.
trait Board: Document + Clone {
    /// The column of points.
    const POINTS: Column<Self>;
    /// The user.
    fn user(&self) -> &str;
    /// Their points.
    fn points(&self) -> i64;
}

impl Board for Progress {
    const POINTS: Column<Self> = Progress::XP;

    fn user(&self) -> &str {
        &self.id
    }

    fn points(&self) -> i64 {
        self.xp
    }
}

impl Board for ProgressWeek {
    const POINTS: Column<Self> = ProgressWeek::XP;

    fn user(&self) -> &str {
        &self.user_id
    }

    fn points(&self) -> i64 {
        self.xp
    }
}

/// All users.
pub async fn global(ctx: Ctx, request: Request) -> Result<Reply> {
    let window = request.page::<NoFilters>(&ctx).await?;
    board(&ctx, &window, Query::<Progress>::new()).await
}

/// The users whom the caller follows, and the caller.
pub async fn following(ctx: Ctx, request: Request) -> Result<Reply> {
    let me = ctx.caller()?.user_id;
    let window = request.page::<NoFilters>(&ctx).await?;
    let follows = Query::<Follow>::new()
        .filter(Filter::eq(Follow::FOLLOWER_ID, me.as_str()))
        .filter(Filter::eq(Follow::STATUS, FollowStatus::Accepted))
        .order(Order::desc(Column::seq()))
        .limit(MAX_FOLLOWED);
    let follows = ctx.read(follows).await?;
    let mut users: Vec<&str> = follows.iter().map(|f| f.following_id.as_str()).collect();
    users.push(&me);
    let query = Query::<Progress>::new().filter(Filter::is_in(Column::id(), users));
    board(&ctx, &window, query).await
}

/// All users, by what they earned this week (ISO week, UTC).
pub async fn week(ctx: Ctx, request: Request) -> Result<Reply> {
    let week = day::week(ctx.now());
    let window = request
        .page_of(&ctx, |_: &NoFilters| format!("week {week}"))
        .await?;
    let query = Query::<ProgressWeek>::new().filter(Filter::eq(ProgressWeek::WEEK, week));
    board(&ctx, &window, query).await
}

async fn board<D: Board>(ctx: &Ctx, window: &Window, query: Query<D>) -> Result<Reply> {
    let ranked = query.clone().order(Order::desc(D::POINTS));
    let page = ctx.read(window.over(ranked).page()).await?;
    let first = first_place(ctx, &query, &page).await?;
    let users: Vec<&str> = page.items.iter().map(|row| row.user()).collect();
    let shown = shown(ctx, &users).await?;
    let me = ctx.caller()?.user_id;
    let items = page.items.iter().enumerate().filter_map(|(n, row)| {
        let profile = shown.get(row.user())?;
        let rank = first.map(|first| first + n as u64);
        Some(Rank {
            rank: rank.filter(|rank| *rank <= MAX_RANK),
            xp: row.points(),
            me: row.user() == me,
            user: RankedUser::from(profile),
        })
    });
    let items: Vec<Rank> = items.collect();
    window.reply(ctx, &page, items).await
}

/// The place of the page's first row: how many stand before it.
async fn first_place<D: Board>(ctx: &Ctx, query: &Query<D>, page: &Page<D>) -> Result<Option<u64>> {
    let Some(first) = page.items.first() else {
        return Ok(None);
    };
    let points = first.points();
    let count = |filter: Filter<D>| -> Count<D> { query.clone().filter(filter).count(MAX_RANK) };
    let more = count(Filter::gt(D::POINTS, points));
    // Of those with as many points, the later ones stand first, as in the order of the page.
    let before = count(Filter::and([
        Filter::eq(D::POINTS, points),
        Filter::gt(Column::seq(), first.seq),
    ]));
    let (more, before) = ctx.read((more, before)).await?;
    Ok((more < MAX_RANK).then_some(more + before + 1))
}

/// The profiles that the caller may see: nobody who blocked them or whom they blocked, and nobody whose
/// profile isn't for everyone; themselves always.
async fn shown(ctx: &Ctx, users: &[&str]) -> Result<BTreeMap<String, Profile>> {
    if users.is_empty() {
        return Ok(BTreeMap::new());
    }
    let me = ctx.caller()?.user_id;
    let limit = users.len() as u32;
    let profiles = Query::<Profile>::new()
        .filter(Filter::is_in(Column::id(), users.iter().copied()))
        .limit(limit);
    let blocks = |owner: Column<Contact>, other: Column<Contact>| {
        Query::<Contact>::new()
            .filter(Filter::eq(owner, me.as_str()))
            .filter(Filter::is_in(other, users.iter().copied()))
            .filter(Filter::eq(Contact::IS_BLOCKED, true))
            .limit(limit)
    };
    let (profiles, by_me, of_me) = ctx
        .read((
            profiles,
            blocks(Contact::USER_ID, Contact::CONTACT_USER_ID),
            blocks(Contact::CONTACT_USER_ID, Contact::USER_ID),
        ))
        .await?;
    let mut hidden: BTreeSet<String> = BTreeSet::new();
    hidden.extend(by_me.into_iter().map(|c| c.into_inner().contact_user_id));
    hidden.extend(of_me.into_iter().map(|c| c.into_inner().user_id));
    let visible = |profile: &Profile| {
        profile.id == me || (!hidden.contains(&profile.id) && is_for_everyone(profile))
    };
    let profiles = profiles.into_iter().map(Doc::into_inner);
    Ok(profiles
        .filter(visible)
        .map(|profile| (profile.id.clone(), profile))
        .collect())
}

/// Whether strangers may see the profile as a whole; what can't be read is not for them.
fn is_for_everyone(profile: &Profile) -> bool {
    let Some(settings) = profile.privacy_settings.as_deref() else {
        return true;
    };
    match serde_json::from_str::<Value>(settings) {
        Ok(settings) => {
            matches!(settings.get("profile"), None | Some(Value::Null))
                || settings["profile"] == "everyone"
        }
        Err(_) => false,
    }
}

impl From<&Profile> for RankedUser {
    fn from(profile: &Profile) -> Self {
        Self {
            id: profile.id.clone(),
            username: profile.username.clone(),
            display_name: profile.display_name.clone(),
            avatar_url: profile.avatar_url.clone(),
            level: profile.level,
        }
    }
}
