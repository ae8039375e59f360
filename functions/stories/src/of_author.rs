//! `GET /v1/stories`: the active stories of one author.

use serde::Deserialize;
use whisper_kit::ids::is_id;
use whisper_kit::page::{ListingWith, Window};
use whisper_kit::{Code, Ctx, Endpoint, Error, Method, OptionExt, Reply, Request, Result};
use whisper_people::{self as people, UsersView};
use whisper_schema::prelude::{Column, Story, StoryAudience, Timestamp};
use whisper_store::{Filter, Order, Query};
use whisper_views::stories::StoryPostView;

use crate::show::reply;

/// The author whose stories are listed.
#[derive(Debug, Deserialize)]
#[cfg_attr(not(target_family = "wasm"), derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct OfAuthor {
    /// Id of the author; the caller if left out.
    #[cfg_attr(
        not(target_family = "wasm"),
        schemars(length(min = 1, max = 36), regex(pattern = whisper_schema::text::pattern::ID))
    )]
    user_id: Option<String>,
}

/// The endpoint.
pub fn endpoint() -> Endpoint {
    let summary =
        "Lists the active stories of one author that the caller may see, the latest first.";
    Endpoint::new(Method::GET, "/v1/stories", "listStories", summary, list)
        .reply::<ListingWith<StoryPostView, UsersView>>(200, "A page of stories")
        .codes(&[Code::NotFound])
}

async fn list(ctx: Ctx, _: Request, window: Window<OfAuthor>) -> Result<Reply> {
    let viewer = ctx.caller()?.user_id;
    let audience = match window.filters.user_id.as_deref() {
        Some(author) if author != viewer => audience(&ctx, &viewer, author).await?,
        _ => StoryAudience::Author,
    };
    let author = window.filters.user_id.as_deref().unwrap_or(&viewer);
    let stories = window.over(stories(author, audience, ctx.now()));
    let page = ctx.read(stories.page()).await?;
    reply(&ctx, &window, &viewer, &page).await
}

/// The relation of the viewer to an author who exists for them.
async fn audience(ctx: &Ctx, viewer: &str, author: &str) -> Result<StoryAudience> {
    if !is_id(author) {
        return Err(Error::not_found());
    }
    let audience = ctx.read(people::audience(viewer, author)).await?;
    audience
        .filter(|audience| *audience != StoryAudience::Blocked)
        .or_not_found()
}

fn stories(author: &str, audience: StoryAudience, now: Timestamp) -> Query<Story> {
    let levels = audience.levels().iter().copied();
    Query::new()
        .filter(Filter::eq(Story::USER_ID, author))
        .filter(Filter::stands(now))
        .filter(Filter::is_in(Story::PRIVACY, levels))
        .order(Order::desc(Column::seq()))
}
