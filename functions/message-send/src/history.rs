//! `GET /v1/conversations/{conversationId}/messages`

use serde::Deserialize;
use whisper_kit::Ctx;
use whisper_kit::Endpoint;
use whisper_kit::Method;
use whisper_kit::Reply;
use whisper_kit::Request;
use whisper_kit::error::{Code, Result};
use whisper_kit::page::ListingWith;
use whisper_people::UsersView;
use whisper_schema::main_db::Message;
use whisper_schema::{Column, Timestamp};
use whisper_store::{Filter, Order, Query};

use whisper_messages::MessageView;
use whisper_messages::{Access, check_member};
use whisper_messages::{Viewing, receipts};

/// How to walk the history.
#[derive(Clone, Debug, Default, Deserialize)]
#[cfg_attr(not(target_family = "wasm"), derive(schemars::JsonSchema))]
pub struct HistoryFilters {
    /// `desc`, newest first, or `asc`. A cursor of one order is good in the other.
    #[serde(default)]
    pub order: HistoryOrder,
}

/// Order of the history.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[cfg_attr(not(target_family = "wasm"), derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum HistoryOrder {
    /// Newest first.
    #[default]
    Desc,
    /// Oldest first.
    Asc,
}

/// The endpoint.
pub fn endpoint() -> Endpoint {
    Endpoint::new(
        Method::GET,
        whisper_messages::MESSAGES,
        "listMessages",
        "Lists the messages of a conversation, newest first; `previous` leads to messages that come later",
        list,
    )
    .at_replica()
    .for_bots()
    .page::<HistoryFilters>()
    .reply::<ListingWith<MessageView, UsersView>>(200, "A page of the history.")
    .codes(&[Code::NotFound, Code::InvalidCursor])
}

async fn list(ctx: Ctx, request: Request) -> Result<Reply> {
    let caller = ctx.caller()?;
    let me = caller.user_id.as_str();
    let conversation = request.id("conversationId")?;
    // A cursor of one order is good in the other.
    let window = request
        .page_of(&ctx, |_: &HistoryFilters| String::new())
        .await?;
    let access = check_member(&ctx, conversation, me).await?;
    let page = messages(&access, window.filters.order, ctx.now());
    let asked = (window.over(page).page(), receipts(&access));
    let (page, receipts) = ctx.read(asked).await?;
    // Also at the newest message: later messages stand before this cursor.
    let cursors = (page.next.as_ref(), page.first.as_ref());
    let viewing = Viewing::read(&ctx, &access, receipts, &page.items).await?;
    let items = page.items.into_iter();
    let items = items.map(|message| MessageView::seen(message, &viewing));
    let items: Vec<MessageView> = items.collect();
    window
        .reply_with(&ctx, items, cursors, viewing.into_users())
        .await
}

/// The messages that are the caller's to see and have not expired, in the order of their commits.
fn messages(access: &Access, order: HistoryOrder, now: Timestamp) -> Query<Message> {
    let order = match order {
        HistoryOrder::Desc => Order::desc(Column::seq()),
        HistoryOrder::Asc => Order::asc(Column::seq()),
    };
    Query::new()
        .filter(access.history())
        .filter(Filter::lasts(now))
        .order(order)
}
