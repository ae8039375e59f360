//! `GET /v1/me/join-requests`: groups that the caller asked to join.

use std::collections::BTreeMap;

use whisper_kit::page::{Listing, NoFilters, Window};
use whisper_kit::{Code, Ctx, Endpoint, Method, Reply, Request, Result};
use whisper_messages::open_to;
use whisper_people::{ShownFiles, by_ids};
use whisper_schema::prelude::{Conversation, ConversationJoinRequest, JoinRequestStatus};
use whisper_store::{Doc, Filter, Order, Query};

use super::preview::ConversationPreviewView;
use super::view::MyJoinRequestView;

/// The operation.
pub fn endpoint() -> Endpoint {
    Endpoint::new(
        Method::GET,
        "/v1/me/join-requests",
        "listMyJoinRequests",
        "The caller's requests to join groups, the last one first. One that was declined looks as if it still waited.",
        list,
    )
    .reply::<Listing<MyJoinRequestView>>(200, "A page of requests.")
    .codes(&[Code::InvalidCursor])
}

/// Answers 200 with a page of the requests that wait, as far as the caller knows.
async fn list(ctx: Ctx, _: Request, window: Window<NoFilters>) -> Result<Reply> {
    let me = ctx.caller()?.user_id;
    let query = Query::<ConversationJoinRequest>::new()
        .filter(Filter::eq(ConversationJoinRequest::USER_ID, me.as_str()))
        .filter(Filter::ne(
            ConversationJoinRequest::STATUS,
            JoinRequestStatus::Withdrawn,
        ))
        .filter(Filter::lasts(ctx.now()))
        .filter(open_to(
            ConversationJoinRequest::CONVERSATION_ID,
            &me,
            ctx.now(),
        ))
        .order(Order::desc(ConversationJoinRequest::CREATED_AT));
    let page = ctx.read(window.over(query).page()).await?;
    let ids = page.items.iter();
    let ids = ids.map(|request| request.conversation_id.as_str());
    let found = ctx.read(by_ids::<Conversation>(ids)).await?;
    let found: BTreeMap<String, Doc<Conversation>> = found
        .into_iter()
        .flatten()
        .map(|conversation| (conversation.id.clone(), conversation))
        .collect();
    let pictures = found.values();
    let pictures = pictures.filter_map(|one| one.avatar_file_id.as_deref());
    let files = ShownFiles::read(&ctx, &me, pictures).await?;
    let views = page.items.iter().filter_map(|request| {
        let conversation = found.get(&request.conversation_id)?;
        Some(MyJoinRequestView {
            id: request.id.clone(),
            created_at: request.created_at,
            conversation: ConversationPreviewView::new(conversation, true, false, &files),
        })
    });
    window.reply(&ctx, &page, views.collect()).await
}
