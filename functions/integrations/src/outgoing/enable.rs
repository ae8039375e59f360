//! `POST /v1/conversations/{conversationId}/webhooks/outgoing/{webhookId}/enable`

use whisper_kit::{Attempt, Code, Ctx, Endpoint, Method, Reply, Request, Result};
use whisper_schema::prelude::{OutgoingWebhook, OutgoingWebhookStatus};
use whisper_store::Patch;

use super::edit::commit;
use super::named;
use super::view::OutgoingWebhookView;

/// The endpoint.
pub fn endpoint() -> Endpoint {
    Endpoint::new(
        Method::POST,
        "/v1/conversations/{conversationId}/webhooks/outgoing/{webhookId}/enable",
        "enableOutgoingWebhook",
        "Switches an outgoing webhook on again that the server had switched off. Events of the meantime are lost to it.",
        enable,
    )
    .reply::<OutgoingWebhookView>(200, "The webhook, switched on now or since before.")
    .codes(&[Code::Forbidden, Code::DirectConversation, Code::WrongKind, Code::RateLimited])
}

async fn enable(ctx: Ctx, request: Request) -> Result<Reply> {
    let webhook = ctx.retry(async || attempt(&ctx, &request).await).await?;
    Reply::ok(&OutgoingWebhookView::from(webhook))
}

async fn attempt(ctx: &Ctx, request: &Request) -> Result<Attempt<OutgoingWebhook>> {
    let (access, found) = named(ctx, request).await?;
    if found.status == OutgoingWebhookStatus::Active {
        return Ok(Attempt::Done(found.into_inner()));
    }
    let patch = Patch::new()
        .set(OutgoingWebhook::STATUS, OutgoingWebhookStatus::Active)
        .unset(OutgoingWebhook::FAILING_SINCE)
        .unset(OutgoingWebhook::DISABLED_AT);
    let Some(committed) = commit(ctx, &access, &found, patch).await? else {
        return Ok(Attempt::Retry);
    };
    Ok(Attempt::Done(OutgoingWebhook {
        status: OutgoingWebhookStatus::Active,
        failing_since: None,
        disabled_at: None,
        updated_at: committed.at,
        ..found.into_inner()
    }))
}
