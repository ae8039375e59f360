//! `GET /v1/push/subscriptions`

use whisper_kit::page::Listing;
use whisper_kit::{Ctx, Reply, Request, Result};
use whisper_schema::Timestamp;
use whisper_schema::prelude::{Column, PushSubscription};
use whisper_store::{Doc, Filter, Order, Query};

use super::subscribe::MAX_DEVICES;
use super::view::ShownDevice;

/// Shows all of the caller's devices, the first one first: there are few.
///
/// # Errors
/// The store's.
pub async fn handle(ctx: Ctx, _: Request) -> Result<Reply> {
    let user = ctx.caller()?.user_id;
    let found = ctx.store()?.read(of(&user, ctx.now())).await?;
    let items = found.into_iter().map(Doc::into_inner);
    Reply::ok(&Listing {
        items: items.map(ShownDevice::from).collect(),
        next: None,
        previous: None,
    })
}

/// The devices of somebody that have not expired, in the order in which they came; one more than there may be.
pub fn of(user: &str, now: Timestamp) -> Query<PushSubscription> {
    Query::new()
        .filter(Filter::eq(PushSubscription::USER_ID, user))
        .filter(lasting(now))
        .order(Order::asc(Column::seq()))
        .limit(MAX_DEVICES + 1)
}

/// Holds for subscriptions that the push service has not ended.
pub fn lasting(now: Timestamp) -> Filter<PushSubscription> {
    Filter::or([
        Filter::is_null(PushSubscription::EXPIRES_AT),
        Filter::gt(PushSubscription::EXPIRES_AT, now),
    ])
}
