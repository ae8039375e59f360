//! `GET /v1/leaderboards/{global,following,week}`: the users with most points.

use serde::Serialize;
use whisper_kit::page::{Listing, NoFilters, Window};
use whisper_kit::{Ctx, Endpoint, Method, Reply, Request, Result};
use whisper_people::privacy::{Viewer, is_shown};
use whisper_people::{UserSummaryView, friends, shown_to};
use whisper_schema::prelude::{Column, Document, Follow, FollowStatus, Progress, ProgressWeek};
use whisper_store::{Count, Filter, Order, Page, Query};

use crate::day;

/// How far ranks are counted; users behind it have none.
const MAX_RANK: u64 = 100_000;
/// Users followed that are looked at.
const MAX_FOLLOWED: u32 = 999;

/// A place on a leaderboard.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(not(target_family = "wasm"), derive(schemars::JsonSchema))]
pub struct RankView {
    /// Place from 1; users with as many points have the same place or the next. Absent beyond 100,000.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rank: Option<u64>,
    /// Points: all of them, or the week's.
    pub xp: i64,
    /// Whether it is the caller.
    pub me: bool,
    /// The user at this place.
    pub user: RankedUserView,
}

/// Somebody on a leaderboard.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(not(target_family = "wasm"), derive(schemars::JsonSchema))]
pub struct RankedUserView {
    /// The user's summary.
    #[serde(flatten)]
    pub user: UserSummaryView,
    /// Level.
    pub level: i64,
}

/// Rows that a leaderboard is made of.
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

/// The leaderboards.
pub fn endpoints() -> [Endpoint; 3] {
    [
        Endpoint::new(
            Method::GET,
            "/v1/leaderboards/global",
            "getGlobalLeaderboard",
            "The users with most experience points.",
            global,
        ),
        Endpoint::new(
            Method::GET,
            "/v1/leaderboards/following",
            "getFollowingLeaderboard",
            "The users whom the caller follows with most experience points, and the caller.",
            following,
        ),
        Endpoint::new(
            Method::GET,
            "/v1/leaderboards/week",
            "getWeekLeaderboard",
            "The users who earned most this week (ISO week, UTC).",
            week,
        )
        .page::<NoFilters>(),
    ]
    .map(|board| board.reply::<Listing<RankView>>(200, "A page, the most points first."))
}

async fn global(ctx: Ctx, _: Request, window: Window<NoFilters>) -> Result<Reply> {
    board(&ctx, &window, Query::<Progress>::new()).await
}

async fn following(ctx: Ctx, _: Request, window: Window<NoFilters>) -> Result<Reply> {
    let me = ctx.caller()?.user_id;
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

/// Its cursors are good for the week that they were made in.
async fn week(ctx: Ctx, request: Request) -> Result<Reply> {
    let week = day::week(ctx.now());
    let window = request
        .page_of(&ctx, |_: &NoFilters| format!("week {week}"))
        .await?;
    let query = Query::<ProgressWeek>::new().filter(Filter::eq(ProgressWeek::WEEK, week));
    board(&ctx, &window, query).await
}

async fn board<D: Board>(ctx: &Ctx, window: &Window, query: Query<D>) -> Result<Reply> {
    let me = ctx.caller()?.user_id;
    let ranked = query.clone().order(Order::desc(D::POINTS));
    let page = ctx.read(window.over(ranked).page()).await?;
    let first = first_place(ctx, &query, &page).await?;
    let users = || page.items.iter().map(|row| row.user());
    let (people, friends) = ctx
        .read((shown_to(&me, users()), friends(&me, users())))
        .await?;
    let people = people.pictured(ctx).await?;
    let items = page.items.iter().enumerate().filter_map(|(n, row)| {
        let viewer = match row.user() {
            user if user == me => Viewer::Owner,
            user if friends.contains(user) => Viewer::Friend,
            _ => Viewer::Stranger,
        };
        let profile = people.profile(row.user());
        let profile = profile.filter(|profile| is_shown(viewer, profile))?;
        let rank = first.map(|first| first + n as u64);
        Some(RankView {
            rank: rank.filter(|rank| *rank <= MAX_RANK),
            xp: row.points(),
            me: row.user() == me,
            user: RankedUserView {
                user: people.summary(row.user()),
                level: profile.level,
            },
        })
    });
    let items: Vec<RankView> = items.collect();
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
    // Among users with as many points, the later ones stand first, as in the order of the page.
    let before = count(Filter::and([
        Filter::eq(D::POINTS, points),
        Filter::gt(Column::seq(), first.seq),
    ]));
    let (more, before) = ctx.read((more, before)).await?;
    Ok((more < MAX_RANK).then_some(more + before + 1))
}
