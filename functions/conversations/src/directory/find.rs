//! `GET /v1/directory`: public groups, by category, tag and words.
//!
//! The list has those with most members first, by an index of the conversations' own, so that joining and leaving writes
//! nothing more. A search has the newest groups first, by the index of words.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use whisper_kit::page::{Listing, Window};
use whisper_kit::{Code, Ctx, Endpoint, Error, Method, Reply, Request, Result, Rule};
use whisper_messages::open_to;
use whisper_people::ids::member_id;
use whisper_people::{ShownFiles, by_ids};
use whisper_schema::prelude::{
    Column, Conversation, ConversationMember, ConversationMemberStatus as Status, Document,
    PublicConversation, PublicConversationTag,
};
use whisper_store::{Cursor, Doc, Filter, Order, Query};
use whisper_words::{NoQuestion, Phrase, question};

use super::terms::key;
use super::view::PublicConversationView;
use crate::limits::DIRECTORY;

/// Filters of the directory.
#[derive(Clone, Debug, Default, Deserialize)]
#[cfg_attr(not(target_family = "wasm"), derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct DirectoryFilters {
    /// Only groups of this category; upper and lower case don't matter.
    pub category: Option<String>,
    /// Only groups with this tag; upper and lower case don't matter.
    pub tag: Option<String>,
    /// Only groups with these words in name, description, category or tags, 1 to 200 characters and at most 30 words, as in searches
    /// for messages: the last one may be the beginning of one.
    #[cfg_attr(
        not(target_family = "wasm"),
        schemars(length(min = 1, max = whisper_words::QUESTION_CHARACTERS))
    )]
    pub query: Option<String>,
}

/// The operation.
pub fn endpoint() -> Endpoint {
    Endpoint::new(
        Method::GET,
        "/v1/directory",
        "listPublicConversations",
        "The public groups, the ones with most members first; with `query` those that have its words, the newest first. Groups that the \
         caller is banned from, or whose owner blocked the caller, are left out.",
        find,
    )
    .at_replica()
    .reply::<Listing<PublicConversationView>>(200, "A page of groups.")
    .codes(&[Code::InvalidQuery, Code::InvalidCursor, Code::RateLimited])
}

/// A page of groups, with the cursors around it.
type Found = (Vec<Doc<Conversation>>, Option<Cursor>, Option<Cursor>);

/// Answers 200 with a page.
async fn find(ctx: Ctx, _: Request, window: Window<DirectoryFilters>) -> Result<Reply> {
    let (found, next, previous) = match &window.filters.query {
        Some(query) => searched(&ctx, &window, &read(query)?).await?,
        None => listed(&ctx, &window).await?,
    };
    let me = ctx.caller()?.user_id;
    let mine = mine(&ctx, &found).await?;
    let pictures = found.iter();
    let pictures = pictures.filter_map(|group| group.avatar_file_id.as_deref());
    let files = ShownFiles::read(&ctx, &me, pictures).await?;
    let views = found.iter().map(|group| {
        let is_member = mine.contains(&group.id);
        PublicConversationView::new(group, is_member, &files)
    });
    window
        .reply_between(&ctx, views.collect(), next.as_ref(), previous.as_ref())
        .await
}

/// The phrases of a question.
///
/// # Errors
/// `invalid_query` for one that is too long or has no word.
fn read(query: &str) -> Result<Vec<Phrase>> {
    question(query).map_err(|wrong| {
        let rule = match wrong {
            NoQuestion::Empty => Rule::Required,
            NoQuestion::TooLong | NoQuestion::TooManyWords => Rule::Size,
        };
        Error::parameter("query", rule, wrong.detail())
    })
}

/// The groups with most members first.
async fn listed(ctx: &Ctx, window: &Window<DirectoryFilters>) -> Result<Found> {
    let me = ctx.caller()?.user_id;
    let filters = &window.filters;
    // Groups with a tag are public, all of them. Saying so would have SQLite go through all public groups for those.
    let which = match &filters.tag {
        Some(tag) => tagged(Column::id(), tag),
        None => Filter::eq(Conversation::IS_PUBLIC, true),
    };
    let mut query = Query::<Conversation>::new()
        .filter(which)
        .filter(open_to(Column::id(), &me, ctx.now()))
        .order(Order::desc(Conversation::PARTICIPANT_COUNT));
    if let Some(category) = &filters.category {
        query = query.filter(Filter::eq(Conversation::CATEGORY, key(category)));
    }
    let page = ctx.read(window.over(query).page()).await?;
    Ok((page.items, page.next, page.previous))
}

/// The groups with these words, the newest first.
async fn searched(
    ctx: &Ctx,
    window: &Window<DirectoryFilters>,
    phrases: &[Phrase],
) -> Result<Found> {
    let me = ctx.caller()?.user_id;
    let filters = &window.filters;
    let words = Filter::matches(
        PublicConversation::WORDS,
        [PublicConversation::ONLY_DIRECTORY],
        phrases.iter().cloned(),
    );
    let mut query = Query::<PublicConversation>::new()
        .filter(words)
        .filter(open_to(Column::id(), &me, ctx.now()))
        .order(Order::desc(PublicConversation::POSITION));
    if let Some(category) = &filters.category {
        query = query.filter(Filter::eq(PublicConversation::CATEGORY, key(category)));
    }
    if let Some(tag) = &filters.tag {
        query = query.filter(tagged(Column::id(), tag));
    }
    let page = ctx.read(window.over(query).page()).await?;
    // With the session, which came with the first read.
    DIRECTORY.of_caller(ctx).await?.count(ctx).await?;
    let ids = page.items.iter().map(|entry| entry.id.as_str());
    let groups = ctx.read(by_ids::<Conversation>(ids)).await?;
    let groups = groups.into_iter().flatten();
    let mut groups: BTreeMap<String, Doc<Conversation>> =
        groups.map(|group| (group.id.clone(), group)).collect();
    let found = page.items.iter();
    // One that was taken off the directory since the first read is left out.
    let found = found.filter_map(|entry| groups.remove(&entry.id).filter(|group| group.is_public));
    Ok((found.collect(), page.next, page.previous))
}

/// Holds for documents of groups with a tag; `of` names the groups.
fn tagged<D: Document>(of: Column<D>, tag: &str) -> Filter<D> {
    let tag = Filter::eq(PublicConversationTag::TAG, key(tag));
    Filter::is_among(of, PublicConversationTag::CONVERSATION_ID, tag)
}

/// The ids of those groups that the caller belongs to.
async fn mine(ctx: &Ctx, groups: &[Doc<Conversation>]) -> Result<BTreeSet<String>> {
    let me = ctx.caller()?.user_id;
    let ids: Vec<String> = groups
        .iter()
        .map(|group| member_id(&group.id, &me))
        .collect();
    let members = by_ids::<ConversationMember>(ids.iter().map(String::as_str));
    let members = ctx.read(members).await?.into_iter().flatten();
    let active = members.filter(|member| member.status == Status::Active);
    Ok(active
        .map(|member| member.into_inner().conversation_id)
        .collect())
}
