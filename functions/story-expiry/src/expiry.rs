//! Stories whose end has come, and the commit that removes them.

use whisper_files::{held_by, release};
use whisper_kit::Result;
use whisper_kit::ids::derived_id;
use whisper_kit::jobs::{Budget, Due, Expiring};
use whisper_schema::prelude::{
    Column, Document, FileHoldKind, Notification, Story, StoryReaction, StoryView, Timestamp,
};
use whisper_store::{Batch, Doc, Filter, Order, Query};

/// Stories, with their views, their reactions with the notifications of them, and their files, which go when nothing else holds them.
pub struct Stories;

impl Expiring for Stories {
    type End = Story;
    /// Whether it has a file.
    type Item = bool;
    const NOT_REMOVED: (&'static str, &'static str) = ("story_not_removed", "storyId");

    fn ended(&self, now: Timestamp) -> Query<Story> {
        Query::new()
            .filter(Filter::le(Story::EXPIRES_AT, now))
            .order(Order::asc(Story::EXPIRES_AT))
    }

    /// Counts the views and reactions of the stories, each just far enough.
    async fn due(&self, run: &Budget<'_>, ended: Vec<Doc<Story>>) -> Result<Vec<Due<bool>>> {
        let enough = run.bounds.rows_per_commit + 1;
        let count = |story: &Doc<Story>| {
            let views = of_story(views_of(&story.id)).count(enough);
            (views, of_story(reactions_of(&story.id)).count(enough))
        };
        let counts = run.ctx.read(ended.iter().map(count).collect::<Vec<_>>());
        let due = ended
            .iter()
            .zip(counts.await?)
            .map(|(story, (views, reactions))| Due {
                id: story.id.clone(),
                rows: views.max(reactions),
                item: story.media_file_id.is_some(),
            });
        Ok(due.collect())
    }

    async fn remove(&self, run: &Budget<'_>, due: &[Due<bool>]) -> Result<u64> {
        let ids: Vec<&str> = due.iter().map(|due| due.id.as_str()).collect();
        let notices = notices(run, of_stories(&ids)).await?;
        let with_files = due.iter().filter(|due| due.item);
        let holds = held_by(FileHoldKind::Story, with_files.map(|due| due.id.as_str()));
        let holds = run.ctx.read(holds).await?;
        let batch = release(Batch::new(), &holds, run.ctx.now());
        let batch = delete_notices(batch, notices);
        let batch = batch.append(removal(&ids, run.bounds.rows_per_commit, run.ctx.now()));
        let committed = run.commit(batch).await?;
        Ok(committed.affected.last().copied().unwrap_or(0))
    }

    async fn clear(&self, run: &Budget<'_>, due: &Due<bool>) -> Result<()> {
        run.drain(&views_of(&due.id)).await?;
        let reactions = reactions_of(&due.id);
        while !run.is_spent() {
            let (notices, reactions) = first_reactions(run, reactions.clone()).await?;
            if reactions.is_empty() {
                break;
            }
            let count = reactions.len() as u64;
            let these = Filter::<StoryReaction>::is_in(Column::id(), reactions);
            let batch = delete_notices(Batch::new(), notices);
            run.commit(batch.delete_where(these, count)).await?;
        }
        Ok(())
    }
}

/// The notifications by which authors heard of these reactions, of as many as one commit removes.
async fn notices(run: &Budget<'_>, reactions: Filter<StoryReaction>) -> Result<Vec<String>> {
    Ok(first_reactions(run, reactions).await?.0)
}

/// As many reactions as one commit removes: the ids of their notifications, and their own.
async fn first_reactions(
    run: &Budget<'_>,
    reactions: Filter<StoryReaction>,
) -> Result<(Vec<String>, Vec<String>)> {
    let rows = u32::try_from(run.bounds.rows_per_commit).unwrap_or(u32::MAX);
    let found = run.ctx.read(of_story(reactions).limit(rows)).await?;
    let reactions = found.into_iter().map(|reaction| {
        let reaction = reaction.into_inner();
        let notice = derived_id(&Notification::of_story_reaction(
            &reaction.story_id,
            &reaction.user_id,
        ));
        (notice, reaction.id)
    });
    Ok(reactions.unzip())
}

fn delete_notices(batch: Batch, ids: Vec<String>) -> Batch {
    if ids.is_empty() {
        return batch;
    }
    let count = ids.len() as u64;
    batch.delete_where(Filter::<Notification>::is_in(Column::id(), ids), count)
}

/// Removes expired stories with at most `rows` views and reactions of theirs, views first. One too many,
/// which only a request that was under way when the story expired can have left, fails the commit.
pub fn removal(stories: &[&str], rows: u64, now: Timestamp) -> Batch {
    let ids = || stories.iter().copied();
    let views = || Filter::is_in(StoryView::STORY_ID, ids());
    let reactions = || of_stories(stories);
    let expired = Filter::le(Story::EXPIRES_AT, now);
    Batch::new()
        .delete_where(views(), rows)
        .delete_where(reactions(), rows)
        .expect_none(views())
        .expect_none(reactions())
        .delete_where(
            Filter::and([Filter::is_in(Column::id(), ids()), expired]),
            rows,
        )
}

fn of_stories(ids: &[&str]) -> Filter<StoryReaction> {
    Filter::is_in(StoryReaction::STORY_ID, ids.iter().copied())
}

fn views_of(story: &str) -> Filter<StoryView> {
    Filter::eq(StoryView::STORY_ID, story)
}

fn reactions_of(story: &str) -> Filter<StoryReaction> {
    Filter::eq(StoryReaction::STORY_ID, story)
}

fn of_story<D: Document>(filter: Filter<D>) -> Query<D> {
    Query::new().filter(filter)
}
