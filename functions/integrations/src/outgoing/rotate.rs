//! `POST /v1/conversations/{conversationId}/webhooks/outgoing/{webhookId}/secret`

use whisper_kit::{Attempt, Code, Ctx, Endpoint, Method, Reply, Request, Result};
use whisper_schema::prelude::OutgoingWebhook;
use whisper_store::Patch;

use super::edit::commit;
use super::named;
use super::secret::{self, Keeper};
use super::view::OutgoingWebhookSecretView;

/// For how long the former secret signs too, in milliseconds: a day, in which the receiver learns the new one.
const OVERLAP: i64 = 24 * 3_600_000;

/// The endpoint.
pub fn endpoint() -> Endpoint {
    Endpoint::new(
        Method::POST,
        "/v1/conversations/{conversationId}/webhooks/outgoing/{webhookId}/secret",
        "rotateOutgoingWebhookSecret",
        "Gives an outgoing webhook another secret; for 24 hours the one before signs as well.",
        rotate,
    )
    .reply::<OutgoingWebhookSecretView>(200, "The webhook, with the secret that is told this once.")
    .codes(&[
        Code::Forbidden,
        Code::DirectConversation,
        Code::WrongKind,
        Code::RateLimited,
    ])
}

async fn rotate(ctx: Ctx, request: Request) -> Result<Reply> {
    let (bytes, secret) = secret::new()?;
    let webhook = ctx
        .retry(async || attempt(&ctx, &request, &bytes).await)
        .await?;
    let webhook = webhook.into();
    Reply::ok(&OutgoingWebhookSecretView { webhook, secret })
}

async fn attempt(
    ctx: &Ctx,
    request: &Request,
    secret: &[u8; 32],
) -> Result<Attempt<OutgoingWebhook>> {
    let (access, found) = named(ctx, request).await?;
    let sealed = Keeper::read(ctx).await?.seal(&found.id, secret)?;
    let patch = Patch::new()
        .set(OutgoingWebhook::SECRET, sealed)
        .set(OutgoingWebhook::FORMER_SECRET, found.secret.as_str())
        .set(OutgoingWebhook::FORMER_UNTIL, ctx.now().plus(OVERLAP));
    let Some(committed) = commit(ctx, &access, &found, patch).await? else {
        return Ok(Attempt::Retry);
    };
    let mut webhook = found.into_inner();
    webhook.updated_at = committed.at;
    Ok(Attempt::Done(webhook))
}
