//! `POST /v1/stories`: posts a story.

use serde_json::json;
use whisper_kit::idempotency::Once;
use whisper_kit::rate_limit::Rate;
use whisper_kit::{
    Attempt, Code, Ctx, Endpoint, Error, FieldError, Json, Method, Reply, Request, Result,
    ResultExt, Rule, events,
};
use whisper_people::{People, Swap, shown_to, swaps};
use whisper_schema::prelude::{Story, Timestamp, UserActivityType};
use whisper_store::Batch;
use whisper_views::stories::{StoryAnswerView, StoryPostView, named};

use crate::activity::activity;
use crate::draft::NewStory;

/// Stories that one user may post.
pub const STORIES: Rate = Rate::per_hour("story", "story_rate_per_hour", 100);
/// Users whom one may mention in stories.
pub const MENTIONS: Rate = Rate::per_hour("story mention", "story_mention_rate_per_hour", 300);

/// The endpoint.
pub fn endpoint() -> Endpoint {
    Endpoint::new(
        Method::POST,
        "/v1/stories",
        "postStory",
        "Posts a story.",
        post,
    )
    .headers(&["idempotency-key"])
    .answers(&["location"])
    .reply::<StoryAnswerView>(201, "The story")
    .codes(&[Code::RateLimited])
}

async fn post(ctx: Ctx, request: Request, Json(draft): Json<NewStory>) -> Result<Reply> {
    let author = ctx.caller()?.user_id;
    let once = Once::of(&request, &author, "postStory")?;
    let story = draft.story(ctx.new_id()?, &author, ctx.now());
    let people = ctx.read(shown_to(&author, named(&story))).await?;
    if let Some(reply) = once.replay(&ctx).await? {
        return Ok(reply);
    }
    check_mentions(&story, &people)?;
    ctx.retry(async || attempt(&ctx, &request, &once, &story, &people).await)
        .await
}

/// Posts it with its file as that is now: one that went since is refused by the next attempt.
async fn attempt(
    ctx: &Ctx,
    request: &Request,
    once: &Once,
    story: &Story,
    people: &People,
) -> Result<Attempt<Reply>> {
    let mut batch = effects(ctx, request, story)?;
    for swapped in swaps(ctx, [Swap::posted(story)]).await? {
        batch = swapped.add_to(ctx, batch);
    }
    let media = story.media_file_id.as_deref();
    let people = people.clone().with_files(ctx, media).await?;
    let stories = STORIES.of_caller(ctx).await?;
    let mentions = MENTIONS.of_caller(ctx).await?.times(story.mentions.len());
    let batch = stories.count_in(batch, ctx.now());
    let batch = mentions.count_in(batch, ctx.now());
    let path = format!("/v1/stories/{}", story.id);
    let answer = |at| Ok(Reply::created(&posted(story, &people, at))?.location(&path));
    let outcome = once.commit(ctx, batch, answer).await;
    let outcome = outcome
        .on_reached(&stories, ctx.now())
        .on_reached(&mentions, ctx.now());
    Attempt::of(outcome)
}

/// The story as its author sees it, once it was posted at a time.
fn posted(story: &Story, people: &People, at: Timestamp) -> StoryAnswerView {
    let story = Story {
        created_at: Some(at),
        ..story.clone()
    };
    StoryAnswerView {
        story: StoryPostView::new(story, people),
        users: people.users(),
    }
}

/// Refuses mentions of users who don't exist for the author: a block in either direction, a disabled account.
fn check_mentions(story: &Story, people: &People) -> Result<()> {
    let mentions = story.mentions.iter().enumerate();
    let absent = mentions.filter(|(_, id)| people.profile(id).is_none());
    let unknown: Vec<FieldError> = absent
        .map(|(i, _)| FieldError::new(format!("mentions[{i}]"), Rule::Reference, "is not a user"))
        .collect();
    match unknown.is_empty() {
        true => Ok(()),
        false => Err(Error::fields(unknown)),
    }
}

/// The batch that posts a story: the story, its author's activity and the event.
fn effects(ctx: &Ctx, request: &Request, story: &Story) -> Result<Batch> {
    let (author, posted) = (story.user_id.as_str(), UserActivityType::StoryPosted);
    let activity = activity(ctx, request, author, posted, &story.id)?;
    let batch = Batch::new().insert(story).insert(&activity);
    let payload = json!({
        "storyId": story.id,
        "contentType": story.content_type,
        "privacy": story.privacy,
        "mentions": story.mentions,
        "expiresAt": story.expires_at,
    });
    events::append(
        ctx,
        batch,
        "story.posted",
        &story.id,
        Some(author),
        &payload,
    )
}
