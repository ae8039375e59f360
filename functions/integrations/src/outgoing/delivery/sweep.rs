//! The sweep: deliveries that were given up, and attempts that are old. Nothing depends on it: readers leave them out.

use whisper_kit::jobs::{Sweep, Tally, delete_bounded, is_time_borne_out};
use whisper_kit::{Ctx, Result};
use whisper_schema::prelude::{WebhookAttempt, WebhookDelivery};
use whisper_store::{Batch, Filter, Patch, Query};

/// How far ahead nothing of ours is due, in milliseconds: two days.
const AHEAD: i64 = 2 * 24 * 3_600_000;
/// How many deliveries of a wrong clock a run mends.
const MENDED: usize = 100;

/// Tidies up, within bounds. It removes nothing while the clock may be wrong.
///
/// # Errors
/// The store's; the next run goes on.
pub async fn run(ctx: &Ctx, tally: &Tally) -> Result<()> {
    tally.done(mend(ctx).await?);
    if !is_time_borne_out(ctx).await? {
        tally.cap();
        return Ok(());
    }
    let given_up = Filter::<WebhookDelivery>::le(WebhookDelivery::EXPIRES_AT, ctx.now());
    let old = Filter::<WebhookAttempt>::le(WebhookAttempt::EXPIRES_AT, ctx.now());
    delete_bounded(ctx, tally, &given_up, Sweep::USUAL).await?;
    delete_bounded(ctx, tally, &old, Sweep::USUAL).await
}

/// Has deliveries sent now that a clock which was ahead put off for long.
async fn mend(ctx: &Ctx) -> Result<u64> {
    let limit = ctx.store().await?.portion(MENDED) as u32;
    let far = Query::<WebhookDelivery>::new()
        .filter(Filter::gt(WebhookDelivery::DUE_AT, ctx.now().plus(AHEAD)))
        .limit(limit);
    let far = ctx.read(far).await?;
    let batch = far.iter().fold(Batch::new(), |batch, delivery| {
        let patch = Patch::new()
            .set(WebhookDelivery::DUE_AT, ctx.now())
            .set(WebhookDelivery::EXPIRES_AT, ctx.now().plus(AHEAD / 2));
        batch.update_if(&delivery.id, patch, Filter::revision(delivery.revision))
    });
    if batch.is_empty() || ctx.try_commit(batch).await?.is_none() {
        return Ok(0);
    }
    Ok(far.len() as u64)
}
