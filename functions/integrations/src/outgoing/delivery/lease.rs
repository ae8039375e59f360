//! Leases: a delivery is sent by the one who put off its next turn. A sender that dies leaves it to be sent again after that.

use std::collections::BTreeMap;

use whisper_kit::{Ctx, Result};
use whisper_schema::prelude::{Timestamp, WebhookDelivery};
use whisper_store::{Batch, Doc, Filter, Order, Patch, Query};

/// How long a lease lasts, in milliseconds: several times as long as a request may take.
const LEASE: i64 = 30_000;
/// How many deliveries are on their way at once, and how many of these to one webhook.
const AT_ONCE: usize = 16;
const TO_ONE: usize = 4;
/// How many that are due are looked at.
const SEEN: u32 = 64;
/// By how much deliveries step back, in milliseconds, that wait for others to the same webhook.
const STEP: i64 = 1_000;

/// Deliveries that are the holder's until the end.
pub struct Lease {
    /// When it ends.
    pub end: Timestamp,
    /// The deliveries.
    pub deliveries: Vec<WebhookDelivery>,
}

/// Takes deliveries that are due, the longest waiting first, few of each webhook: a receiver that takes its time holds up
/// its own alone. None when nothing is due; an empty lease when somebody else was faster.
///
/// # Errors
/// The store's.
pub async fn take(ctx: &Ctx) -> Result<Option<Lease>> {
    let due = Query::<WebhookDelivery>::new()
        .filter(Filter::le(WebhookDelivery::DUE_AT, ctx.now()))
        .order(Order::asc(WebhookDelivery::DUE_AT))
        .limit(SEEN);
    let due = ctx.read(due).await?;
    if due.is_empty() {
        return Ok(None);
    }
    let portion = ctx.store().await?.portion(SEEN as usize);
    let end = ctx.now().plus(LEASE);
    let (mut taken, mut of_webhook) = (Vec::new(), BTreeMap::<String, usize>::new());
    let mut batch = Batch::new();
    for delivery in due.into_iter().take(portion) {
        let count = of_webhook.entry(delivery.webhook_id.clone()).or_default();
        *count += 1;
        if *count > TO_ONE {
            batch = put_off(batch, &delivery, ctx.now().plus(STEP));
        } else if taken.len() < AT_ONCE.min(portion) {
            batch = put_off(batch, &delivery, end);
            taken.push(delivery.into_inner());
        }
    }
    if ctx.try_commit(batch).await?.is_none() {
        taken.clear();
    }
    Ok(Some(Lease {
        end,
        deliveries: taken,
    }))
}

fn put_off(batch: Batch, delivery: &Doc<WebhookDelivery>, until: Timestamp) -> Batch {
    let patch = Patch::new().set(WebhookDelivery::DUE_AT, until);
    batch.update_if(&delivery.id, patch, Filter::revision(delivery.revision))
}
