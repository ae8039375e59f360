//! `GET /v1/stories/feed`: the active stories of those whom the caller follows, and the caller's own.
//!
//! Four statements, however many people and stories there are: whom the caller follows (with the
//! session); what these are to the caller; a page of the stories the caller may see, found by
//! one condition, so that every page but the last is full; and what belongs to the page's items.

use std::collections::BTreeMap;

use whisper_kit::page::NoFilters;
use whisper_kit::{Ctx, Reply, Request, Result};
use whisper_schema::prelude::{
    Column, Contact, Follow, FollowStatus, Profile, Story, StoryAudience, StoryPrivacy,
    StoryReaction, StoryView, Timestamp,
};
use whisper_store::{Cursor, Doc, Filter, MAX_LIMIT, Order, Page, Query};

use crate::access::{by_ids, find, reaction_id, view_id};
use crate::draft::LIFETIME;
use crate::shown::{Person, ShownStory};

/// How many people a feed has room for: those whom the caller followed last.
pub const MAX_FOLLOWED: usize = 5000;
/// The most values of one condition.
const CHUNK: usize = MAX_LIMIT as usize;
/// How much the clocks of two instances may differ, in milliseconds.
const SKEW: i64 = 60_000;

/// Shows a page of the caller's feed, the latest story first.
///
/// # Errors
/// An invalid cursor; the store's.
pub async fn handle(ctx: Ctx, request: Request) -> Result<Reply> {
    let viewer = ctx.caller()?.user_id;
    let window = request.page::<NoFilters>(&ctx).await?;
    let first = ctx.read(followed(&viewer).page()).await?;
    let follows = all_followed(&ctx, &viewer, first).await?;
    let circles = circles(&ctx, &viewer, follows).await?;
    let stories = window.over(circles.stories(&viewer, ctx.now()));
    let page = ctx.read(stories.page()).await?;
    let items = show(&ctx, &viewer, &page.items).await?;
    window.reply(&ctx, &page, items).await
}

fn followed(viewer: &str) -> Query<Follow> {
    Query::new()
        .filter(Filter::eq(Follow::FOLLOWER_ID, viewer))
        .filter(Filter::eq(Follow::STATUS, FollowStatus::Accepted))
        .order(Order::desc(Column::seq()))
        .limit(MAX_LIMIT)
}

/// Goes on behind the first page, for the few who follow more than a thousand people.
async fn all_followed(ctx: &Ctx, viewer: &str, first: Page<Follow>) -> Result<Vec<Doc<Follow>>> {
    let mut authors = first.items;
    let mut next: Option<Cursor> = first.next;
    while let Some(cursor) = next.take().filter(|_| authors.len() < MAX_FOLLOWED) {
        let page = ctx.read(followed(viewer).after(cursor).page()).await?;
        authors.extend(page.items);
        next = page.next;
    }
    Ok(authors)
}

/// Finds out what the viewer is to those whom they follow.
async fn circles(ctx: &Ctx, viewer: &str, follows: Vec<Doc<Follow>>) -> Result<Circles> {
    let ids: Vec<&str> = follows
        .iter()
        .map(|follow| follow.following_id.as_str())
        .collect();
    let back = ids.chunks(CHUNK).map(|chunk| {
        Query::<Follow>::new()
            .filter(Filter::is_in(Follow::FOLLOWER_ID, chunk.iter().copied()))
            .filter(Filter::eq(Follow::FOLLOWING_ID, viewer))
            .limit(MAX_LIMIT)
    });
    let blocks = |whose: Column<Contact>, whom: Column<Contact>, chunk: &[&str]| {
        Query::<Contact>::new()
            .filter(Filter::eq(whose, viewer))
            .filter(Filter::is_in(whom, chunk.iter().copied()))
            .filter(Filter::eq(Contact::IS_BLOCKED, true))
            .limit(MAX_LIMIT)
    };
    let blocks = ids.chunks(CHUNK).flat_map(|chunk| {
        // A block also ends follows; this holds even where the two crossed.
        [
            blocks(Contact::USER_ID, Contact::CONTACT_USER_ID, chunk),
            blocks(Contact::CONTACT_USER_ID, Contact::USER_ID, chunk),
        ]
    });
    let questions = (back.collect::<Vec<_>>(), blocks.collect::<Vec<_>>());
    let (back, blocks) = ctx.read(questions).await?;
    let follows = follows
        .into_iter()
        .chain(back.into_iter().flatten())
        .map(Doc::into_inner);
    let blocks = blocks.into_iter().flatten().map(Doc::into_inner);
    Ok(Circles::sort(
        viewer,
        &follows.collect::<Vec<_>>(),
        &blocks.collect::<Vec<_>>(),
    ))
}

/// Whose stories of which privacy a viewer may see, the viewer's own apart.
#[derive(Debug, Default, PartialEq)]
struct Circles {
    /// Those whom the viewer follows and may see anything of: their public stories, that is.
    all: Vec<String>,
    /// Of these, who lets the viewer see stories for friends.
    friends: Vec<String>,
    /// Of these, who lets the viewer see stories for close friends.
    close_friends: Vec<String>,
}

