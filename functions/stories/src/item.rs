//! `GET /v1/stories/{id}` and `DELETE /v1/stories/{id}`: one story.

use serde_json::json;
use whisper_kit::{Ctx, Error, Reply, Request, Result, events};
use whisper_schema::prelude::{Column, Profile, Story, StoryReaction, StoryView, Timestamp};
use whisper_store::{Batch, Filter, Get, Order, Patch, Query, StoreError};

use crate::access::{open_own, open_then, reaction_id, view_id};
use crate::shown::{Person, ShownStory};

/// How many of its viewers a story names to its author.
const VIEWER_IDS: u32 = 100;

/// Shows a story.
///
/// # Errors
/// The one 404.
pub async fn get(ctx: Ctx, request: Request) -> Result<Reply> {
    let id = request.id("id")?;
    let user = ctx.caller()?.user_id;
    let mine = (
        Get::<StoryView>::id(view_id(id, &user)),
        Get::<StoryReaction>::id(reaction_id(id, &user)),
    );
    let (opened, (view, reaction), (author, viewers)) = open_then(&ctx, id, mine, |story| {
        let viewers = (story.user_id == user).then(|| latest_viewers(id));
        (Get::<Profile>::id(&story.user_id), viewers)
    })
    .await?;
    let mut shown = ShownStory::from(opened.story.into_inner());
    shown.viewed = view.is_some();
    shown.my_reaction = reaction.map(|reaction| reaction.into_inner().reaction);
    shown.author = author.map(|profile| Person::from(&profile.value));
    let viewers = viewers.unwrap_or_default();
    shown.viewer_ids = viewers
        .into_iter()
        .map(|view| view.into_inner().viewer_id)
        .collect();
    Reply::ok(&shown)
}

fn latest_viewers(story: &str) -> Query<StoryView> {
    Query::new()
        .filter(Filter::eq(StoryView::STORY_ID, story))
        .order(Order::desc(Column::seq()))
        .limit(VIEWER_IDS)
}

/// Takes a story of one's own back.
///
/// It expires on the spot, so that nobody sees it from here on; the job removes it with its views,
/// which may be too many for one commit.
///
/// # Errors
/// The one 404, also for other people's stories.
pub async fn delete(ctx: Ctx, request: Request) -> Result<Reply> {
    let id = request.id("id")?;
    let (opened, _) = open_own(&ctx, id, Vec::<Get<Story>>::new()).await?;
    let now = Patch::<Story>::new().set(Story::EXPIRES_AT, Timestamp::AT_COMMIT);
    let batch = Batch::new().update_if(id, now, still_active());
    let user = opened.caller.user_id;
    let batch = events::append(
        &ctx,
        batch,
        "story.deleted",
        id,
        Some(&user),
        &json!({"storyId": id}),
    )?;
    match ctx.store().await?.commit(batch).await {
        Ok(_) => Ok(Reply::no_content()),
        Err(StoreError::ConditionFailed { .. }) => Err(Error::not_found()),
        Err(error) => Err(error.into()),
    }
}

/// A condition of commits: the story hasn't expired in the meantime.
pub fn still_active() -> Filter<Story> {
    Filter::gt(Story::EXPIRES_AT, Timestamp::AT_COMMIT)
}
