//! `GET /v1/stories/feed`: the active stories of users whom the caller follows, and the caller's own.
//!
//! Four statements, however many people and stories there are: the users whom the caller follows
//! (with the session); their relations to the caller; a page of the stories the caller may see, found by
//! one condition, so that every page but the last is full; and the documents that belong to the page's items.

use std::collections::BTreeMap;

use whisper_kit::page::{ListingWith, Window};
use whisper_kit::{Ctx, Endpoint, Method, Reply, Request, Result};
use whisper_people::{UsersView, reach};
use whisper_schema::prelude::{
    Column, Ephemeral, Follow, FollowStatus, Story, StoryAudience, StoryPrivacy, Timestamp,
};
use whisper_store::{Cursor, Doc, Filter, MAX_LIMIT, Order, Page, Query};
use whisper_views::stories::StoryPostView;

use crate::show::reply;

/// How many people a feed has room for: the ones whom the caller followed last.
pub const MAX_FOLLOWED: usize = 5000;
/// The most values of one condition.
const CHUNK: usize = MAX_LIMIT as usize;
/// How much the clocks of two instances may differ, in milliseconds.
const SKEW: i64 = 60_000;

/// The endpoint.
pub fn endpoint() -> Endpoint {
    let summary = "Lists the active stories of those whom the caller follows and the caller's own, the latest first.";
    Endpoint::new(
        Method::GET,
        "/v1/stories/feed",
        "getStoryFeed",
        summary,
        feed,
    )
    .at_replica()
    .reply::<ListingWith<StoryPostView, UsersView>>(200, "A page of stories")
}

async fn feed(ctx: Ctx, _: Request, window: Window) -> Result<Reply> {
    let viewer = ctx.caller()?.user_id;
    let first = ctx.read(followed(&viewer).page()).await?;
    let follows = all_followed(&ctx, &viewer, first).await?;
    let circles = circles(&ctx, &viewer, follows).await?;
    let stories = window.over(circles.stories(&viewer, ctx.now()));
    let page = ctx.read(stories.page()).await?;
    reply(&ctx, &window, &viewer, &page).await
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

/// Reads the relation of the viewer to each user whom they follow.
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
    let back: Vec<Query<Follow>> = back.collect();
    // A block also ends follows; this holds even where the two crossed.
    let reach = reach(ids.iter().map(|author| (viewer, *author)));
    let (back, reach) = ctx.read((back, reach)).await?;
    let back: Vec<Follow> = back.into_iter().flatten().map(Doc::into_inner).collect();
    let follows = follows.into_iter().map(Doc::into_inner);
    let follows = follows.filter(|follow| reach.allows(viewer, &follow.following_id));
    Ok(Circles::sort(viewer, &follows.collect::<Vec<_>>(), &back))
}

/// Authors by the privacy of their stories that a viewer may see; the viewer's own apart.
#[derive(Debug, Default, PartialEq)]
struct Circles {
    /// Authors whom the viewer follows and may see anything of: their public stories, that is.
    all: Vec<String>,
    /// Authors of these who let the viewer see stories for friends.
    friends: Vec<String>,
    /// Authors of these who let the viewer see stories for close friends.
    close_friends: Vec<String>,
}

impl Circles {
    /// Sorts the users whom the viewer follows, by the one rule; `back` holds their follows of the viewer.
    fn sort(viewer: &str, follows: &[Follow], back: &[Follow]) -> Self {
        let back: BTreeMap<&str, &Follow> = back
            .iter()
            .map(|follow| (follow.follower_id.as_str(), follow))
            .collect();
        let mut circles = Circles::default();
        for follow in follows {
            let author = follow.following_id.as_str();
            let both = back.get(author).copied().into_iter().chain([follow]);
            for level in StoryAudience::of(viewer, author, both, []).levels() {
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
        // No active story is older than the longest lifetime. With this bound the database skips each author's former
        // stories, as the index has the time behind the author.
        let oldest = now.plus(-Story::LONGEST.unwrap_or_default() - SKEW);
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
            .filter(Filter::stands(now))
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
            follow("me", "close", false),
        ];
        let back = [follow("friend", "me", false), follow("close", "me", true)];
        let circles = Circles::sort("me", &follows, &back);
        let expected = Circles {
            all: vec!["star".into(), "friend".into(), "close".into()],
            friends: vec!["friend".into(), "close".into()],
            close_friends: vec!["close".into()],
        };
        assert_eq!(circles, expected);
    }
}
