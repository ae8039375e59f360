#![doc = include_str!("../README.md")]

mod badges;
mod catalogue;
mod consume;
mod day;
mod job;
mod leaderboards;
mod levels;
mod progress;
mod reputation;
mod rules;
mod standing;

use whisper_kit::jobs::Report;
use whisper_kit::page::{Listing, NoFilters};
use whisper_kit::{Answering, Api, Auth, Code, Ctx, Endpoint, Method, Request};

pub use consume::{LIMIT, NAME};
pub use job::react;
pub use levels::{level_of, points_for};
pub use standing::{News, Standing};

/// The job's name.
pub const JOB: &str = "xp-badges";

#[cfg(target_family = "wasm")]
whisper_kit::entry!(crate::api);

/// The endpoints of this function.
pub fn api() -> Api {
    Api::new(
        JOB,
        "Experience points, levels, badges, streaks, reputation.",
    )
    .endpoint(
        Endpoint::new(
            Method::GET,
            "/v1/me/progress",
            "getMyProgress",
            "How the caller stands: points, level, streak, badges.",
            progress::show,
        )
        .reply::<progress::ShownProgress>(200, "The progress."),
    )
    .endpoint(
        Endpoint::new(
            Method::GET,
            "/v1/badges",
            "listBadges",
            "All badges there are.",
            catalogue::list,
        )
        .public()
        .reply::<Listing<catalogue::ShownBadge>>(200, "All of them."),
    )
    .endpoint(board(
        "/v1/leaderboards/global",
        "getGlobalLeaderboard",
        "Who has most experience points.",
        |ctx, request| Box::pin(leaderboards::global(ctx, request)),
    ))
    .endpoint(board(
        "/v1/leaderboards/following",
        "getFollowingLeaderboard",
        "Who has most of those whom the caller follows, and the caller.",
        |ctx, request| Box::pin(leaderboards::following(ctx, request)),
    ))
    .endpoint(board(
        "/v1/leaderboards/week",
        "getWeekLeaderboard",
        "Who earned most this week (ISO week, UTC).",
        |ctx, request| Box::pin(leaderboards::week(ctx, request)),
    ))
    .endpoint(
        Endpoint::new(
            Method::POST,
            "/internal/jobs/xp-badges",
            "runXpBadges",
            "Awards what is still to be awarded, and forgets days and weeks that are over.",
            job::handle,
        )
        .auth(Auth::Operator)
        .reply::<Report>(200, "What the run did.")
        .codes(&[Code::JobFailed]),
    )
    .consumer(react)
}

fn board(
    path: &'static str,
    operation: &'static str,
    summary: &'static str,
    handler: fn(Ctx, Request) -> Answering,
) -> Endpoint {
    Endpoint::new(Method::GET, path, operation, summary, handler)
        .page::<NoFilters>()
        .reply::<Listing<leaderboards::Rank>>(200, "A page, the most points first.")
}
