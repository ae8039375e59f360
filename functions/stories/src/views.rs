//! `POST` and `GET /v1/stories/{id}/views`: who saw a story.

use serde::{Deserialize, Serialize};
use whisper_kit::page::NoFilters;
use whisper_kit::{Ctx, Error, Reply, Request, Result, Rule};
use whisper_schema::prelude::{
    Column, Document, Profile, Story, StoryReaction, StoryView, Timestamp, UserActivityType,
};
use whisper_store::{Batch, Doc, Filter, Get, Order, Patch, Query, StoreError};

use crate::access::{by_ids, find, open, open_own, reaction_id, view_id};
use crate::item::still_active;
use crate::post::activity;
use crate::shown::Person;

/// The longest time that is believed, in seconds.
const MAX_WATCH: i64 = 24 * 60 * 60;
/// How often a view is tried again when the same viewer's other device was faster.
const ATTEMPTS: usize = 5;

/// That the caller sees a story.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(not(target_family = "wasm"), derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NewView {
    /// Seconds it was watched for, 0 to 86,400; the longest time is kept.
    watch_duration: Option<i64>,
    /// Whether it was watched to its end; once true it stays so.
    completed_view: Option<bool>,
}

/// The caller's view of a story.
#[derive(Debug, Serialize)]
#[cfg_attr(not(target_family = "wasm"), derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct ShownView {
    /// The story.
    pub story_id: String,
    /// Who saw it.
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
pub struct Viewer {
    /// The viewer's id.
    pub viewer_id: String,
    /// Who that is; absent when the account is gone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub viewer: Option<Person>,
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

impl From<StoryView> for ShownView {
    fn from(view: StoryView) -> Self {
        ShownView {
            story_id: view.story_id,
            viewer_id: view.viewer_id,
            watch_duration: view.watch_duration,
            completed_view: view.completed_view,
            viewed_at: view.viewed_at,
            counted: true,
        }
    }
}

/// Notes that the caller sees a story.
///
/// # Errors
/// The one 404.
pub async fn record(ctx: Ctx, request: Request) -> Result<Reply> {
    let id = request.id("id")?;
    let seen: NewView = request.json_or_default()?;
    let watched = seen.watch_duration.unwrap_or(0);
    if !(0..=MAX_WATCH).contains(&watched) {
        let detail = format!("must be from 0 to {MAX_WATCH}");
        return Err(Error::field("watchDuration", Rule::Range, detail));
    }
    let viewer = ctx.caller()?.user_id;
    let mine = Get::<StoryView>::id(view_id(id, &viewer));
    let (opened, mut known) = open(&ctx, id, mine).await?;
    let mut view = StoryView {
        id: view_id(id, &viewer),
        story_id: id.to_owned(),
        viewer_id: viewer,
        watch_duration: watched,
        completed_view: seen.completed_view.unwrap_or(false),
        viewed_at: Some(Timestamp::AT_COMMIT),
    };
    if opened.is_own() {
        view.viewed_at = None;
        return Reply::ok(&ShownView {
            counted: false,
            ..view.into()
        });
    }
    for _ in 0..ATTEMPTS {
        let outcome = match known {
            None => first(&ctx, &request, view.clone()).await?,
            Some(known) => again(&ctx, known, &view).await?,
        };
        if let Some(reply) = outcome {
            return Ok(reply);
        }
        known = ctx.read(Get::<StoryView>::id(&view.id)).await?;
    }
    Err(StoreError::Busy.into())
}

/// Keeps the first view and counts it; None if there is one by now.
async fn first(ctx: &Ctx, request: &Request, mut view: StoryView) -> Result<Option<Reply>> {
    let done = activity(
        ctx,
        request,
        &view.viewer_id,
        UserActivityType::StoryViewed,
        &view.story_id,
    )?;
    let one_more = Patch::new().add(Story::VIEW_COUNT, 1);
    let batch = Batch::new()
        .update_if(&view.story_id, one_more, still_active())
        .insert(&view)
        .insert(&done);
    match ctx.store().await?.commit(batch).await {
        Ok(committed) => {
            view.viewed_at = Some(committed.at);
            Reply::created(&ShownView::from(view)).map(Some)
        }
        Err(error) if error.is_conflict(StoryView::COLLECTION, "_id") => Ok(None),
        Err(error) if error.is_conflict(StoryView::COLLECTION, "idx_story_viewer") => Ok(None),
        Err(StoreError::ConditionFailed { .. }) => Err(Error::not_found()),
        Err(error) => Err(error.into()),
    }
}

/// Keeps the longest time; None if the view changed in the meantime.
async fn again(ctx: &Ctx, known: Doc<StoryView>, seen: &StoryView) -> Result<Option<Reply>> {
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
        match ctx.store().await?.commit(batch).await {
            Ok(_) => {}
            Err(StoreError::ConditionFailed { .. }) => return Ok(None),
            Err(error) => return Err(error.into()),
        }
    }
    Reply::ok(&ShownView::from(merged)).map(Some)
}

/// Lists who saw a story, the latest first.
///
/// # Errors
/// The one 404 for everybody but the author; an invalid cursor.
pub async fn list(ctx: Ctx, request: Request) -> Result<Reply> {
    let id = request.id("id")?;
    let window = request.page::<NoFilters>(&ctx).await?;
    // By the commit order: the time of the first view, and the index has it for nothing.
    let views = Query::<StoryView>::new()
        .filter(Filter::eq(StoryView::STORY_ID, id))
        .order(Order::desc(Column::seq()));
    let (_, page) = open_own(&ctx, id, window.over(views).page()).await?;
    let viewers = || page.items.iter().map(|view| view.viewer_id.as_str());
    let reactions = by_ids::<StoryReaction>(viewers().map(|viewer| reaction_id(id, viewer)));
    let (profiles, reactions) = ctx.read((by_ids::<Profile>(viewers()), reactions)).await?;
    let items = page.items.iter().map(|view| Viewer {
        viewer_id: view.viewer_id.clone(),
        viewer: find(&profiles, &view.viewer_id).map(Person::from),
        watch_duration: view.watch_duration,
        completed_view: view.completed_view,
        viewed_at: view.viewed_at,
        reaction: find(&reactions, &reaction_id(id, &view.viewer_id)).map(|r| r.reaction.clone()),
    });
    let items: Vec<Viewer> = items.collect();
    window.reply(&ctx, &page, items).await
}
