//! `GET …/messages/{messageId}/views`: the users who opened a message that can be viewed once, for its sender.

use serde::Serialize;
use whisper_kit::error::{Code, Error, Result};
use whisper_kit::page::{ListingWith, Window};
use whisper_kit::{Ctx, Endpoint, Method, Reply, Request};
use whisper_messages::message_path;
use whisper_people::{UsersView, shown_to, unblocked};
use whisper_schema::main_db::ConversationRight;
use whisper_schema::system::{ChannelPost, MessageOpening};
use whisper_schema::{Column, Timestamp};
use whisper_store::{Filter, Get, Order, Query};

use super::author;
use crate::opened::Named;

/// The opening of a message by a user.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(not(target_family = "wasm"), derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct MessageOpeningView {
    /// The user.
    pub user_id: String,
    /// When they opened it.
    pub opened_at: Timestamp,
}

/// The endpoint.
pub fn endpoint() -> Endpoint {
    Endpoint::new(
        Method::GET,
        message_path!("/views"),
        "listMessageViews",
        "Lists the users who opened a message that can be viewed once, the last one first; for its sender",
        list,
    )
    .reply::<ListingWith<MessageOpeningView, UsersView>>(200, "A page of openings.")
    .codes(&[Code::NotFound, Code::Forbidden, Code::InvalidCursor])
}

async fn list(ctx: Ctx, request: Request, window: Window) -> Result<Reply> {
    let (named, me) = (Named::of(&request)?, ctx.caller()?.user_id);
    let openings = Query::<MessageOpening>::new()
        .filter(Filter::eq(MessageOpening::MESSAGE_ID, named.message))
        .filter(unblocked(MessageOpening::USER_ID, &me))
        .order(Order::desc(Column::seq()));
    let asked = (
        window.over(openings).page(),
        Get::<ChannelPost>::id(named.message),
    );
    let (opened, (page, post)) = named.open(&ctx, asked).await?;
    if author(&opened.message, post.as_deref()) != me {
        let detail = "Only its sender learns who opened a message.";
        return Err(Error::forbidden(detail));
    }
    opened.refuse_without(ConversationRight::SeeMembers)?;
    let users = page.items.iter().map(|opening| opening.user_id.as_str());
    let people = ctx.read(shown_to(&me, users)).await?;
    let items = page.items.iter().map(|opening| MessageOpeningView {
        user_id: opening.user_id.clone(),
        opened_at: opening.opened_at,
    });
    let cursors = (page.next.as_ref(), page.previous.as_ref());
    window
        .reply_with(&ctx, items.collect(), cursors, people.users())
        .await
}
