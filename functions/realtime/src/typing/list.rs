//! `GET /v1/conversations/{conversationId}/typing`: who is writing there now.

use std::collections::BTreeMap;

use serde::Serialize;
use whisper_kit::{Code, Ctx, Endpoint, Method, Reply, Request, Result};
use whisper_messages::{Access, check_member, is_active};
use whisper_people::ids::member_id;
use whisper_people::{UsersView, by_ids, shown_to, unblocked};
use whisper_schema::prelude::{ConversationMember, Signal, TypingIndicator};
use whisper_store::{Doc, Filter, Order, Query};

use super::sign::signal_of;
use super::{TYPING, TypingView, is_shared};

/// The most people that an answer names.
const MOST: usize = 20;
/// How many signs are looked at: some may be of people who have left since.
const LOOKED_AT: u32 = 40;

/// The people who are writing in a conversation.
#[derive(Clone, Debug, Default, Serialize)]
#[cfg_attr(not(target_family = "wasm"), derive(schemars::JsonSchema))]
pub struct TypingListView {
    /// At most 20, the newest first, without the caller.
    pub items: Vec<TypingView>,
    /// Everybody whom this answer names.
    #[serde(flatten)]
    pub users: UsersView,
}

/// The operation.
pub fn endpoint() -> Endpoint {
    Endpoint::new(
        Method::GET,
        TYPING,
        "listTyping",
        "The members who are writing in a conversation now, as far as a stream of the caller's would be told",
        list,
    )
    .reply::<TypingListView>(200, "The people who are writing.")
    .codes(&[Code::NotFound])
}

async fn list(ctx: Ctx, request: Request) -> Result<Reply> {
    let me = ctx.caller()?.user_id;
    let access = check_member(&ctx, request.id("conversationId")?, &me).await?;
    if !is_shared(&access.conversation) {
        return Reply::ok(&TypingListView::default());
    }
    let signs = ctx.read(signs(&ctx, &access)).await?;
    Reply::ok(&shown(&ctx, &me, signs).await?)
}

/// The signs of others that stand.
fn signs(ctx: &Ctx, access: &Access) -> Query<TypingIndicator> {
    let (conversation, me) = (&access.conversation.id, &access.member.user_id);
    Query::new()
        .filter(Filter::eq(
            TypingIndicator::CONVERSATION_ID,
            conversation.as_str(),
        ))
        .filter(Filter::gt(TypingIndicator::EXPIRES_AT, ctx.now()))
        .filter(Filter::eq(TypingIndicator::IS_TYPING, true))
        .filter(Filter::ne(TypingIndicator::USER_ID, me.as_str()))
        .filter(unblocked(TypingIndicator::USER_ID, me))
        .order(Order::desc(TypingIndicator::EXPIRES_AT))
        .limit(LOOKED_AT)
}

/// The signs of members who are there still, with their kinds.
async fn shown(ctx: &Ctx, me: &str, signs: Vec<Doc<TypingIndicator>>) -> Result<TypingListView> {
    if signs.is_empty() {
        return Ok(TypingListView::default());
    }
    let signals: Vec<String> = signs.iter().map(signal_of).collect();
    let members = signs
        .iter()
        .map(|sign| member_id(&sign.conversation_id, &sign.user_id));
    let members: Vec<String> = members.collect();
    let asked = (
        by_ids::<Signal>(signals.iter().map(String::as_str)),
        by_ids::<ConversationMember>(members.iter().map(String::as_str)),
        shown_to(me, signs.iter().map(|sign| sign.user_id.as_str())),
    );
    let (found, members, people) = ctx.read(asked).await?;
    let found = found.into_iter().flatten();
    let found: BTreeMap<String, Signal> = found
        .map(|signal| (signal.id.clone(), signal.into_inner()))
        .collect();
    let members: Vec<_> = members.into_iter().flatten().collect();
    let is_there = |user: &str| {
        let member = members.iter().find(|member| member.user_id == user);
        member.is_some_and(|member| is_active(member)) && !people.is_hidden(user)
    };
    let items: Vec<TypingView> = signs
        .iter()
        .filter(|sign| is_there(&sign.user_id))
        .map(|sign| TypingView::of_sign(sign, found.get(&signal_of(sign))))
        .take(MOST)
        .collect();
    let named = items.iter().map(|item| item.user_id.as_str());
    let users = named
        .map(|id| (id.to_owned(), people.summary(id)))
        .collect();
    Ok(TypingListView {
        items,
        users: UsersView { users },
    })
}
