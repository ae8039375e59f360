//! `GET /v1/notifications` and `GET /v1/notifications/unread-count`.

use serde::{Deserialize, Serialize};
use whisper_kit::page::PageQuery;
use whisper_kit::{Ctx, Reply, Request, Result};
use whisper_schema::prelude::{Column, Notification};
use whisper_store::{Filter, Order};

use super::view::{ShownNotification, shown_to};

/// The most unread notifications that are counted; a client shows "999+".
const UNREAD_CAP: u64 = 999;

/// Which notifications, and which page of them.
#[derive(Debug, Deserialize)]
#[cfg_attr(not(target_family = "wasm"), derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct InboxQuery {
    /// True for the unread ones alone, false for the read ones; all if left out.
    unread: Option<bool>,
    /// How many items at most: 1 to 100, 25 by default.
    limit: Option<u32>,
    /// Continue after this cursor, a former page's `next`.
    after: Option<String>,
    /// What comes before this cursor, a former page's `previous`.
    before: Option<String>,
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
    let query: InboxQuery = request.query()?;
    let page = PageQuery {
        limit: query.limit,
        after: query.after,
        before: query.before,
    };
    let scope = format!("notifications {user} {:?}", query.unread);
    let window = page.window(&ctx, scope).await?;
    let mut found = ctx
        .store()?
        .find::<Notification>()
        .filter(shown_to(&user, ctx.now()))
        .order(Order::desc(Column::seq()));
    if let Some(unread) = query.unread {
        found = found.filter(Filter::eq(Notification::IS_READ, !unread));
    }
    let page = window.over_find(found).page().await?;
    let items = page.items.iter();
    let items: Vec<ShownNotification> = items.map(|doc| doc.value.clone().into()).collect();
    window.reply(&ctx, &request, &page, items).await
}

/// Counts the unread ones.
///
/// # Errors
/// The store's.
pub async fn unread_count(ctx: Ctx, _: Request) -> Result<Reply> {
    let user = ctx.caller()?.user_id;
    let counted = ctx
        .store()?
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
