//! Opening a story: whether the caller may know of it, in two statements.

use serde_json::Value;
use whisper_kit::auth::Caller;
use whisper_kit::ids::derived_id;
use whisper_kit::page::MAX_LIMIT;
use whisper_kit::{Ctx, Error, OptionExt, Result};
use whisper_schema::prelude::{Column, Contact, Document, Ephemeral, Follow, Story, StoryAudience};
use whisper_store::{Doc, Filter, Get, Query, ReadSet};

/// A story that the caller may see.
pub struct Opened {
    /// Who calls.
    pub caller: Caller,
    /// The story.
    pub story: Doc<Story>,
    /// What the caller is to its author.
    pub audience: StoryAudience,
}

impl Opened {
    /// Whether it is the caller's own.
    pub fn is_own(&self) -> bool {
        self.audience == StoryAudience::Author
    }
}

/// Opens a story, and reads `more` together with it.
///
/// # Errors
/// The one 404 for a story that isn't there, has expired, or isn't for the caller.
pub async fn open<R: ReadSet>(ctx: &Ctx, story_id: &str, more: R) -> Result<(Opened, R::Output)> {
    let nothing = |_: &Story| Vec::<Get<Story>>::new();
    let (opened, more, _) = open_then(ctx, story_id, more, nothing).await?;
    Ok((opened, more))
}

/// As [`open`]; what depends on the story itself is read with the second statement, which a story
/// of the caller's own doesn't need otherwise.
///
/// # Errors
/// As [`open`].
pub async fn open_then<R: ReadSet, S: ReadSet>(
    ctx: &Ctx,
    story_id: &str,
    more: R,
    then: impl FnOnce(&Story) -> S,
) -> Result<(Opened, R::Output, S::Output)> {
    let caller = ctx.caller()?;
    let (story, more) = ctx.read((Get::<Story>::id(story_id), more)).await?;
    let story = story
        .filter(|story| story.stands(ctx.now()))
        .or_not_found()?;
    let others =
        (caller.user_id != story.user_id).then(|| between(&caller.user_id, &story.user_id));
    let (others, then) = ctx.read((others, then(&story))).await?;
    let (follows, contacts) = others.unwrap_or_default();
    let audience = audience(&caller.user_id, &story.user_id, &follows, &contacts);
    if !story.is_visible(audience, ctx.now()) {
        return Err(Error::not_found());
    }
    Ok((
        Opened {
            caller,
            story,
            audience,
        },
        more,
        then,
    ))
}

/// Opens a story of the caller's own, and reads `more` together with it.
///
/// # Errors
/// The one 404 for any other story.
pub async fn open_own<R: ReadSet>(
    ctx: &Ctx,
    story_id: &str,
    more: R,
) -> Result<(Opened, R::Output)> {
    let caller = ctx.caller()?;
    let (story, more) = ctx.read((Get::<Story>::id(story_id), more)).await?;
    let own = |story: &Doc<Story>| story.user_id == caller.user_id && story.stands(ctx.now());
    let story = story.filter(own).or_not_found()?;
    Ok((
        Opened {
            caller,
            story,
            audience: StoryAudience::Author,
        },
        more,
    ))
}

/// The questions for what two users are to each other.
pub fn between(one: &str, other: &str) -> (Query<Follow>, Query<Contact>) {
    let follows = Filter::or([
        Filter::and([
            Filter::eq(Follow::FOLLOWER_ID, one),
            Filter::eq(Follow::FOLLOWING_ID, other),
        ]),
        Filter::and([
            Filter::eq(Follow::FOLLOWER_ID, other),
            Filter::eq(Follow::FOLLOWING_ID, one),
        ]),
    ]);
    let contacts = Filter::or([
        Filter::and([
            Filter::eq(Contact::USER_ID, one),
            Filter::eq(Contact::CONTACT_USER_ID, other),
        ]),
        Filter::and([
            Filter::eq(Contact::USER_ID, other),
            Filter::eq(Contact::CONTACT_USER_ID, one),
        ]),
    ]);
    (
        Query::new().filter(follows).limit(2),
        Query::new().filter(contacts).limit(2),
    )
}

/// What `viewer` is to `author`, by what [`between`] found.
pub fn audience(
    viewer: &str,
    author: &str,
    follows: &[Doc<Follow>],
    contacts: &[Doc<Contact>],
) -> StoryAudience {
    StoryAudience::of(viewer, author, values(follows), values(contacts))
}

/// The question for the documents with these ids, at most as many as a page has.
pub fn by_ids<D: Document>(ids: impl IntoIterator<Item = impl Into<Value>>) -> Query<D> {
    Query::new()
        .filter(Filter::is_in(Column::id(), ids))
        .limit(MAX_LIMIT)
}

/// The document with this id among those found.
pub fn find<'a, D: Document>(docs: &'a [Doc<D>], id: &str) -> Option<&'a D> {
    docs.iter()
        .map(|doc| &doc.value)
        .find(|document| document.id() == id)
}

fn values<D: Document>(docs: &[Doc<D>]) -> impl Iterator<Item = &D> {
    docs.iter().map(|doc| &doc.value)
}

/// Id of the one view of a story by a user.
pub fn view_id(story: &str, viewer: &str) -> String {
    derived_id(&["story view", story, viewer])
}

/// Id of the one reaction of a user to a story.
pub fn reaction_id(story: &str, user: &str) -> String {
    derived_id(&["story reaction", story, user])
}
