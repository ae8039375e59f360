//! `GET /v1/stories/{storyId}` and `DELETE /v1/stories/{storyId}`: one story.

use serde_json::json;
use whisper_kit::{Ctx, Endpoint, Method, OptionExt, Reply, Request, Result, events};
use whisper_people::{Swap, swaps};
use whisper_schema::prelude::{Story, Timestamp};
use whisper_store::{Batch, Filter, Patch};
use whisper_views::stories::{StoryAnswerView, stories_of};

use crate::access::open_own;

const STORY: &str = "/v1/stories/{storyId}";

/// The endpoint that shows a story.
pub fn get_endpoint() -> Endpoint {
    Endpoint::new(Method::GET, STORY, "getStory", "Shows a story.", get)
        .reply::<StoryAnswerView>(200, "The story")
}

/// The endpoint that takes a story back.
pub fn delete_endpoint() -> Endpoint {
    let summary = "Takes a story of the caller's own back.";
    Endpoint::new(Method::DELETE, STORY, "deleteStory", summary, delete)
        .reply_empty(204, "It is gone for everybody")
}

async fn get(ctx: Ctx, request: Request) -> Result<Reply> {
    let id = request.id("storyId")?;
    let viewer = ctx.caller()?.user_id;
    let (stories, users) = stories_of(&ctx, &viewer, &[id]).await?;
    let story = stories.into_iter().next().or_not_found()?;
    Reply::ok(&StoryAnswerView { story, users })
}

/// Takes a story of one's own back: it expires on the spot, and isn't shown from then on. The job removes it with its
/// views, which may be too many for one commit.
async fn delete(ctx: Ctx, request: Request) -> Result<Reply> {
    let id = request.id("storyId")?;
    let (opened, ()) = open_own(&ctx, id, ()).await?;
    let now = Patch::<Story>::new().set(Story::EXPIRES_AT, Timestamp::AT_COMMIT);
    let mut batch = Batch::new().update_if(id, now, lasts());
    for swapped in swaps(&ctx, [Swap::taken_back(&opened.story)]).await? {
        batch = swapped.add_to(&ctx, batch);
    }
    // Users whom it mentions may be neither followers nor contacts.
    let what = json!({"storyId": id, "mentions": opened.story.mentions});
    let user = opened.caller.user_id;
    let batch = events::append(&ctx, batch, "story.deleted", id, Some(&user), &what)?;
    ctx.try_commit(batch).await?.or_not_found()?;
    Ok(Reply::no_content())
}

/// A condition of commits: the story hasn't expired in the meantime.
pub fn lasts() -> Filter<Story> {
    Filter::stands(Timestamp::AT_COMMIT)
}
