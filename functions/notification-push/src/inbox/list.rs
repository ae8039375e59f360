//! `GET /v1/notifications` and `GET /v1/notifications/unread-count`.

use serde::{Deserialize, Serialize};
use whisper_kit::page::{ListingWith, Window};
use whisper_kit::{Code, Ctx, Endpoint, Method, Reply, Request, Result};
use whisper_people::Users;
use whisper_schema::prelude::Notification;
use whisper_store::{Cursor, Doc, Filter, MAX_LIMIT, Query};

use super::shown::{READS, newest_first, own, shown, walk};
use super::view::NotificationView;
use crate::subject::actor;

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
pub struct UnreadCountView {
    /// How many, at most 999.
    pub count: u64,
    /// Whether there are more than that.
    pub capped: bool,
}

/// The endpoint of the list.
pub fn endpoint() -> Endpoint {
    Endpoint::new(
        Method::GET,
        "/v1/notifications",
        "listNotifications",
        "Lists the caller's notifications, the newest first.",
        list,
    )
    .reply::<ListingWith<NotificationView, Users>>(200, "A page of notifications")
    .codes(&[Code::InvalidCursor])
}

/// The endpoint of the count.
pub fn count_endpoint() -> Endpoint {
    Endpoint::new(
        Method::GET,
        "/v1/notifications/unread-count",
        "countUnreadNotifications",
        "Counts the caller's unread notifications, up to 999.",
        unread_count,
    )
    .reply::<UnreadCountView>(200, "How many")
}

/// Shows a page, the newest first, with the people whom it names.
async fn list(ctx: Ctx, _: Request, window: Window<InboxFilters>) -> Result<Reply> {
    let user = ctx.caller()?.user_id;
    let mut query = newest_first(own(&user, &ctx));
    if let Some(unread) = window.filters.unread {
        query = query.filter(Filter::eq(Notification::IS_READ, !unread));
    }
    let page = filled(&ctx, &user, &window, query).await?;
    let items = page.items.into_iter();
    let items = items.map(|doc| NotificationView::from(doc.into_inner()));
    let cursors = (page.next.as_ref(), page.previous.as_ref());
    let items = items.collect();
    window.reply_with(&ctx, items, cursors, page.users).await
}

/// A page of the notifications that may be shown.
#[derive(Default)]
struct Filled {
    items: Vec<Doc<Notification>>,
    next: Option<Cursor>,
    previous: Option<Cursor>,
    users: Users,
}

/// Reads until the window is full of notifications that may be shown. Where much is hidden it may stay short; its cursors lead on.
async fn filled(
    ctx: &Ctx,
    user: &str,
    window: &Window<InboxFilters>,
    query: Query<Notification>,
) -> Result<Filled> {
    let is_backwards = window.before.is_some();
    let mut query = window.over(query);
    let mut filled = Filled::default();
    for read in 0..READS {
        let missing = window.limit.saturating_sub(filled.items.len() as u32);
        let page = ctx.read(query.clone().limit(missing).page()).await?;
        let (onward, back) = match is_backwards {
            true => (page.previous, page.next),
            false => (page.next, page.previous),
        };
        if read == 0 {
            filled.previous = back;
        }
        filled.next = onward.clone();
        let more = shown(ctx, user, page.items).await?;
        let actors = more.items.iter().filter_map(|n| actor(n));
        let named = actors.map(|id| (id.clone(), more.people.summary(&id)));
        filled.users.users.extend(named);
        match is_backwards {
            true => drop(filled.items.splice(0..0, more.items)),
            false => filled.items.extend(more.items),
        }
        query = match onward {
            Some(cursor) if is_backwards => query.before(cursor),
            Some(cursor) => query.after(cursor),
            None => break,
        };
        if filled.items.len() >= window.limit as usize {
            break;
        }
    }
    if is_backwards {
        std::mem::swap(&mut filled.next, &mut filled.previous);
    }
    Ok(filled)
}

/// Counts the unread ones that the list shows.
async fn unread_count(ctx: Ctx, _: Request) -> Result<Reply> {
    let user = ctx.caller()?.user_id;
    let unread = newest_first(own(&user, &ctx))
        .filter(Filter::eq(Notification::IS_READ, false))
        .limit(MAX_LIMIT);
    let mut count = 0;
    let is_all = walk(&ctx, &user, unread, async |some| {
        count += some.len() as u64;
        Ok(count <= UNREAD_CAP)
    })
    .await?;
    Reply::ok(&UnreadCountView {
        count: count.min(UNREAD_CAP),
        capped: count > UNREAD_CAP || !is_all,
    })
}
