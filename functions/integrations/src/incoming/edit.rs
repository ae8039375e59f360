//! `PATCH /v1/conversations/{conversationId}/webhooks/incoming/{webhookId}`

use serde_json::json;
use whisper_kit::events::append;
use whisper_kit::{Attempt, Code, Ctx, Endpoint, Json, Method, Reply, Request, Result};
use whisper_messages::may_still_send;
use whisper_schema::Body;
use whisper_schema::body::forms::SECURE_URL;
use whisper_schema::body::{Change, Changes};
use whisper_schema::prelude::{IncomingWebhook, Profile, Timestamp};
use whisper_store::{Batch, Filter, Patch};

use super::named;
use super::view::IncomingWebhookView;
use crate::limits::CHANGES;

/// A change of an incoming webhook; null takes the picture away.
#[derive(Clone, Debug, Body)]
#[body(changes = IncomingWebhook)]
#[body(example = r#"{"name": "Builds", "avatarUrl": null}"#)]
pub struct IncomingWebhookChange {
    /// Name of its messages' sender: 1 to 80 characters.
    pub name: Option<String>,
    /// Where the picture of its messages' sender is served: an https address.
    #[field(is = SECURE_URL)]
    pub avatar_url: Change<String>,
}

/// The endpoint.
pub fn endpoint() -> Endpoint {
    Endpoint::new(
        Method::PATCH,
        super::ONE,
        "updateIncomingWebhook",
        "Changes name and picture of the sender of an incoming webhook's messages.",
        edit,
    )
    .reply::<IncomingWebhookView>(200, "The changed webhook.")
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
    Json(change): Json<IncomingWebhookChange>,
) -> Result<Reply> {
    let webhook = ctx
        .retry(async || attempt(&ctx, &request, change.clone()).await)
        .await?;
    Reply::ok(&IncomingWebhookView::from(webhook))
}

async fn attempt(
    ctx: &Ctx,
    request: &Request,
    change: IncomingWebhookChange,
) -> Result<Attempt<IncomingWebhook>> {
    let (access, found) = named(ctx, request).await?;
    let as_read = Filter::revision(found.revision);
    let mut webhook = found.into_inner();
    let changed = change.apply(&mut webhook);
    if changed.is_empty() {
        return Ok(Attempt::Done(webhook));
    }
    let sender = Patch::new()
        .set(Profile::DISPLAY_NAME, webhook.name.as_str())
        .set(Profile::AVATAR_URL, webhook.avatar_url.clone())
        .set(Profile::UPDATED_AT, Timestamp::AT_COMMIT);
    let patch = Patch::of(changed).set(IncomingWebhook::UPDATED_AT, Timestamp::AT_COMMIT);
    let batch = Batch::new()
        .expect_some(may_still_send(&access.member))
        .update_if(&webhook.id, patch, as_read)
        .update(&webhook.user_id, sender);
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
