//! `GET /v1/follows`: whom the caller follows, or who follows the caller.

use std::collections::BTreeMap;

use serde::Deserialize;
use whisper_kit::page::PageQuery;
use whisper_kit::{Ctx, Reply, Request, Result};
use whisper_schema::prelude::{Column, Follow, FollowStatus, Profile};
use whisper_store::{Filter, Order, Query};

use crate::people::read;
use crate::view::{FollowListItem, FollowView, UserSummary};

/// Parameters of the list.
#[derive(Clone, Debug, Default, Deserialize)]
#[cfg_attr(not(target_family = "wasm"), derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ListQuery {
    /// How many items at most: 1 to 100, 25 by default.
    pub limit: Option<u32>,
    /// Continue after this cursor, a former page's `next`.
    pub after: Option<String>,
    /// What comes before this cursor, a former page's `previous`.
    pub before: Option<String>,
    /// Whom the caller follows (if not said), or who follows the caller.
    #[serde(default)]
    pub direction: Direction,
}

/// Which side the caller is on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[cfg_attr(not(target_family = "wasm"), derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub enum Direction {
    /// Whom the caller follows.
    #[default]
    Following,
    /// Who follows the caller.
    Followers,
}

/// Answers 200 with a page, the newest first.
pub async fn list(ctx: Ctx, request: Request) -> Result<Reply> {
    let ListQuery {
        limit,
        after,
        before,
        direction,
    } = request.query()?;
    let me = ctx.claims()?.sub;
    let scope = format!("follows {direction:?} of {me}");
    let window = PageQuery {
        limit,
        after,
        before,
    }
    .window(&ctx, scope)
    .await?;
    let column = match direction {
        Direction::Following => Follow::FOLLOWER_ID,
        Direction::Followers => Follow::FOLLOWING_ID,
    };
    let query = Query::<Follow>::new()
        .filter(Filter::eq(column, me.as_str()))
        .filter(Filter::eq(Follow::STATUS, FollowStatus::Accepted))
        .order(Order::desc(Column::seq()));
    let page = read(&ctx, window.over(query).page()).await?;
    let other = |follow: &Follow| match direction {
        Direction::Following => follow.following_id.clone(),
        Direction::Followers => follow.follower_id.clone(),
    };
    let profiles = profiles(
        &ctx,
        page.items.iter().map(|follow| other(follow)).collect(),
    )
    .await?;
    let items = page.items.iter().map(|follow| {
        let other = other(follow);
        FollowListItem {
            follow: FollowView::new(follow, &me),
            user: UserSummary::new(&other, profiles.get(&other)),
        }
    });
    window.reply(&ctx, &request, &page, items.collect()).await
}

async fn profiles(ctx: &Ctx, ids: Vec<String>) -> Result<BTreeMap<String, Profile>> {
    if ids.is_empty() {
        return Ok(BTreeMap::new());
    }
    let limit = ids.len() as u32;
    let query = Query::<Profile>::new()
        .filter(Filter::is_in(Column::id(), ids))
        .limit(limit);
    let found = ctx.store()?.read(query).await?;
    Ok(found
        .into_iter()
        .map(|profile| (profile.id.clone(), profile.into_inner()))
        .collect())
}
