//! The record of attempts: the log, the next turns, and webhooks that are switched off.

use serde_json::json;
use whisper_kit::events::append;
use whisper_kit::ids::derived_id;
use whisper_kit::{Ctx, Result, together};
use whisper_schema::prelude::{
    Column, Notification, NotificationKind, OutgoingWebhook, OutgoingWebhookStatus, Timestamp,
    WebhookAttempt, WebhookDelivery,
};
use whisper_store::{Batch, Filter, Patch};

use super::outcome::{Change, Outcome};

/// For how long attempts are kept, in milliseconds: 7 days.
const KEPT: i64 = 7 * 24 * 3_600_000;

/// A delivery whose turn it was.
pub struct Attempted {
    /// The delivery.
    pub delivery: WebhookDelivery,
    /// Its webhook; none where that is gone.
    pub webhook: Option<OutgoingWebhook>,
    /// How it went; none where it wasn't to be sent any more.
    pub outcome: Option<Outcome>,
    /// When it began.
    pub begun: Timestamp,
    /// How long it took, in milliseconds.
    pub took: i64,
}

impl Attempted {
    /// One that isn't to be sent any more.
    pub fn dropped(delivery: WebhookDelivery) -> Self {
        Self {
            delivery,
            webhook: None,
            outcome: None,
            begun: Timestamp::AT_COMMIT,
            took: 0,
        }
    }
}

/// Records attempts under a lease, together; one whose lease or webhook was lost in the meantime is left alone.
///
/// # Errors
/// The store's.
pub async fn record(ctx: &Ctx, end: Timestamp, attempted: Vec<Attempted>) -> Result<()> {
    let outcome = together(&attempted, async |some| {
        let batch = some
            .iter()
            .try_fold(Batch::new(), |batch, one| one.record(ctx, batch, end))?;
        Ok(ctx.store().await?.commit(batch).await?)
    })
    .await?;
    match outcome
        .failed
        .into_iter()
        .find(|(_, error)| !error.is_stale())
    {
        Some((_, error)) => Err(error),
        None => Ok(()),
    }
}

impl Attempted {
    fn record(&self, ctx: &Ctx, batch: Batch, end: Timestamp) -> Result<Batch> {
        let id = self.delivery.id.as_str();
        let held = Filter::<WebhookDelivery>::eq(WebhookDelivery::DUE_AT, end);
        let (Some(outcome), Some(webhook)) = (&self.outcome, &self.webhook) else {
            return Ok(batch.delete_if(id, held));
        };
        let batch = match outcome.next_at {
            None => batch.delete_if(id, held),
            Some(next) => {
                let patch = Patch::new()
                    .set(WebhookDelivery::DUE_AT, next)
                    .add(WebhookDelivery::ATTEMPTS, 1);
                batch.update_if(id, patch, held)
            }
        };
        let batch = batch.insert(&self.attempt(ctx, outcome)?);
        self.change(ctx, batch, webhook, outcome.change)
    }

    fn attempt(&self, ctx: &Ctx, outcome: &Outcome) -> Result<WebhookAttempt> {
        Ok(WebhookAttempt {
            id: ctx.new_id()?,
            webhook_id: self.delivery.webhook_id.clone(),
            delivery_id: self.delivery.id.clone(),
            event: self.delivery.event.clone(),
            attempt: self.delivery.attempts + 1,
            status: outcome
                .status
                .map(i64::from)
                .filter(|code| (100..1000).contains(code)),
            ok: outcome.ok,
            error: outcome.error.map(str::to_owned),
            duration_ms: self.took,
            next_at: outcome.next_at,
            attempted_at: self.begun,
            expires_at: self.begun.plus(KEPT),
        })
    }

    fn change(
        &self,
        ctx: &Ctx,
        batch: Batch,
        webhook: &OutgoingWebhook,
        change: Change,
    ) -> Result<Batch> {
        let (id, since) = (webhook.id.as_str(), OutgoingWebhook::FAILING_SINCE);
        // A webhook that is gone stays unchanged, and so does one that another commit changed first.
        let this = |more| Filter::<OutgoingWebhook>::and([Filter::eq(Column::id(), id), more]);
        match change {
            Change::Nothing => Ok(batch),
            Change::Fails => {
                let patch = Patch::new().set(since, self.begun);
                Ok(batch.update(id, patch))
            }
            Change::Recovers => Ok(batch.update(id, Patch::new().unset(since))),
            Change::Disabled => {
                let is_active = Filter::eq(OutgoingWebhook::STATUS, OutgoingWebhookStatus::Active);
                let batch = batch.expect_some(this(is_active));
                disable(ctx, batch, webhook, self.begun)
            }
        }
    }
}

/// Switches a webhook off, and tells the member who made it.
fn disable(ctx: &Ctx, batch: Batch, webhook: &OutgoingWebhook, at: Timestamp) -> Result<Batch> {
    let (id, conversation) = (webhook.id.as_str(), webhook.conversation_id.as_str());
    let patch = Patch::new()
        .set(OutgoingWebhook::STATUS, OutgoingWebhookStatus::Disabled)
        .set(OutgoingWebhook::DISABLED_AT, Timestamp::AT_COMMIT)
        .set(OutgoingWebhook::UPDATED_AT, Timestamp::AT_COMMIT);
    let millis = at.as_millis().to_string();
    let told = Notification {
        id: derived_id(&["notification", "webhook disabled", id, &millis]),
        user_id: webhook.created_by.clone(),
        kind: NotificationKind::System,
        title: "A webhook was switched off".to_owned(),
        body: Some(format!(
            "{}: its receiver is gone, or hasn't taken anything for a week.",
            webhook.name
        )),
        metadata: Some(json!({"webhookId": id, "conversationId": conversation}).to_string()),
        created_at: Some(Timestamp::AT_COMMIT),
        ..Notification::default()
    };
    let batch = batch.update(id, patch).insert(&told);
    let what = json!({"notificationId": told.id, "type": told.kind.as_str()});
    let to = Some(webhook.created_by.as_str());
    let batch = append(ctx, batch, "notification.created", &told.id, to, &what)?;
    let what = json!({"webhookId": id, "direction": "outgoing"});
    let kind = "conversation.webhook_disabled";
    append(ctx, batch, kind, conversation, None, &what)
}
