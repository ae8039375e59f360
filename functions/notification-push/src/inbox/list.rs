//! `GET /v1/notifications` and `GET /v1/notifications/unread-count`.

use serde::Deserialize;
use whisper_kit::page::{ListingWith, Window};
use whisper_kit::{Code, Ctx, Endpoint, Method, Reply, Request, Result};
use whisper_people::UsersView;
use whisper_schema::prelude::Notification;
use whisper_store::{Cursor, Doc, Filter, Query};
use whisper_views::notifications::{
    NotificationView, READS, UnreadCountView, newest_first, own, shown, unread_notifications,
};

/// The notifications that are asked for.
#[derive(Debug, Deserialize)]
#[cfg_attr(not(target_family = "wasm"), derive(schemars::JsonSchema))]
pub struct InboxFilters {
    /// True for the unread ones alone, false for the read ones; all if left out.
    unread: Option<bool>,
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
    .at_replica()
    .reply::<ListingWith<NotificationView, UsersView>>(200, "A page of notifications")
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
    users: UsersView,
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
        filled.users.users.extend(more.users().users);
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
    Reply::ok(&unread_notifications(&ctx, &user).await?)
}
