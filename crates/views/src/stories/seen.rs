//! Stories with the viewer's own view and reaction of each.

use std::collections::{BTreeMap, BTreeSet};

use whisper_kit::{Ctx, Result};
use whisper_people::{People, UsersView, audience, by_ids, shown_to};
use whisper_schema::prelude::{
    Column, Ephemeral, Story, StoryAudience, StoryReaction, StoryView, Timestamp,
};
use whisper_store::{Doc, Filter, Order, Query};

use super::ids::{by_id, reaction_id, view_id};
use super::view::{StoryPostView, named};

/// How many of its viewers a story names to its author.
const VIEWER_IDS: u32 = 100;

/// These stories, as far as the viewer sees them now, the latest first, each as its own GET shows it, with the people whom they name; at most
/// 100 ids at once. Two statements, three where the viewer's own were seen, one where none of the stories stands; and one more where there are
/// files.
///
/// # Errors
/// The store's.
pub async fn stories_of(
    ctx: &Ctx,
    viewer: &str,
    ids: &[&str],
) -> Result<(Vec<StoryPostView>, UsersView)> {
    let stories = by_ids::<Story>(ids.iter().copied());
    let asked = (stories, own(viewer, ids.iter().copied()));
    let (stories, own) = ctx.read(asked).await?;
    let stories = stories.into_iter().flatten();
    let stories = stories.filter(|story| story.stands(ctx.now()));
    let mut stories: Vec<Doc<Story>> = stories.collect();
    if stories.is_empty() {
        return Ok((Vec::new(), UsersView::default()));
    }
    stories.sort_by_key(|story| std::cmp::Reverse(story.seq));
    let (audiences, latest, mut people) = ctx.read(around(viewer, &stories)).await?;
    let mut viewers: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for seen in latest.into_iter().flatten().flatten().map(Doc::into_inner) {
        let of_story = viewers.entry(seen.story_id).or_default();
        of_story.push(seen.viewer_id);
    }
    let audiences: BTreeMap<&str, StoryAudience> = authors(&stories)
        .into_iter()
        .zip(audiences)
        .filter_map(|(author, audience)| Some((author, audience?)))
        .collect();
    let sees = |story: &&Doc<Story>| is_seen(story, &audiences, ctx.now());
    let seen: Vec<&Doc<Story>> = stories.iter().filter(sees).collect();
    let all_viewers = viewers.values().flatten().map(String::as_str);
    // People whom only the hidden stories name are left out.
    let told = seen.iter().flat_map(|story| named(story));
    let told: BTreeSet<&str> = told.chain(all_viewers).collect();
    if !viewers.is_empty() {
        people = ctx.read(shown_to(viewer, told.iter().copied())).await?;
    }
    let files = seen.iter().filter_map(|story| media(story));
    let people = people.with_files(ctx, files).await?;
    let summaries = told.iter().map(|id| ((*id).to_owned(), people.summary(id)));
    let users = UsersView {
        users: summaries.collect(),
    };
    let mut own = Own::of(own);
    let views = seen.iter().map(|story| StoryPostView {
        viewer_ids: viewers.get(&story.id).cloned().unwrap_or_default(),
        ..own.view(viewer, story, &people)
    });
    Ok((views.collect(), users))
}

/// Whether the viewer could see a story until it was taken back. One statement.
///
/// # Errors
/// The store's.
pub async fn could_see(ctx: &Ctx, viewer: &str, mut story: Doc<Story>) -> Result<bool> {
    story.value.expires_at = ctx.now().plus(1);
    let stories = [story];
    let (audiences, _, _) = ctx.read(around(viewer, &stories)).await?;
    let authors = authors(&stories).into_iter().zip(audiences);
    let audiences: BTreeMap<&str, StoryAudience> = authors
        .filter_map(|(author, audience)| Some((author, audience?)))
        .collect();
    Ok(is_seen(&stories[0], &audiences, ctx.now()))
}

