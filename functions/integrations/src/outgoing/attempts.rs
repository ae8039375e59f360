//! `GET /v1/conversations/{conversationId}/webhooks/outgoing/{webhookId}/attempts`

use whisper_kit::page::{Listing, Window};
use whisper_kit::{Code, Ctx, Endpoint, Method, Reply, Request, Result};
use whisper_schema::prelude::{Column, WebhookAttempt};
use whisper_store::{Filter, Order, Query};

use super::named;
use super::view::WebhookAttemptView;

/// The endpoint.
pub fn endpoint() -> Endpoint {
    Endpoint::new(
        Method::GET,
        "/v1/conversations/{conversationId}/webhooks/outgoing/{webhookId}/attempts",
        "listWebhookAttempts",
        "The attempts to tell an outgoing webhook of events, of the last 7 days, the latest first.",
        attempts,
    )
    .reply::<Listing<WebhookAttemptView>>(200, "A page of attempts.")
    .codes(&[Code::Forbidden, Code::DirectConversation, Code::WrongKind])
}

async fn attempts(ctx: Ctx, request: Request, window: Window) -> Result<Reply> {
    let (_, webhook) = named(&ctx, &request).await?;
    let query = Query::<WebhookAttempt>::new()
        .filter(Filter::eq(WebhookAttempt::WEBHOOK_ID, webhook.id.as_str()))
        .filter(Filter::gt(WebhookAttempt::EXPIRES_AT, ctx.now()))
        .order(Order::desc(Column::seq()));
    let page = ctx.read(window.over(query).page()).await?;
    let items = page.items.iter();
    let items = items.map(|attempt| WebhookAttemptView::from(attempt.value.clone()));
    window.reply(&ctx, &page, items.collect()).await
}
