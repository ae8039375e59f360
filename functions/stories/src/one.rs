//! `GET /v1/stories/{storyId}` and `DELETE /v1/stories/{storyId}`: one story.

use serde_json::json;
use whisper_kit::{Ctx, Endpoint, Method, OptionExt, Reply, Request, Result, events};
use whisper_people::{People, shown_to};
use whisper_schema::prelude::{Column, Story, StoryReaction, StoryView, Timestamp};
use whisper_store::{Batch, Filter, Get, Order, Patch, Query};

use crate::access::{open_own, open_then, reaction_id, view_id};
use crate::view::{StoryAnswerView, StoryPostView, named};

const STORY: &str = "/v1/stories/{storyId}";
/// How many of its viewers a story names to its author.
const VIEWER_IDS: u32 = 100;

/// The endpoint that shows a story.
pub fn get_endpoint() -> Endpoint {
    Endpoint::new(Method::GET, STORY, "getStory", "Shows a story.", get)
        .reply::<StoryAnswerView>(200, "The story")
}

/// The endpoint that takes a story back.
pub fn delete_endpoint() -> Endpoint {
    let summary = "Takes a story of the caller's own back.";
    Endpoint::new(Method::DELETE, STORY, "deleteStory", summary, delete)
        .reply_empty(204, "Nobody sees it any more")
}

async fn get(ctx: Ctx, request: Request) -> Result<Reply> {
    let id = request.id("storyId")?;
    let user = ctx.caller()?.user_id;
    let mine = (
        Get::<StoryView>::id(view_id(id, &user)),
        Get::<StoryReaction>::id(reaction_id(id, &user)),
    );
    let (opened, (view, reaction), (mut people, viewers)) = open_then(&ctx, id, mine, |story| {
        let viewers = (story.user_id == user).then(|| latest_viewers(id));
        (shown_to(&user, named(story)), viewers)
    })
    .await?;
    let viewers = viewers.unwrap_or_default();
    let viewer_ids: Vec<String> = viewers
        .into_iter()
        .map(|view| view.into_inner().viewer_id)
        .collect();
    if !viewer_ids.is_empty() {
        let viewers = viewer_ids.iter().map(String::as_str);
        people = People::read(&ctx, &user, named(&opened.story).chain(viewers)).await?;
    }
    let story = StoryPostView {
        viewed: view.is_some(),
        my_reaction: reaction.map(|reaction| reaction.into_inner().reaction),
        viewer_ids,
        ..StoryPostView::new(opened.story.into_inner(), &people)
    };
    let users = people.users();
    Reply::ok(&StoryAnswerView { story, users })
}

fn latest_viewers(story: &str) -> Query<StoryView> {
    Query::new()
        .filter(Filter::eq(StoryView::STORY_ID, story))
        .order(Order::desc(Column::seq()))
        .limit(VIEWER_IDS)
}

/// Takes a story of one's own back: it expires on the spot, so that nobody sees it from here on. The job removes it
/// with its views, which may be too many for one commit.
async fn delete(ctx: Ctx, request: Request) -> Result<Reply> {
    let id = request.id("storyId")?;
    let (opened, ()) = open_own(&ctx, id, ()).await?;
    let now = Patch::<Story>::new().set(Story::EXPIRES_AT, Timestamp::AT_COMMIT);
    let batch = Batch::new().update_if(id, now, lasts());
    let (user, what) = (opened.caller.user_id, json!({"storyId": id}));
    let batch = events::append(&ctx, batch, "story.deleted", id, Some(&user), &what)?;
    ctx.try_commit(batch).await?.or_not_found()?;
    Ok(Reply::no_content())
}

/// A condition of commits: the story hasn't expired in the meantime.
pub fn lasts() -> Filter<Story> {
    Filter::stands(Timestamp::AT_COMMIT)
}