/// These stories, which the viewer may see, as lists show them, with the people whom they name; one statement, two where there
/// are files.
///
/// # Errors
/// The store's.
pub async fn stories_seen(
    ctx: &Ctx,
    viewer: &str,
    stories: &[Doc<Story>],
) -> Result<(Vec<StoryPostView>, UsersView)> {
    let asked = (
        shown_to(viewer, stories.iter().flat_map(|story| named(story))),
        own(viewer, stories.iter().map(|story| story.id.as_str())),
    );
    let (people, own) = ctx.read(asked).await?;
    let files = stories.iter().filter_map(|story| media(story));
    let people = people.with_files(ctx, files).await?;
    let mut own = Own::of(own);
    let views = stories.iter().map(|story| own.view(viewer, story, &people));
    Ok((views.collect(), people.users()))
}

/// Whether the viewer sees a story, given their relation to each author who exists for them.
fn is_seen(story: &Story, audiences: &BTreeMap<&str, StoryAudience>, now: Timestamp) -> bool {
    let audience = audiences.get(story.user_id.as_str());
    audience.is_some_and(|audience| story.is_visible(*audience, now))
}

/// The file of a story.
fn media(story: &Story) -> Option<&str> {
    story.media_file_id.as_deref()
}

/// The authors of these, each once.
fn authors(stories: &[Doc<Story>]) -> BTreeSet<&str> {
    stories.iter().map(|story| story.user_id.as_str()).collect()
}

/// The questions whether the viewer sees stories: their relation to each of the authors; the users who saw the viewer's own; and the people
/// whom they name.
type Around = (
    Vec<whisper_people::Audience>,
    Vec<Option<Query<StoryView>>>,
    whisper_people::Showing,
);

fn around(viewer: &str, stories: &[Doc<Story>]) -> Around {
    let audiences = authors(stories).into_iter();
    let latest = stories.iter().map(|story| {
        let is_own = story.user_id == viewer;
        is_own.then(|| latest_viewers(&story.id))
    });
    (
        audiences.map(|author| audience(viewer, author)).collect(),
        latest.collect(),
        shown_to(viewer, stories.iter().flat_map(|story| named(story))),
    )
}

fn latest_viewers(story: &str) -> Query<StoryView> {
    Query::new()
        .filter(Filter::eq(StoryView::STORY_ID, story))
        .order(Order::desc(Column::seq()))
        .limit(VIEWER_IDS)
}

/// Asks for the viewer's own views of stories and reactions to them.
fn own<'a>(viewer: &str, stories: impl Iterator<Item = &'a str> + Clone) -> Asked {
    let views = stories.clone().map(|story| view_id(story, viewer));
    let views: Vec<String> = views.collect();
    let reactions = stories.map(|story| reaction_id(story, viewer));
    let reactions: Vec<String> = reactions.collect();
    (
        by_ids(views.iter().map(String::as_str)),
        by_ids(reactions.iter().map(String::as_str)),
    )
}

type Asked = (Vec<Query<StoryView>>, Vec<Query<StoryReaction>>);
type Found = (Vec<Vec<Doc<StoryView>>>, Vec<Vec<Doc<StoryReaction>>>);

/// The viewer's own views and reactions, by their ids.
struct Own {
    views: BTreeMap<String, StoryView>,
    reactions: BTreeMap<String, StoryReaction>,
}

impl Own {
    fn of((views, reactions): Found) -> Self {
        Own {
            views: by_id(views),
            reactions: by_id(reactions),
        }
    }

    /// The story as the viewer sees it.
    fn view(&mut self, viewer: &str, story: &Story, people: &People) -> StoryPostView {
        let reaction = self.reactions.remove(&reaction_id(&story.id, viewer));
        StoryPostView {
            viewed: self.views.contains_key(&view_id(&story.id, viewer)),
            my_reaction: reaction.map(|reaction| reaction.reaction),
            ..StoryPostView::new(story.clone(), people)
        }
    }
}
