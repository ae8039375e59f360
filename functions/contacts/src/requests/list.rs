//! `GET /v1/contact-requests`: requests to the caller, or the caller's.

use serde::Deserialize;
use whisper_kit::page::{Listing, Window};
use whisper_kit::{Ctx, Endpoint, Method, Reply, Request, Result};
use whisper_people::{People, unblocked};
use whisper_schema::prelude::{Column, ContactRequest, ContactRequestStatus};
use whisper_store::{Filter, Order, Query};

use super::view::ContactRequestView;

/// Filter of the list of requests.
#[derive(Debug, Deserialize)]
#[cfg_attr(not(target_family = "wasm"), derive(schemars::JsonSchema))]
pub struct Side {
    /// Requests of others to the caller (if not said), or the caller's to others.
    #[serde(default)]
    direction: RequestSide,
}

/// The caller's side of the requests.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[cfg_attr(not(target_family = "wasm"), derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
enum RequestSide {
    /// Others asked the caller, who hasn't answered.
    #[default]
    Incoming,
    /// The caller asked others, who haven't accepted.
    Outgoing,
}

/// The endpoint.
pub fn endpoint() -> Endpoint {
    Endpoint::new(
        Method::GET,
        "/v1/contact-requests",
        "listContactRequests",
        "Requests of others to be the caller's contacts, or the caller's to others; the newest first.",
        list,
    )
    .reply::<Listing<ContactRequestView>>(200, "A page of requests.")
}

async fn list(ctx: Ctx, _: Request, window: Window<Side>) -> Result<Reply> {
    let me = ctx.caller()?.user_id;
    let status = ContactRequest::STATUS;
    let (mine, other, shown) = match window.filters.direction {
        RequestSide::Incoming => (
            ContactRequest::RECIPIENT_ID,
            ContactRequest::REQUESTER_ID,
            Filter::eq(status, ContactRequestStatus::Pending),
        ),
        // One that was declined looks to the requester as if it weren't.
        RequestSide::Outgoing => (
            ContactRequest::REQUESTER_ID,
            ContactRequest::RECIPIENT_ID,
            Filter::ne(status, ContactRequestStatus::Withdrawn),
        ),
    };
    let query = Query::<ContactRequest>::new()
        .filter(Filter::eq(mine, me.as_str()))
        .filter(shown)
        .filter(Filter::lasts(ctx.now()))
        .filter(unblocked(other, &me))
        .order(Order::desc(Column::seq()));
    let page = ctx.read(window.over(query).page()).await?;
    let others = page
        .items
        .iter()
        .map(|request| match request.requester_id == me {
            true => request.recipient_id.as_str(),
            false => request.requester_id.as_str(),
        });
    let people = People::read(&ctx, &me, others).await?;
    let items = page.items.iter().map(|request| {
        let request = request.value.clone();
        ContactRequestView::new(request, &me, &people)
    });
    window.reply(&ctx, &page, items.collect()).await
}
