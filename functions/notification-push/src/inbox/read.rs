//! `POST /v1/notifications/{id}/read` and `POST /v1/notifications/read-all`.

use serde::Serialize;
use whisper_kit::{Ctx, Error, OptionExt, Reply, Request, Result};
use whisper_schema::Timestamp;
use whisper_schema::prelude::{Column, Notification};
use whisper_store::{Batch, Doc, Filter, Get, Order, Patch, Query, StoreError};

use super::view::{ShownNotification, shown_to};

/// How many one commit marks: far below what would hold the write lock for 50 ms.
const PER_COMMIT: usize = 200;
/// How many commits one request makes.
const COMMITS: usize = 50;

/// What was marked.
#[derive(Debug, Serialize)]
#[cfg_attr(not(target_family = "wasm"), derive(schemars::JsonSchema))]
#[cfg_attr(not(target_family = "wasm"), schemars(rename = "NotificationsRead"))]
pub struct Marked {
    /// How many were unread before.
    pub marked: u64,
    /// Whether there are more: ask again.
    pub more: bool,
}

/// Finds a notification that the caller may know of.
async fn find(ctx: &Ctx, id: &str) -> Result<Doc<Notification>> {
    let user = ctx.caller()?.user_id;
    let found = ctx
        .read(Get::<Notification>::id(id))
        .await?
        .or_not_found()?;
    let gone = found.expires_at.is_some_and(|at| at <= ctx.now());
    if found.user_id != user || gone {
        return Err(Error::not_found());
    }
    Ok(found)
}

/// Marks one; twice is fine, and the first time stays.
///
/// # Errors
/// The one 404.
pub async fn one(ctx: Ctx, request: Request) -> Result<Reply> {
    let mut found = find(&ctx, request.id("id")?).await?.into_inner();
    if found.is_read {
        return Reply::ok(&ShownNotification::from(found));
    }
    let unread = Filter::eq(Notification::IS_READ, false);
    let batch = Batch::new().update_if(&found.id, seen(), unread);
    match ctx.store().await?.commit(batch).await {
        Ok(committed) => {
            (found.is_read, found.read_at) = (true, Some(committed.at));
            Reply::ok(&ShownNotification::from(found))
        }
        // Another device was faster; or it was deleted, and then this is a 404.
        Err(StoreError::ConditionFailed { .. }) => {
            let now = find(&ctx, &found.id).await?;
            Reply::ok(&ShownNotification::from(now.into_inner()))
        }
        Err(error) => Err(error.into()),
    }
}

/// Marks all that are there when the request comes, in bounded commits; what comes in between stays unread.
///
/// # Errors
/// The store's; what was marked before stays marked.
pub async fn all(ctx: Ctx, _: Request) -> Result<Reply> {
    let user = ctx.caller()?.user_id;
    let unread = || Filter::eq(Notification::IS_READ, false);
    let newest = Query::new()
        .filter(shown_to(&user, ctx.now()))
        .filter(unread())
        .order(Order::desc(Column::seq()))
        .first();
    let per_commit = ctx.store().await?.portion(PER_COMMIT) as u32;
    let mut marked = 0;
    let Some(newest) = ctx.read(newest).await? else {
        return Reply::ok(&Marked {
            marked,
            more: false,
        });
    };
    for _ in 0..COMMITS {
        let page = ctx
            .store()
            .await?
            .find::<Notification>()
            .filter(shown_to(&user, ctx.now()))
            .filter(unread())
            .filter(Filter::le(Column::seq(), newest.seq))
            .order(Order::asc(Column::seq()))
            .limit(per_commit)
            .page()
            .await?;
        let count = page.items.len() as u64;
        if count > 0 {
            match ctx.store().await?.commit(marks(&page.items)).await {
                Ok(_) => marked += count,
                // Somebody deleted one of them, or it was swept: look again.
                Err(StoreError::ConditionFailed { .. }) => continue,
                Err(error) => return Err(error.into()),
            }
        }
        if page.next.is_none() {
            return Reply::ok(&Marked {
                marked,
                more: false,
            });
        }
    }
    Reply::ok(&Marked { marked, more: true })
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
