//! `GET …/messages/{messageId}/replies`: the messages that answer a message, the oldest first.

use serde::Deserialize;
use whisper_kit::error::{Code, OptionExt, Result};
use whisper_kit::page::ListingWith;
use whisper_kit::{Ctx, Endpoint, Method, Reply, Request};
use whisper_messages::{MessageView, Viewing, check_member, deletion, receipts};
use whisper_people::UsersView;
use whisper_schema::main_db::Message;
use whisper_schema::{Column, Ephemeral};
use whisper_store::{Filter, Get, Order, Query};

use crate::opened::Named;

/// How to walk a thread.
#[derive(Clone, Debug, Default, Deserialize)]
#[cfg_attr(not(target_family = "wasm"), derive(schemars::JsonSchema))]
pub struct ReplyFilters {
    /// `asc`, oldest first, or `desc`. A cursor of one order is good in the other.
    #[serde(default)]
    pub order: ReplyOrder,
}

/// Order of a thread.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[cfg_attr(not(target_family = "wasm"), derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum ReplyOrder {
    /// Oldest first.
    #[default]
    Asc,
    /// Newest first.
    Desc,
}

/// The endpoint.
pub fn endpoint() -> Endpoint {
    Endpoint::new(
        Method::GET,
        "/v1/conversations/{conversationId}/messages/{messageId}/replies",
        "listReplies",
        "Lists the messages that answer a message, the oldest first.",
        list,
    )
    .for_bots()
    .page::<ReplyFilters>()
    .reply::<ListingWith<MessageView, UsersView>>(200, "A page of replies.")
    .codes(&[Code::NotFound, Code::InvalidCursor])
}

async fn list(ctx: Ctx, request: Request) -> Result<Reply> {
    let (named, me) = (Named::of(&request)?, ctx.caller()?.user_id);
    let window = request
        .page_of(&ctx, |_: &ReplyFilters| String::new())
        .await?;
    let access = check_member(&ctx, named.conversation, &me).await?;
    let order = match window.filters.order {
        ReplyOrder::Asc => Order::asc(Column::seq()),
        ReplyOrder::Desc => Order::desc(Column::seq()),
    };
    let replies = Query::<Message>::new()
        .filter(access.history())
        .filter(Filter::eq(Message::REPLY_TO_MESSAGE_ID, named.message))
        .filter(Filter::lasts(ctx.now()))
        .order(order);
    let parent = (
        Get::<Message>::id(named.message),
        deletion(&me, named.message),
    );
    let ((parent, deleted), page, receipts) = ctx
        .read((parent, window.over(replies).page(), receipts(&access)))
        .await?;
    parent
        .filter(|message| access.is_in_history(message, deleted.as_ref()))
        .filter(|message| message.lasts(ctx.now()))
        .or_not_found()?;
    let shown = page.items;
    let viewing = Viewing::read(&ctx, &access, receipts, &shown).await?;
    let items = shown
        .into_iter()
        .map(|doc| MessageView::seen(doc, &viewing));
    let items: Vec<MessageView> = items.collect();
    let cursors = (page.next.as_ref(), page.previous.as_ref());
    window
        .reply_with(&ctx, items, cursors, viewing.into_users())
        .await
}
