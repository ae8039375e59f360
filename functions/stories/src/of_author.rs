//! `GET /v1/stories`: the active stories of one author.

use serde::Deserialize;
use whisper_kit::ids::is_id;
use whisper_kit::{Ctx, Error, OptionExt, Reply, Request, Result};
use whisper_schema::prelude::{Column, Profile, Story, StoryAudience, Timestamp};
use whisper_store::{Filter, Get, Order, Query};

use crate::access::{audience, between};
use crate::feed::show;

/// Whose stories.
#[derive(Debug, Deserialize)]
#[cfg_attr(not(target_family = "wasm"), derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct OfAuthor {
    /// Id of the author; the caller if left out.
    user_id: Option<String>,
}

/// Shows a page of what the caller may see of an author, the latest story first.
///
/// # Errors
/// The one 404 when there is no such user or one of the two blocked the other; an invalid cursor.
pub async fn handle(ctx: Ctx, request: Request) -> Result<Reply> {
    let window = request.page::<OfAuthor>(&ctx).await?;
    let viewer = ctx.caller()?.user_id;
    let author = window
        .filters
        .user_id
        .clone()
        .unwrap_or_else(|| viewer.clone());
    let others = (author != viewer).then(|| between(&viewer, &author));
    // What can't be an id is nobody's.
    let profile = is_id(&author).then(|| Get::<Profile>::id(&author));
    let (profile, others) = ctx.read((profile, others)).await?;
    profile.flatten().or_not_found()?;
    let (follows, contacts) = others.unwrap_or_default();
    let audience = audience(&viewer, &author, &follows, &contacts);
    if audience == StoryAudience::Blocked {
        return Err(Error::not_found());
    }
    let stories = window.over(stories(&author, audience, ctx.now()));
    let page = ctx.read(stories.page()).await?;
    let items = show(&ctx, &viewer, &page.items).await?;
    window.reply(&ctx, &page, items).await
}

fn stories(author: &str, audience: StoryAudience, now: Timestamp) -> Query<Story> {
    Query::new()
        .filter(Filter::eq(Story::USER_ID, author))
        .filter(Filter::gt(Story::EXPIRES_AT, now))
        .filter(Filter::is_in(
            Story::PRIVACY,
            audience.levels().iter().copied(),
        ))
        .order(Order::desc(Column::seq()))
}
