//! `GET /v1/conversations`: the caller's conversations, the pinned ones on top, the last active first.

use serde::Deserialize;
use whisper_kit::ids::member_id;
use whisper_kit::page::{ListingWith, Window};
use whisper_kit::{Ctx, Endpoint, Method, Reply, Request, Result};
use whisper_people::{Users, shown_to};
use whisper_schema::prelude::{
    Conversation, ConversationKind, ConversationMember, ConversationMemberStatus,
};
use whisper_store::{Doc, Get};

use crate::activity::{Part, Shelf};
use crate::newest::Newest;
use crate::shown::{ShownMembers, shown_members, shown_pair};
use crate::unread::{self, Unread};
use crate::view::{ConversationView, Sight};

/// Which of the conversations.
#[derive(Clone, Debug, Default, Deserialize)]
#[cfg_attr(not(target_family = "wasm"), derive(schemars::JsonSchema))]
pub struct Which {
    /// Those that the caller put away; else the others.
    #[serde(default)]
    pub archived: bool,
    /// Those that strangers began, and that the caller neither answered nor accepted; else the others.
    #[serde(default)]
    pub requests: bool,
}

/// The operation.
pub fn endpoint() -> Endpoint {
    Endpoint::new(
        Method::GET,
        "/v1/conversations",
        "listConversations",
        "The caller's conversations, the pinned ones on top, the last active first. The first page's `previous` leads to those that \
         have become active since.",
        list,
    )
    .reply::<ListingWith<ConversationView, Users>>(200, "A page of conversations.")
}

/// Answers 200 with a page.
async fn list(ctx: Ctx, _: Request, window: Window<Which>) -> Result<Reply> {
    let me = ctx.caller()?.user_id;
    let shelf = Shelf {
        user: &me,
        archived: window.filters.archived,
        requests: window.filters.requests,
    };
    let part = Part::of(&window, ctx.now())?;
    let page = part.page(ctx.read(part.questions(&shelf)).await?);
    let (items, users) = views(&ctx, &me, page.items).await?;
    let cursors = (page.next.as_ref(), page.previous.as_ref());
    window.reply_with(&ctx, items, cursors, users).await
}

/// A conversation of the page with what was read of it first.
struct Item {
    conversation: Doc<Conversation>,
    me: Doc<ConversationMember>,
    shown: ShownMembers,
}

/// What is shown of each, and of the people it names.
async fn views(
    ctx: &Ctx,
    me: &str,
    conversations: Vec<Doc<Conversation>>,
) -> Result<(Vec<ConversationView>, Users)> {
    let items = items(ctx, me, conversations).await?;
    let pairs = items.iter().map(|item| (&*item.conversation, &*item.me));
    let newest = Newest::of(ctx, &pairs.collect::<Vec<_>>()).await?;
    let asked = items.iter().zip(&newest).map(|(item, newest)| {
        let unread = unread::count(&item.conversation, &item.me, ctx.now());
        (unread, newest.get())
    });
    let asked = (
        asked.collect::<Vec<_>>(),
        shown_to(
            me,
            items
                .iter()
                .zip(&newest)
                .flat_map(|(item, newest)| named(item, newest, me)),
        ),
    );
    let (answers, people) = ctx.read(asked).await?;
    let items = items.into_iter().zip(newest);
    let views = items.zip(answers).map(|((item, newest), answer)| {
        let (unread, found) = answer;
        let newest = newest.message(found);
        let sight = Sight {
            me: &item.me,
            shown: item.shown,
            unread: Unread::of(unread),
            newest: newest.as_ref(),
            people: &people,
            now: ctx.now(),
        };
        ConversationView::new(item.conversation.into_inner(), sight)
    });
    Ok((views.collect(), people.users()))
}

/// The people whom a list shows: the other one, the sender of the newest message, and the maker. All members of all groups would be too
/// many; a conversation's own answer names them.
fn named<'a>(item: &'a Item, newest: &'a Newest, me: &str) -> impl Iterator<Item = &'a str> {
    let conversation = &item.conversation;
    let is_direct = conversation.kind == ConversationKind::Direct;
    let peer = item.shown.peer_of(me).filter(|_| is_direct);
    let sender = newest.sender(conversation);
    [Some(conversation.creator_id.as_str()), peer, sender]
        .into_iter()
        .flatten()
}

/// The conversations with the caller's memberships and the members that are shown.
async fn items(ctx: &Ctx, me: &str, conversations: Vec<Doc<Conversation>>) -> Result<Vec<Item>> {
    let asked = conversations.iter().map(|conversation| {
        let id = conversation.id.as_str();
        let is_direct = conversation.kind == ConversationKind::Direct;
        (
            Get::<ConversationMember>::id(member_id(id, me)),
            match is_direct {
                true => shown_pair(id),
                false => shown_members(id),
            },
        )
    });
    let found = ctx.read(asked.collect::<Vec<_>>()).await?;
    let items = conversations.into_iter().zip(found);
    let items = items.filter_map(|(conversation, (member, shown))| {
        // Somebody who left since the page was read sees it no more.
        let me = member.filter(|member| member.status == ConversationMemberStatus::Active)?;
        Some(Item {
            shown: shown.seen_by(&me, &conversation),
            conversation,
            me,
        })
    });
    Ok(items.collect())
}
