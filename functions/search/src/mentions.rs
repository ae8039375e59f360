//! `GET /v1/me/mentions`: the messages that mention the caller, over all conversations.

use std::cell::RefCell;
use std::collections::BTreeMap;

use whisper_kit::page::{ListingWith, Window};
use whisper_kit::{Code, Ctx, Endpoint, Method, Reply, Request, Result};
use whisper_messages::{ADMINS, ALL, Access, MessageView, Viewing, is_admin, is_mentioned};
use whisper_people::{UsersView, reach};
use whisper_schema::prelude::{Column, ConversationMember, MentionEntry, Message, Timestamp};
use whisper_store::{Doc, Filter, MAX_LIMIT, Query};

use crate::everywhere::{TOGETHER, memberships, met};
use crate::place::Places;
use crate::walk::walk;

/// The endpoint.
pub fn endpoint() -> Endpoint {
    Endpoint::new(
        Method::GET,
        "/v1/me/mentions",
        "listMentions",
        "Lists the messages that mention the caller, by name or with `@all` or `@admins`, over all conversations, newest first",
        list,
    )
    .at_replica()
    .reply::<ListingWith<MessageView, UsersView>>(200, "A page of messages.")
    .codes(&[Code::InvalidCursor, Code::RateLimited])
}

async fn list(ctx: Ctx, _: Request, window: Window) -> Result<Reply> {
    let me = ctx.caller()?.user_id;
    let members = memberships(&ctx, &me).await?;
    let queries = entries(&me, &members, ctx.now());
    let places = RefCell::new(Places::new());
    let page = walk(&ctx, &window, &queries, async |entries| {
        let met = met(&ctx, &members, entries).await?;
        let found = mentioning(&ctx, &met, entries).await?;
        places.borrow_mut().extend(met);
        Ok(found)
    })
    .await?;
    let places = places.into_inner();
    let viewing = Viewing::read_across(&ctx, &me, places.values(), &page.items).await?;
    let items = page.items.into_iter();
    let items: Vec<MessageView> = items
        .map(|message| MessageView::seen(message, &viewing))
        .collect();
    let cursors = (page.next.as_ref(), page.previous.as_ref());
    window
        .reply_with(&ctx, items, cursors, viewing.into_users())
        .await
}

/// Asks for the entries of the caller, and of the groups that they belong to, in the conversations of these memberships. Mentions
/// in other conversations cost nothing.
fn entries(
    me: &str,
    members: &BTreeMap<String, ConversationMember>,
    now: Timestamp,
) -> Vec<Query<MentionEntry>> {
    let all: Vec<&str> = members.keys().map(String::as_str).collect();
    let directed = members.values().filter(|member| is_admin(member.role));
    let directed: Vec<&str> = directed.map(|m| m.conversation_id.as_str()).collect();
    let queries = |places: &[&str], targets: &[&str]| -> Vec<Query<MentionEntry>> {
        let portions = places.chunks(TOGETHER);
        portions
            .map(|some| {
                let (some, targets) = (some.iter().copied(), targets.iter().copied());
                Query::new()
                    .filter(Filter::is_in(MentionEntry::CONVERSATION_ID, some))
                    .filter(Filter::is_in(MentionEntry::TARGET, targets))
                    .filter(Filter::lasts(now))
            })
            .collect()
    };
    let mut asked = queries(&all, &[me, ALL]);
    asked.extend(queries(&directed, &[ADMINS]));
    asked
}

/// The messages of these entries that mention the member as they are now, by their ids: an entry may be a moment older than its
/// message. A user isn't told of their own words, nor of those that may not reach them now: of people with a block in between, and of
/// accounts out of use. A channel is no account, and its words reach all its members.
async fn mentioning(
    ctx: &Ctx,
    places: &Places,
    entries: &[Doc<MentionEntry>],
) -> Result<BTreeMap<String, Doc<Message>>> {
    let asked = places.iter().map(|(conversation, access)| {
        let here = entries
            .iter()
            .filter(|e| e.conversation_id == *conversation);
        let ids: Vec<&str> = here.map(|entry| entry.message_id.as_str()).collect();
        of_others(access, &ids, ctx.now())
    });
    let found = ctx.read(asked.collect::<Vec<_>>()).await?;
    let mentions = |message: &Doc<Message>| {
        let access = places.get(&message.conversation_id);
        access.is_some_and(|access| mentions(message, access))
    };
    let found: Vec<_> = found.into_iter().flatten().filter(mentions).collect();
    let me = ctx.caller()?.user_id;
    let senders = found.iter().map(|message| message.sender_id.as_str());
    let reach = ctx
        .read(reach(senders.map(|sender| (sender, me.as_str()))))
        .await?;
    let may_reach = |message: &Doc<Message>| {
        let access = places.get(&message.conversation_id);
        access.is_some_and(|access| reach.may_tell(message, &access.member, ctx.now()))
    };
    let told = found.into_iter().filter(may_reach);
    Ok(told.map(|message| (message.id.clone(), message)).collect())
}

fn of_others(access: &Access, ids: &[&str], now: Timestamp) -> Query<Message> {
    let me = access.member.user_id.as_str();
    Query::new()
        .filter(Filter::is_in(Column::id(), ids.iter().copied()))
        .filter(access.history())
        .filter(Filter::stands(now))
        .filter(Filter::ne(Message::SENDER_ID, me))
        .limit(u32::try_from(ids.len()).unwrap_or(MAX_LIMIT))
}

/// Whether a message mentions the member: by the id, or with a group to which they belonged when it was sent.
fn mentions(message: &Doc<Message>, access: &Access) -> bool {
    let member = &access.member;
    let is_named = message.mentions.contains(&member.user_id);
    let was_there = message.seq > member.joined_position.unwrap_or(0);
    is_named || was_there && is_mentioned(&message.mentions, &member.user_id, member.role)
}
