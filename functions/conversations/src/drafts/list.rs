//! `GET /v1/me/drafts`: everything that the caller has begun to write.

use whisper_kit::page::{Listing, NoFilters, Window};
use whisper_kit::{Code, Ctx, Endpoint, Method, Reply, Request, Result};
use whisper_schema::prelude::{ConversationMember, MessageDraft};
use whisper_store::{Doc, Filter, Order, Query};

use crate::access::active;
use whisper_views::drafts::DraftView;

/// The operation.
pub fn endpoint() -> Endpoint {
    Endpoint::new(
        Method::GET,
        "/v1/me/drafts",
        "listDrafts",
        "The messages that the caller has begun to write in conversations they belong to, the last saved first.",
        list,
    )
    .reply::<Listing<DraftView>>(200, "A page of the drafts.")
    .codes(&[Code::InvalidCursor])
}

/// Answers 200 with a page.
async fn list(ctx: Ctx, _: Request, window: Window<NoFilters>) -> Result<Reply> {
    let me = ctx.caller()?.user_id;
    let memberships = Filter::and([
        Filter::eq(ConversationMember::USER_ID, me.as_str()),
        active(),
    ]);
    let drafts = Query::<MessageDraft>::new()
        .filter(Filter::eq(MessageDraft::USER_ID, me.as_str()))
        .filter(Filter::stands(ctx.now()))
        .filter(Filter::is_among(
            MessageDraft::CONVERSATION_ID,
            ConversationMember::CONVERSATION_ID,
            memberships,
        ))
        .order(Order::desc(MessageDraft::UPDATED_AT));
    let page = ctx.read(window.over(drafts).page()).await?;
    let views = page.items.iter().cloned().map(Doc::into_inner);
    let views = views.map(DraftView::from).collect();
    window.reply(&ctx, &page, views).await
}
