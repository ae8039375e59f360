//! A page of stories with the caller's own view and reaction of each.

use whisper_kit::page::Window;
use whisper_kit::{Ctx, Reply, Result};
use whisper_people::{by_ids, shown_to};
use whisper_schema::prelude::{Story, StoryReaction, StoryView};
use whisper_store::{Doc, Page};

use crate::access::{by_id, reaction_id, view_id};
use crate::view::{StoryPostView, named};

/// Answers with a page of stories: one more statement.
///
/// # Errors
/// The store's.
pub async fn reply<F>(
    ctx: &Ctx,
    window: &Window<F>,
    viewer: &str,
    page: &Page<Story>,
) -> Result<Reply> {
    let own =
        |id: fn(&str, &str) -> String| page.items.iter().map(move |story| id(&story.id, viewer));
    let (view_ids, reaction_ids): (Vec<_>, Vec<_>) =
        (own(view_id).collect(), own(reaction_id).collect());
    let questions = (
        shown_to(viewer, page.items.iter().flat_map(|story| named(story))),
        by_ids::<StoryView>(view_ids.iter().map(String::as_str)),
        by_ids::<StoryReaction>(reaction_ids.iter().map(String::as_str)),
    );
    let (people, views, reactions) = ctx.read(questions).await?;
    let (views, mut reactions) = (by_id(views), by_id(reactions));
    let show = |story: &Doc<Story>| StoryPostView {
        viewed: views.contains_key(&view_id(&story.id, viewer)),
        my_reaction: reactions
            .remove(&reaction_id(&story.id, viewer))
            .map(|reaction| reaction.reaction),
        ..StoryPostView::new(story.value.clone(), &people)
    };
    let items = page.items.iter().map(show).collect();
    let cursors = (page.next.as_ref(), page.previous.as_ref());
    window.reply_with(ctx, items, cursors, people.users()).await
}
