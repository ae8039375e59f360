//! Notifications that are named by their ids, and how many are unread.

use serde::Serialize;
use whisper_kit::{Ctx, Result};
use whisper_people::{UsersView, by_ids};
use whisper_schema::Ephemeral;
use whisper_schema::prelude::Notification;
use whisper_store::{Doc, Filter, MAX_LIMIT};

use super::shown::{newest_first, own, shown, walk};
use super::view::NotificationView;

/// The most unread notifications that are counted; a client shows "999+".
const UNREAD_CAP: u64 = 999;

/// How many are unread.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(not(target_family = "wasm"), derive(schemars::JsonSchema))]
pub struct UnreadCountView {
    /// How many, at most 999.
    pub count: u64,
    /// Whether there are more than that.
    pub capped: bool,
}

/// These notifications, as far as they are the user's and their list would show them now, the newest first, with the people whom they
/// name. Two statements, one where none is the user's.
///
/// # Errors
/// The store's.
pub async fn notifications_of(
    ctx: &Ctx,
    user: &str,
    ids: &[&str],
) -> Result<(Vec<NotificationView>, UsersView)> {
    let found = ctx
        .read(by_ids::<Notification>(ids.iter().copied()))
        .await?;
    let found = found.into_iter().flatten();
    let found = found.filter(|item| item.user_id == user && item.lasts(ctx.now()));
    let mut found: Vec<Doc<Notification>> = found.collect();
    found.sort_by_key(|item| std::cmp::Reverse(item.seq));
    let shown = shown(ctx, user, found).await?;
    let users = shown.users();
    let views = shown.items.into_iter();
    let views = views.map(|doc| NotificationView::from(doc.into_inner()));
    Ok((views.collect(), users))
}

/// Counts a user's unread notifications that the list shows, up to 999; two statements for each 1,000 unread ones, ten at most.
///
/// # Errors
/// The store's.
pub async fn unread_notifications(ctx: &Ctx, user: &str) -> Result<UnreadCountView> {
    let unread = newest_first(own(user, ctx))
        .filter(Filter::eq(Notification::IS_READ, false))
        .limit(MAX_LIMIT);
    let mut count = 0;
    let is_all = walk(ctx, user, unread, async |some| {
        count += some.len() as u64;
        Ok(count <= UNREAD_CAP)
    })
    .await?;
    Ok(UnreadCountView {
        count: count.min(UNREAD_CAP),
        capped: count > UNREAD_CAP || !is_all,
    })
}
