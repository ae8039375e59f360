//! `POST` and `GET /v1/stories/{storyId}/views`: the views of a story.

use serde::Serialize;
use whisper_kit::page::{Listing, Window};
use whisper_kit::{Attempt, Ctx, Endpoint, Method, OptionalJson, Reply, Request, Result};
use whisper_people::{UserSummaryView, by_ids, shown_to};
use whisper_schema::Body;
use whisper_schema::prelude::{
    Column, Story, StoryReaction, StoryView, Timestamp, UserActivityType,
};
use whisper_store::{Batch, Doc, Filter, Get, Order, Patch, Query};
use whisper_views::stories::{by_id, reaction_id, view_id};

use crate::access::{open, open_own};
use crate::activity::activity;
use crate::one::lasts;

const VIEWS: &str = "/v1/stories/{storyId}/views";

/// A report that the caller sees a story.
#[derive(Debug, Body)]
#[body(example = r#"{"watchDuration": 4, "completedView": true}"#)]
pub struct NewStoryWatch {
    /// Seconds it was watched for; the longest time is kept.
    #[field(range = 0..=86_400, default = 0)]
    watch_duration: i64,
    /// Whether it was watched to its end; once true it stays so.
    #[field(default = false)]
    completed_view: bool,
}

/// The record of the caller's watching a story.
#[derive(Debug, Serialize)]
#[cfg_attr(not(target_family = "wasm"), derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct StoryWatchView {
    /// The story.
    pub story_id: String,
    /// The user who saw it.
    pub viewer_id: String,
    /// The longest time it was watched for, in seconds.
    pub watch_duration: i64,
    /// Whether it was watched to its end.
    pub completed_view: bool,
    /// When it was first seen; absent where nothing is kept.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub viewed_at: Option<Timestamp>,
    /// Whether it counts: the author's own views don't, and nothing of them is kept.
    pub counted: bool,
}

/// A viewer, as the author sees them.
#[derive(Debug, Serialize)]
#[cfg_attr(not(target_family = "wasm"), derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct StoryViewerView {
    /// The viewer's id.
    pub viewer_id: String,
    /// A summary of that user.
    pub viewer: UserSummaryView,
    /// The longest time they watched, in seconds.
    pub watch_duration: i64,
    /// Whether they watched to the end.
    pub completed_view: bool,
    /// When they first saw it.
    pub viewed_at: Option<Timestamp>,
    /// How they reacted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reaction: Option<String>,
}

impl From<StoryView> for StoryWatchView {
    fn from(view: StoryView) -> Self {
        StoryWatchView {
            story_id: view.story_id,
            viewer_id: view.viewer_id,
            watch_duration: view.watch_duration,
            completed_view: view.completed_view,
            viewed_at: view.viewed_at,
            counted: true,
        }
    }
}

/// The endpoint that notes a view.
pub fn record_endpoint() -> Endpoint {
    let summary = "Notes that the caller sees a story; the body may be left out.";
    Endpoint::new(Method::POST, VIEWS, "viewStory", summary, record)
        .reply::<StoryWatchView>(200, "Seen before, or the caller's own")
        .reply::<StoryWatchView>(201, "Seen for the first time, and counted")
}

/// The endpoint that lists the viewers.
pub fn list_endpoint() -> Endpoint {
    let summary = "Lists who saw a story of the caller's own, the latest first.";
    Endpoint::new(Method::GET, VIEWS, "listStoryViews", summary, list)
        .reply::<Listing<StoryViewerView>>(200, "A page of viewers")
}

async fn record(
    ctx: Ctx,
    request: Request,
    OptionalJson(seen): OptionalJson<NewStoryWatch>,
) -> Result<Reply> {
    let (id, viewer) = (request.id("storyId")?, ctx.caller()?.user_id);
    let view = StoryView {
        id: view_id(id, &viewer),
        story_id: id.to_owned(),
        viewer_id: viewer,
        watch_duration: seen.watch_duration,
        completed_view: seen.completed_view,
        viewed_at: Some(Timestamp::AT_COMMIT),
    };
    ctx.retry(async || {
        let (opened, known) = open(&ctx, id, Get::<StoryView>::id(&view.id)).await?;
        match known {
            _ if opened.is_own() => own(view.clone()),
            None => first(&ctx, &request, view.clone()).await,
            Some(known) => again(&ctx, known, &view).await,
        }
    })
    .await
}

/// An author's view of their own story counts for nothing.
fn own(view: StoryView) -> Result<Attempt<Reply>> {
    Reply::ok(&StoryWatchView {
        counted: false,
        viewed_at: None,
        ..view.into()
    })
    .map(Attempt::Done)
}

/// Keeps the first view and counts it.
async fn first(ctx: &Ctx, request: &Request, mut view: StoryView) -> Result<Attempt<Reply>> {
    let (viewer, viewed) = (&view.viewer_id, UserActivityType::StoryViewed);
    let activity = activity(ctx, request, viewer, viewed, &view.story_id)?;
    let one_more = Patch::new().add(Story::VIEW_COUNT, 1);
    let batch = Batch::new()
        .update_if(&view.story_id, one_more, lasts())
        .insert(&view)
        .insert(&activity);
    let Some(committed) = ctx.try_commit(batch).await? else {
        return Ok(Attempt::Retry);
    };
    view.viewed_at = Some(committed.at);
    Reply::created(&StoryWatchView::from(view)).map(Attempt::Done)
}

/// Keeps the longest time.
async fn again(ctx: &Ctx, known: Doc<StoryView>, seen: &StoryView) -> Result<Attempt<Reply>> {
    let merged = StoryView {
        watch_duration: known.watch_duration.max(seen.watch_duration),
        completed_view: known.completed_view || seen.completed_view,
        ..known.value.clone()
    };
    if merged != known.value {
        let patch = Patch::<StoryView>::new()
            .set(StoryView::WATCH_DURATION, merged.watch_duration)
            .set(StoryView::COMPLETED_VIEW, merged.completed_view);
        let batch = Batch::new().update_if(&merged.id, patch, Filter::revision(known.revision));
        if ctx.try_commit(batch).await?.is_none() {
            return Ok(Attempt::Retry);
        }
    }
    Reply::ok(&StoryWatchView::from(merged)).map(Attempt::Done)
}

async fn list(ctx: Ctx, request: Request, window: Window) -> Result<Reply> {
    let id = request.id("storyId")?;
    // By the commit order: the time of the first view, and the index has it for nothing.
    let views = Query::<StoryView>::new()
        .filter(Filter::eq(StoryView::STORY_ID, id))
        .order(Order::desc(Column::seq()));
    let (opened, page) = open_own(&ctx, id, window.over(views).page()).await?;
    let viewers = || page.items.iter().map(|view| view.viewer_id.as_str());
    let reactions: Vec<String> = viewers().map(|viewer| reaction_id(id, viewer)).collect();
    let reactions = by_ids::<StoryReaction>(reactions.iter().map(String::as_str));
    let people = shown_to(&opened.caller.user_id, viewers());
    let (people, reactions) = ctx.read((people, reactions)).await?;
    let people = people.pictured(&ctx).await?;
    let mut reactions = by_id(reactions);
    let items = page.items.iter().map(|view| StoryViewerView {
        viewer_id: view.viewer_id.clone(),
        viewer: people.summary(&view.viewer_id),
        watch_duration: view.watch_duration,
        completed_view: view.completed_view,
        viewed_at: view.viewed_at,
        reaction: reactions
            .remove(&reaction_id(id, &view.viewer_id))
            .map(|reaction| reaction.reaction),
    });
    window.reply(&ctx, &page, items.collect()).await
}
