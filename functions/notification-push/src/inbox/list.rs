//! `GET /v1/notifications` and `GET /v1/notifications/unread-count`.

use serde::{Deserialize, Serialize};
use whisper_kit::{Ctx, Reply, Request, Result};
use whisper_schema::prelude::{Column, Notification};
use whisper_store::{Filter, Order, Query};

use super::view::{ShownNotification, shown_to};

/// The most unread notifications that are counted; a client shows "999+".
const UNREAD_CAP: u64 = 999;

/// Which notifications.
#[derive(Debug, Deserialize)]
#[cfg_attr(not(target_family = "wasm"), derive(schemars::JsonSchema))]
pub struct InboxFilters {
    /// True for the unread ones alone, false for the read ones; all if left out.
    unread: Option<bool>,
}

/// How many are unread.
#[derive(Debug, Serialize)]
#[cfg_attr(not(target_family = "wasm"), derive(schemars::JsonSchema))]
pub struct UnreadCount {
    /// How many, at most 999.
    pub count: u64,
    /// Whether there are more than that.
    pub capped: bool,
}

/// Shows a page, the newest first. What has expired is gone, swept or not.
///
/// # Errors
/// An invalid cursor.
pub async fn list(ctx: Ctx, request: Request) -> Result<Reply> {
    let user = ctx.caller()?.user_id;
    let window = request.page::<InboxFilters>(&ctx).await?;
    let mut found = Query::<Notification>::new()
        .filter(shown_to(&user, ctx.now()))
        .order(Order::desc(Column::seq()));
    if let Some(unread) = window.filters.unread {
        found = found.filter(Filter::eq(Notification::IS_READ, !unread));
    }
    let page = ctx.read(window.over(found).page()).await?;
    let items = page.items.iter();
    let items: Vec<ShownNotification> = items.map(|doc| doc.value.clone().into()).collect();
    window.reply(&ctx, &page, items).await
}

/// Counts the unread ones.
///
/// # Errors
/// The store's.
pub async fn unread_count(ctx: Ctx, _: Request) -> Result<Reply> {
    let user = ctx.caller()?.user_id;
    let counted = ctx
        .store()
        .await?
        .find::<Notification>()
        .filter(shown_to(&user, ctx.now()))
        .filter(Filter::eq(Notification::IS_READ, false))
        .count(UNREAD_CAP + 1)
        .await?;
    Reply::ok(&UnreadCount {
        count: counted.min(UNREAD_CAP),
        capped: counted > UNREAD_CAP,
    })
}
