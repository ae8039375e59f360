//! `POST /v1/conversations/{conversationId}/webhooks/outgoing/{webhookId}/test`

use std::rc::Rc;

use serde::Serialize;
use serde_json::json;
use whisper_kit::{Code, Ctx, Endpoint, Method, Reply, Request, Result};
use whisper_messages::may_still_send;
use whisper_schema::prelude::{Timestamp, WebhookDelivery};
use whisper_store::Batch;

use super::delivery::{TEST, wake};
use super::named;
use crate::limits::CHANGES;
use crate::worker::Worker;

/// For how long a test waits for its turn, in milliseconds. It is tried once.
const LIFE: i64 = 5 * 60_000;

/// A test that was begun.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(not(target_family = "wasm"), derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct WebhookTestView {
    /// The `webhook-id` under which the log of attempts tells how it went.
    pub delivery_id: String,
}

/// The endpoint.
pub fn endpoint(worker: &Rc<Worker>) -> Endpoint {
    let worker = Rc::clone(worker);
    Endpoint::new(
        Method::POST,
        "/v1/conversations/{conversationId}/webhooks/outgoing/{webhookId}/test",
        "testOutgoingWebhook",
        "Sends an event of the type `test`, once, also to a webhook that is switched off. The log of attempts tells how it went.",
        move |ctx: Ctx, request: Request| {
            let worker = Rc::clone(&worker);
            async move { test(&ctx, &request, &worker).await }
        },
    )
    .reply::<WebhookTestView>(202, "The test is on its way.")
    .codes(&[Code::Forbidden, Code::DirectConversation, Code::WrongKind, Code::RateLimited])
}

async fn test(ctx: &Ctx, request: &Request, worker: &Rc<Worker>) -> Result<Reply> {
    let (access, webhook) = named(ctx, request).await?;
    let delivery = WebhookDelivery {
        id: ctx.new_id()?,
        webhook_id: webhook.id.clone(),
        conversation_id: webhook.conversation_id.clone(),
        event: TEST.to_owned(),
        message_id: None,
        details: json!({"conversationId": webhook.conversation_id}).to_string(),
        happened_at: Timestamp::AT_COMMIT,
        attempts: 0,
        due_at: ctx.now(),
        expires_at: ctx.now().plus(LIFE),
    };
    let batch = Batch::new()
        .expect_some(may_still_send(&access.member))
        .insert(&delivery);
    let rate = CHANGES.of_caller(ctx).await?;
    // Somebody who lost the right in the meantime has no webhook to test.
    if rate.try_commit(ctx, batch).await?.is_none() {
        return Err(whisper_kit::Error::not_found());
    }
    wake(ctx, worker);
    let delivery_id = delivery.id;
    Reply::json(202, &WebhookTestView { delivery_id })
}
