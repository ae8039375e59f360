//! `PATCH /v1/conversations/{conversationId}/webhooks/outgoing/{webhookId}`, and the commit of every change of a webhook.

use serde_json::json;
use whisper_kit::events::append;
use whisper_kit::{Attempt, Code, Ctx, Endpoint, Json, Method, Reply, Request, Result};
use whisper_messages::{Access, may_still_send};
use whisper_schema::Body;
use whisper_schema::body::forms::WEB_URL;
use whisper_schema::body::{Changes, Distinct};
use whisper_schema::prelude::{OutgoingWebhook, Timestamp, WebhookEvent};
use whisper_store::{Batch, Committed, Doc, Filter, Patch};

use super::view::OutgoingWebhookView;
use super::{named, origins};
use crate::limits::CHANGES;

/// A change of an outgoing webhook.
#[derive(Clone, Debug, Body)]
#[body(changes = OutgoingWebhook)]
#[body(example = r#"{"events": ["message.created"]}"#)]
pub struct OutgoingWebhookChange {
    /// Name for the members who manage it: 1 to 80 characters.
    pub name: Option<String>,
    /// Where events are sent: an https address at an origin that the operator allows (`webhook_origin`).
    #[field(size = 1..=1000, is = WEB_URL)]
    pub url: Option<String>,
    /// The events that it is told of; they take the place of those there were.
    #[field(apart, count = 1..=20)]
    pub events: Option<Distinct<WebhookEvent>>,
}

/// The endpoint.
pub fn endpoint() -> Endpoint {
    Endpoint::new(
        Method::PATCH,
        super::ONE,
        "updateOutgoingWebhook",
        "Changes name, address and events of an outgoing webhook.",
        edit,
    )
    .reply::<OutgoingWebhookView>(200, "The changed webhook.")
    .codes(&[
        Code::Forbidden,
        Code::DirectConversation,
        Code::WrongKind,
        Code::RateLimited,
    ])
}

async fn edit(
    ctx: Ctx,
    request: Request,
    Json(change): Json<OutgoingWebhookChange>,
) -> Result<Reply> {
    if let Some(url) = &change.url {
        origins::check(ctx.config(), url)?;
    }
    let webhook = ctx
        .retry(async || attempt(&ctx, &request, change.clone()).await)
        .await?;
    Reply::ok(&OutgoingWebhookView::from(webhook))
}

async fn attempt(
    ctx: &Ctx,
    request: &Request,
    change: OutgoingWebhookChange,
) -> Result<Attempt<OutgoingWebhook>> {
    let (access, found) = named(ctx, request).await?;
    let mut webhook = found.value.clone();
    let events = change.events.clone();
    let mut changed = change.apply(&mut webhook);
    if let Some(events) = events {
        let events: Vec<String> = events.iter().map(|e| e.as_str().to_owned()).collect();
        if events != webhook.events {
            changed.push((OutgoingWebhook::EVENTS, events.clone().into()));
            webhook.events = events;
        }
    }
    if changed.is_empty() {
        return Ok(Attempt::Done(webhook));
    }
    let Some(committed) = commit(ctx, &access, &found, Patch::of(changed)).await? else {
        return Ok(Attempt::Retry);
    };
    webhook.updated_at = committed.at;
    Ok(Attempt::Done(webhook))
}

/// Commits a member's change of a webhook, as it was read; none where it changed in the meantime.
///
/// # Errors
/// `rate_limited`, and the store's.
pub async fn commit(
    ctx: &Ctx,
    access: &Access,
    webhook: &Doc<OutgoingWebhook>,
    patch: Patch<OutgoingWebhook>,
) -> Result<Option<Committed>> {
    let patch = patch.set(OutgoingWebhook::UPDATED_AT, Timestamp::AT_COMMIT);
    let batch = Batch::new()
        .expect_some(may_still_send(&access.member))
        .update_if(&webhook.id, patch, Filter::revision(webhook.revision));
    let (me, conversation) = (&access.member.user_id, &webhook.conversation_id);
    let what = json!({"webhookId": webhook.id, "direction": "outgoing"});
    let kind = "conversation.webhook_changed";
    let batch = append(ctx, batch, kind, conversation, Some(me), &what)?;
    CHANGES.of_caller(ctx).await?.try_commit(ctx, batch).await
}
