//! `POST /v1/notifications/{notificationId}/read` and `POST /v1/notifications/read-all`.

use serde::Serialize;
use serde_json::json;
use whisper_kit::events::append;
use whisper_kit::{Attempt, Ctx, Endpoint, Method, Reply, Request, Result};
use whisper_schema::Timestamp;
use whisper_schema::prelude::{Column, Notification};
use whisper_store::{Batch, Doc, Filter, Order, Patch, Query};
use whisper_views::notifications::{NotificationView, one as find, own, shown};

/// How many one commit marks: far below a number that would hold the write lock for 50 ms.
const PER_COMMIT: usize = 200;
/// How many commits one request makes.
const COMMITS: usize = 50;

/// Notifications that were marked.
#[derive(Debug, Serialize)]
#[cfg_attr(not(target_family = "wasm"), derive(schemars::JsonSchema))]
pub struct NotificationsReadView {
    /// How many were unread before.
    pub marked: u64,
    /// Whether there are more: ask again.
    pub more: bool,
}

/// The endpoint that marks one.
pub fn one_endpoint() -> Endpoint {
    Endpoint::new(
        Method::POST,
        "/v1/notifications/{notificationId}/read",
        "readNotification",
        "Marks a notification of the caller's as read.",
        one,
    )
    .reply::<NotificationView>(200, "The notification")
}

/// The endpoint that marks all.
pub fn all_endpoint() -> Endpoint {
    Endpoint::new(
        Method::POST,
        "/v1/notifications/read-all",
        "readAllNotifications",
        "Marks all of the caller's notifications as read.",
        all,
    )
    .reply::<NotificationsReadView>(200, "How many were unread")
}

/// Marks one; twice is fine, and the first time stays.
async fn one(ctx: Ctx, request: Request) -> Result<Reply> {
    let id = request.id("notificationId")?;
    let user = ctx.caller()?.user_id;
    ctx.retry(async || {
        let mut found = find(&ctx, &user, id).await?.into_inner();
        if !found.is_read {
            let unread = Filter::eq(Notification::IS_READ, false);
            let batch = Batch::new().update_if(&found.id, seen(), unread);
            let batch = inbox_changed(&ctx, batch, &user)?;
            let Some(committed) = ctx.try_commit(batch).await? else {
                return Ok(Attempt::Retry);
            };
            (found.is_read, found.read_at) = (true, Some(committed.at));
        }
        Reply::ok(&NotificationView::from(found)).map(Attempt::Done)
    })
    .await
}

/// Marks all that are there when the request comes, in bounded commits; notifications that come in between stay
/// unread, and so do hidden ones.
async fn all(ctx: Ctx, _: Request) -> Result<Reply> {
    let user = ctx.caller()?.user_id;
    let unread = || {
        Query::new()
            .filter(own(&user, &ctx))
            .filter(Filter::eq(Notification::IS_READ, false))
    };
    let newest = unread().order(Order::desc(Column::seq())).first();
    let mut marked = 0;
    let Some(newest) = ctx.read(newest).await? else {
        return answer(marked, false);
    };
    let per_commit = ctx.store().await?.portion(PER_COMMIT) as u32;
    let mut position = 0;
    for _ in 0..COMMITS {
        let next = unread()
            .filter(Filter::gt(Column::seq(), position))
            .filter(Filter::le(Column::seq(), newest.seq))
            .order(Order::asc(Column::seq()))
            .limit(per_commit);
        let next = ctx.read(next).await?;
        let (last, is_last) = (
            next.last().map(|doc| doc.seq),
            next.len() < per_commit as usize,
        );
        let shown = shown(&ctx, &user, next).await?.items;
        if !shown.is_empty() {
            // None when one of them was deleted or swept: look again.
            let batch = inbox_changed(&ctx, marks(&shown), &user)?;
            if ctx.try_commit(batch).await?.is_none() {
                continue;
            }
            marked += shown.len() as u64;
        }
        if is_last {
            return answer(marked, false);
        }
        position = last.unwrap_or(position);
    }
    answer(marked, true)
}

/// Says in a commit that a user read or cleared notifications, to their other devices.
///
/// # Errors
/// A fault when the runtime has no randomness.
pub fn inbox_changed(ctx: &Ctx, batch: Batch, user: &str) -> Result<Batch> {
    let what = json!({});
    append(ctx, batch, "notifications.changed", user, Some(user), &what)
}

fn answer(marked: u64, more: bool) -> Result<Reply> {
    Reply::ok(&NotificationsReadView { marked, more })
}

fn seen() -> Patch<Notification> {
    Patch::new()
        .set(Notification::IS_READ, true)
        .set(Notification::READ_AT, Timestamp::AT_COMMIT)
}

fn marks(items: &[Doc<Notification>]) -> Batch {
    items
        .iter()
        .fold(Batch::new(), |batch, item| batch.update(&item.id, seen()))
}
