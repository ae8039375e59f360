//! `GET /v1/follows`: whom the caller follows, or who follows the caller.

use serde::Deserialize;
use whisper_kit::page::Listing;
use whisper_kit::{Ctx, Endpoint, Method, Reply, Request, Result};
use whisper_people::People;
use whisper_schema::prelude::{Column, Follow, FollowStatus};
use whisper_store::{Filter, Order, Query};

use crate::view::{FollowListItemView, FollowView};

/// Which of the follows.
#[derive(Debug, Deserialize)]
#[cfg_attr(not(target_family = "wasm"), derive(schemars::JsonSchema))]
pub struct Side {
    /// Whom the caller follows (if not said), or who follows the caller.
    #[serde(default)]
    direction: Direction,
}

/// Which side the caller is on.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[cfg_attr(not(target_family = "wasm"), derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
enum Direction {
    /// Whom the caller follows.
    #[default]
    Following,
    /// Who follows the caller.
    Followers,
}

/// The endpoint.
pub fn endpoint() -> Endpoint {
    Endpoint::new(
        Method::GET,
        "/v1/follows",
        "listFollows",
        "Whom the caller follows, or who follows the caller; the newest first.",
        list,
    )
    .page::<Side>()
    .reply::<Listing<FollowListItemView>>(200, "A page of follows.")
}

async fn list(ctx: Ctx, request: Request) -> Result<Reply> {
    let me = ctx.caller()?.user_id;
    let window = request.page::<Side>(&ctx).await?;
    let other = |follow: &Follow| match window.filters.direction {
        Direction::Following => follow.following_id.clone(),
        Direction::Followers => follow.follower_id.clone(),
    };
    let mine = match window.filters.direction {
        Direction::Following => Follow::FOLLOWER_ID,
        Direction::Followers => Follow::FOLLOWING_ID,
    };
    let query = Query::<Follow>::new()
        .filter(Filter::eq(mine, me.as_str()))
        .filter(Filter::eq(Follow::STATUS, FollowStatus::Accepted))
        .order(Order::desc(Column::seq()));
    let page = ctx.read(window.over(query).page()).await?;
    let others: Vec<String> = page.items.iter().map(|follow| other(follow)).collect();
    let people = People::read(&ctx, &me, others.iter().map(String::as_str)).await?;
    let items = page.items.iter().map(|follow| FollowListItemView {
        follow: FollowView::new(follow, &me),
        user: people.summary(&other(follow)),
    });
    window.reply(&ctx, &page, items.collect()).await
}
