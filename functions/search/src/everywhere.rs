//! `GET /v1/search/messages`

use std::cell::RefCell;
use std::collections::BTreeMap;

use whisper_kit::page::{ListingWith, Window};
use whisper_kit::{Code, Ctx, Endpoint, Method, Reply, Request, Result};
use whisper_messages::{Access, Viewing};
use whisper_people::UsersView;
use whisper_schema::prelude::{
    Column, Conversation, ConversationMember, ConversationMemberStatus, SearchEntry,
};
use whisper_store::{Doc, Filter, Get, MAX_LIMIT, Order, Query};

use crate::found::{found, views};
use crate::limits::SEARCHES;
use crate::place::Places;
use crate::question::{Question, SearchFilters};
use crate::view::FoundMessageView;
use crate::walk::{Pointer, walk};

/// How many conversations a search looks through: the ones that the caller joined last.
const CONVERSATIONS: usize = 5000;
/// How many of them one question names.
pub const TOGETHER: usize = 250;

/// The endpoint.
pub fn endpoint() -> Endpoint {
    Endpoint::new(
        Method::GET,
        "/v1/search/messages",
        "searchMessages",
        "Finds messages of the caller's conversations by their words, newest first: of the 5,000 that they joined last; requests of \
         strangers are left out.",
        search,
    )
    .at_replica()
    .reply::<ListingWith<FoundMessageView, UsersView>>(200, "A page of messages.")
    .codes(&[Code::InvalidQuery, Code::InvalidCursor, Code::RateLimited])
}

async fn search(ctx: Ctx, _: Request, window: Window<SearchFilters>) -> Result<Reply> {
    let me = ctx.caller()?.user_id;
    let question = Question::new(&window.filters)?;
    let members = memberships(&ctx, &me).await?;
    let conversations: Vec<&str> = members.keys().map(String::as_str).collect();
    let entries: Vec<Query<SearchEntry>> = conversations
        .chunks(TOGETHER)
        .map(|some| question.entries(some.iter().copied(), ctx.now()))
        .collect();
    let places = RefCell::new(Places::new());
    let page = walk(&ctx, &window, &entries, async |entries| {
        let met = met(&ctx, &members, entries).await?;
        let found = found(&ctx, &met, entries, &question).await?;
        places.borrow_mut().extend(met);
        Ok(found)
    })
    .await?;
    let (messages, matches): (Vec<_>, Vec<_>) = page.items.into_iter().unzip();
    let places = places.into_inner();
    let viewing = Viewing::read_across(&ctx, &me, places.values(), &messages).await?;
    let items = views(messages, matches, &viewing);
    let cursors = (page.next.as_ref(), page.previous.as_ref());
    window
        .reply_with(&ctx, items, cursors, viewing.into_users())
        .await
}

/// The caller's memberships, by their conversations; without requests of strangers, which stand apart. Counts the search.
///
/// # Errors
/// `rate_limited`, and as [`Ctx::read`].
pub async fn memberships(ctx: &Ctx, me: &str) -> Result<BTreeMap<String, ConversationMember>> {
    let mine = || {
        Query::<ConversationMember>::new()
            .filter(Filter::eq(ConversationMember::USER_ID, me))
            .filter(Filter::eq(
                ConversationMember::STATUS,
                ConversationMemberStatus::Active,
            ))
            .filter(Filter::eq(ConversationMember::IS_REQUEST, false))
            .order(Order::desc(Column::seq()))
            .limit(MAX_LIMIT)
    };
    let mut members = BTreeMap::new();
    let mut next = None;
    loop {
        let is_first = next.is_none();
        let page = ctx.read(mine().after(next).page()).await?;
        // With the session, which came with the first read; before the others, of which there may be several.
        if is_first {
            SEARCHES.of_caller(ctx).await?.count(ctx).await?;
        }
        let found = page.items.into_iter().map(Doc::into_inner);
        members.extend(found.map(|member| (member.conversation_id.clone(), member)));
        next = page.next;
        if next.is_none() || members.len() >= CONVERSATIONS {
            return Ok(members);
        }
    }
}

/// The places of these entries.
///
/// # Errors
/// As [`Ctx::read`].
pub async fn met<P: Pointer>(
    ctx: &Ctx,
    members: &BTreeMap<String, ConversationMember>,
    entries: &[Doc<P>],
) -> Result<Places> {
    let mut ids: Vec<&str> = entries.iter().map(|entry| entry.conversation()).collect();
    ids.sort_unstable();
    ids.dedup();
    let asked = ids.iter().map(|id| Get::<Conversation>::id(*id));
    let found = ctx.read(asked.collect::<Vec<_>>()).await?;
    let places = found.into_iter().flatten().filter_map(|conversation| {
        let member = members.get(&conversation.id)?.clone();
        let access = Access {
            conversation: conversation.into_inner(),
            member,
        };
        Some((access.conversation.id.clone(), access))
    });
    Ok(places.collect())
}
