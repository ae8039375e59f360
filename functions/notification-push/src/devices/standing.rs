//! Devices that still get pushes: devices that their push service has not ended, and whose session stands.

use whisper_schema::Timestamp;
use whisper_schema::prelude::{Column, PushSubscription, Session};
use whisper_store::{Doc, Filter, MAX_LIMIT, Order, Query};

/// The most devices of one user.
pub const MAX_DEVICES: u32 = 20;

/// The devices of somebody that have not expired, in the order in which they came; one more than there may be, and as
/// many again that are signed out and not forgotten yet.
pub fn of(user: &str, now: Timestamp) -> Query<PushSubscription> {
    Query::new()
        .filter(Filter::eq(PushSubscription::USER_ID, user))
        .filter(lasting(now))
        .order(Order::asc(Column::seq()))
        .limit(2 * MAX_DEVICES + 1)
}

/// The sessions of somebody that stand.
pub fn sessions_of(user: &str, now: Timestamp) -> Query<Session> {
    Query::new()
        .filter(Filter::eq(Session::USER_ID, user))
        .filter(Filter::gt(Session::EXPIRES_AT, now))
        .limit(MAX_LIMIT)
}

/// Devices whose session stands, and devices that are signed out.
pub fn by_session(
    devices: Vec<Doc<PushSubscription>>,
    sessions: &[Doc<Session>],
) -> (Vec<PushSubscription>, Vec<PushSubscription>) {
    let stands = |device: &PushSubscription| match &device.session_id {
        Some(id) => sessions.iter().any(|session| session.value.id == *id),
        None => true,
    };
    devices.into_iter().map(Doc::into_inner).partition(stands)
}

/// Holds for subscriptions that the push service has not ended.
pub fn lasting(now: Timestamp) -> Filter<PushSubscription> {
    Filter::or([
        Filter::is_null(PushSubscription::EXPIRES_AT),
        Filter::gt(PushSubscription::EXPIRES_AT, now),
    ])
}
