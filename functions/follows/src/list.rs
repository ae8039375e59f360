//! `GET /v1/follows`: the users whom the caller follows, or the caller's followers.

use serde::Deserialize;
use whisper_kit::page::{Listing, Window};
use whisper_kit::{Ctx, Endpoint, Method, Reply, Request, Result};
use whisper_people::People;
use whisper_schema::prelude::{Column, Follow, FollowStatus};
use whisper_store::{Filter, Order, Query};

use crate::view::{FollowListItemView, FollowView};

/// Filter of the list of follows.
#[derive(Debug, Deserialize)]
#[cfg_attr(not(target_family = "wasm"), derive(schemars::JsonSchema))]
pub struct Side {
    /// The users whom the caller follows (if not said), or the caller's followers.
    #[serde(default)]
    direction: FollowSide,
}

/// The caller's side of the follows.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[cfg_attr(not(target_family = "wasm"), derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
enum FollowSide {
    /// The users whom the caller follows.
    #[default]
    Following,
    /// The caller's followers.
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
    .at_replica()
    .reply::<Listing<FollowListItemView>>(200, "A page of follows.")
}

async fn list(ctx: Ctx, _: Request, window: Window<Side>) -> Result<Reply> {
    let me = ctx.caller()?.user_id;
    let (mine, other): (_, fn(&Follow) -> &str) = match window.filters.direction {
        FollowSide::Following => (Follow::FOLLOWER_ID, |follow| &follow.following_id),
        FollowSide::Followers => (Follow::FOLLOWING_ID, |follow| &follow.follower_id),
    };
    let query = Query::<Follow>::new()
        .filter(Filter::eq(mine, me.as_str()))
        .filter(Filter::eq(Follow::STATUS, FollowStatus::Accepted))
        .order(Order::desc(Column::seq()));
    let page = ctx.read(window.over(query).page()).await?;
    let people = People::read(&ctx, &me, page.items.iter().map(|follow| other(follow))).await?;
    let items = page.items.iter().map(|follow| FollowListItemView {
        follow: FollowView::new(follow, &me),
        user: people.summary(other(follow)),
    });
    window.reply(&ctx, &page, items.collect()).await
}
