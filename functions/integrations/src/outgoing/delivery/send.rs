//! The sender: takes deliveries that are due, sends them, and records how it went.

use std::time::Instant;

use futures::future::join_all;
use whisper_kit::consumer::AFTER_LOSS;
use whisper_kit::ids::random;
use whisper_kit::jobs::Tally;
use whisper_kit::outbound::{Answer, Outgoing};
use whisper_kit::{Ctx, Result};
use whisper_schema::prelude::{OutgoingWebhook, Timestamp, WebhookDelivery};

use super::super::origins;
use super::super::secret::{Keeper, Signed};
use super::content::Around;
use super::lease;
use super::outcome::{Outcome, decide};
use super::record::{Attempted, record};
use crate::worker::Worker;

/// Sends the deliveries that are due, until there is none or the time is over.
///
/// # Errors
/// The store's. A delivery that was sent and not recorded is sent again when the lease has run out, with the same `webhook-id`.
pub async fn run(ctx: &Ctx, worker: &Worker, end: Instant, tally: &Tally) -> Result<()> {
    let keeper = Keeper::read(ctx).await?;
    loop {
        if Instant::now() >= end {
            tally.cap();
            return Ok(());
        }
        // Each lease begins when it is taken, however long the ones before took.
        let ctx = &ctx.anew()?;
        let Some(lease) = lease::take(ctx).await? else {
            return Ok(());
        };
        if lease.deliveries.is_empty() {
            ctx.store().await?.pause(AFTER_LOSS).await;
            continue;
        }
        let around = Around::read(ctx, &lease.deliveries).await?;
        let count = lease.deliveries.len() as u64;
        let sending = lease.deliveries.into_iter().map(|delivery| {
            let sending = Sending {
                ctx,
                worker,
                keeper,
                around: &around,
            };
            async move { sending.one(delivery).await }
        });
        let attempted: Result<Vec<Attempted>> = join_all(sending).await.into_iter().collect();
        record(ctx, lease.end, attempted?).await?;
        tally.done(count);
    }
}

/// The means of sending.
#[derive(Clone, Copy)]
struct Sending<'a> {
    ctx: &'a Ctx,
    worker: &'a Worker,
    keeper: Keeper,
    around: &'a Around,
}

impl Sending<'_> {
    async fn one(&self, delivery: WebhookDelivery) -> Result<Attempted> {
        let begun = self.ctx.clock();
        let body = self.around.body(&delivery);
        let is_alive = delivery.expires_at > begun;
        let webhook = self.around.webhook(&delivery).cloned();
        let (Some(webhook), Some(body), true) = (webhook, body, is_alive) else {
            return Ok(Attempted::dropped(delivery));
        };
        let (outcome, took) = self.attempt(&webhook, &delivery, body).await?;
        Ok(Attempted {
            delivery,
            webhook: Some(webhook),
            outcome: Some(outcome),
            begun,
            took,
        })
    }

    async fn attempt(
        &self,
        webhook: &OutgoingWebhook,
        delivery: &WebhookDelivery,
        body: String,
    ) -> Result<(Outcome, i64)> {
        let (begun, since) = (self.ctx.clock(), Instant::now());
        // Asked again: the operator may have taken the origin off the list.
        let answer = match origins::check(self.ctx.config(), &webhook.url) {
            Ok(()) => {
                let outgoing = self.outgoing(webhook, delivery, body, begun);
                (self.worker.transport)(outgoing).await
            }
            Err(_) => Answer::None("is at no origin that this server calls"),
        };
        let took = i64::try_from(since.elapsed().as_millis()).unwrap_or(i64::MAX);
        let [jitter] = random()?;
        // The wait that a receiver asks for counts from its answer, which may have taken a while.
        let now = self.ctx.clock();
        Ok((decide(webhook, delivery, &answer, now, jitter), took))
    }

    fn outgoing(
        &self,
        webhook: &OutgoingWebhook,
        delivery: &WebhookDelivery,
        body: String,
        now: Timestamp,
    ) -> Outgoing {
        let timestamp = now.as_millis().div_euclid(1000);
        let signed = Signed {
            id: &delivery.id,
            timestamp,
            body: &body,
        };
        let signatures = self.keeper.signatures(webhook, &signed, now);
        Outgoing {
            endpoint: webhook.url.clone(),
            headers: vec![
                ("content-type", "application/json".to_owned()),
                ("user-agent", "Whisper-Webhooks/1".to_owned()),
                ("webhook-id", delivery.id.clone()),
                ("webhook-timestamp", timestamp.to_string()),
                ("webhook-signature", signatures),
            ],
            body: body.into_bytes(),
        }
    }
}