impl Circles {
    /// Sorts those whom the viewer follows, by the one rule.
    fn sort(viewer: &str, follows: &[Follow], contacts: &[Contact]) -> Self {
        let mut known: BTreeMap<&str, (Vec<&Follow>, Vec<&Contact>)> = BTreeMap::new();
        for follow in follows {
            let other = if follow.follower_id == viewer {
                &follow.following_id
            } else {
                &follow.follower_id
            };
            known.entry(other).or_default().0.push(follow);
        }
        for contact in contacts {
            let other = if contact.user_id == viewer {
                &contact.contact_user_id
            } else {
                &contact.user_id
            };
            known.entry(other).or_default().1.push(contact);
        }
        let mut circles = Circles::default();
        for (author, (follows, contacts)) in known {
            for level in StoryAudience::of(viewer, author, follows, contacts).levels() {
                match level {
                    StoryPrivacy::Public => circles.all.push(author.to_owned()),
                    StoryPrivacy::Friends => circles.friends.push(author.to_owned()),
                    StoryPrivacy::CloseFriends => circles.close_friends.push(author.to_owned()),
                    StoryPrivacy::Private => {}
                }
            }
        }
        circles
    }

    /// The active stories of these circles and of the viewer, the latest first.
    fn stories(&self, viewer: &str, now: Timestamp) -> Query<Story> {
        // No active story is older than the longest lifetime. Said to the database, it looks at
        // nobody's former stories: the index has the time behind the author.
        let oldest = now.plus(-LIFETIME.end() * 1000 - SKEW);
        let authors: Vec<&str> = self
            .all
            .iter()
            .map(String::as_str)
            .chain([viewer])
            .collect();
        let recent = authors.chunks(CHUNK).map(|chunk| {
            let of = Filter::is_in(Story::USER_ID, chunk.iter().copied());
            Filter::and([of, Filter::gt(Story::CREATED_AT, oldest)])
        });
        let for_circle = |level: StoryPrivacy, circle: &[String]| {
            let chunks = circle.chunks(CHUNK);
            let by =
                chunks.map(|chunk| Filter::is_in(Story::USER_ID, chunk.iter().map(String::as_str)));
            Filter::and([Filter::eq(Story::PRIVACY, level), either(by)])
        };
        Query::new()
            .filter(either(recent))
            .filter(Filter::gt(Story::EXPIRES_AT, now))
            .filter(Filter::or([
                Filter::eq(Story::USER_ID, viewer),
                Filter::eq(Story::PRIVACY, StoryPrivacy::Public),
                for_circle(StoryPrivacy::Friends, &self.friends),
                for_circle(StoryPrivacy::CloseFriends, &self.close_friends),
            ]))
            .order(Order::desc(Column::seq()))
    }
}

/// Any of these; a single one as it is, which the database plans better.
fn either<D>(filters: impl Iterator<Item = Filter<D>>) -> Filter<D> {
    let mut filters: Vec<Filter<D>> = filters.collect();
    match filters.pop() {
        Some(only) if filters.is_empty() => only,
        last => Filter::or(filters.into_iter().chain(last)),
    }
}

/// Stories with what the caller is to know beside them, in one statement.
///
/// # Errors
/// The store's.
pub async fn show(ctx: &Ctx, viewer: &str, stories: &[Doc<Story>]) -> Result<Vec<ShownStory>> {
    let ids = || stories.iter().map(|story| story.id.as_str());
    let questions = (
        by_ids::<Profile>(stories.iter().map(|story| story.user_id.as_str())),
        by_ids::<StoryView>(ids().map(|id| view_id(id, viewer))),
        by_ids::<StoryReaction>(ids().map(|id| reaction_id(id, viewer))),
    );
    let (authors, views, reactions) = ctx.read(questions).await?;
    let show = |story: &Doc<Story>| ShownStory {
        viewed: find(&views, &view_id(&story.id, viewer)).is_some(),
        my_reaction: find(&reactions, &reaction_id(&story.id, viewer)).map(|r| r.reaction.clone()),
        author: find(&authors, &story.user_id).map(Person::from),
        ..story.value.clone().into()
    };
    Ok(stories.iter().map(show).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn follow(follower: &str, following: &str, is_close_friend: bool) -> Follow {
        Follow {
            follower_id: follower.into(),
            following_id: following.into(),
            status: FollowStatus::Accepted,
            is_close_friend,
            ..Follow::default()
        }
    }

    #[test]
    fn those_followed_are_sorted_by_what_the_viewer_is_to_them() {
        let follows = [
            follow("me", "star", false),
            follow("me", "friend", true),
            follow("friend", "me", false),
            follow("me", "close", false),
            follow("close", "me", true),
            follow("me", "blocker", false),
            follow("blocker", "me", true),
        ];
        let block = Contact {
            user_id: "blocker".into(),
            contact_user_id: "me".into(),
            is_blocked: true,
            ..Contact::default()
        };
        let circles = Circles::sort("me", &follows, &[block]);
        let expected = Circles {
            all: vec!["close".into(), "friend".into(), "star".into()],
            friends: vec!["close".into(), "friend".into()],
            close_friends: vec!["close".into()],
        };
        assert_eq!(circles, expected);
    }
}
