//! `POST /v1/conversations/{conversationId}/webhooks/incoming/{webhookId}/secret`: another address in the place of one that
//! too many know.

use serde_json::json;
use whisper_kit::auth::sha256_hex;
use whisper_kit::events::append;
use whisper_kit::{Attempt, Code, Ctx, Endpoint, Method, Reply, Request, Result};
use whisper_messages::may_still_send;
use whisper_schema::prelude::{IncomingWebhook, Timestamp};
use whisper_store::{Batch, Filter, Patch};

use super::view::IncomingWebhookAddressView;
use super::{named, new_secret};
use crate::limits::CHANGES;

/// The endpoint.
pub fn endpoint() -> Endpoint {
    Endpoint::new(
        Method::POST,
        super::SECRET,
        "rotateIncomingWebhookSecret",
        "Gives an incoming webhook another address; nothing can be posted at the one before any more.",
        rotate,
    )
    .reply::<IncomingWebhookAddressView>(
        200,
        "The webhook, with the address that is told this once.",
    )
    .codes(&[Code::Forbidden, Code::DirectConversation, Code::WrongKind, Code::RateLimited])
}

async fn rotate(ctx: Ctx, request: Request) -> Result<Reply> {
    let secret = new_secret()?;
    let webhook = ctx
        .retry(async || attempt(&ctx, &request, &secret).await)
        .await?;
    Reply::ok(&IncomingWebhookAddressView::new(webhook, &secret))
}

async fn attempt(ctx: &Ctx, request: &Request, secret: &str) -> Result<Attempt<IncomingWebhook>> {
    let (access, found) = named(ctx, request).await?;
    let patch = Patch::new()
        .set(IncomingWebhook::SECRET_HASH, sha256_hex(secret))
        .set(IncomingWebhook::UPDATED_AT, Timestamp::AT_COMMIT);
    let batch = Batch::new()
        .expect_some(may_still_send(&access.member))
        .update_if(&found.id, patch, Filter::revision(found.revision));
    let mut webhook = found.into_inner();
    let (me, conversation) = (&access.member.user_id, &webhook.conversation_id);
    let what = json!({"webhookId": webhook.id, "direction": "incoming"});
    let kind = "conversation.webhook_changed";
    let batch = append(ctx, batch, kind, conversation, Some(me), &what)?;
    let rate = CHANGES.of_caller(ctx).await?;
    let Some(committed) = rate.try_commit(ctx, batch).await? else {
        return Ok(Attempt::Retry);
    };
    webhook.updated_at = committed.at;
    Ok(Attempt::Done(webhook))
}
