//! `DELETE /v1/conversations/{conversationId}/webhooks/incoming/{webhookId}`

use serde_json::json;
use whisper_kit::events::append;
use whisper_kit::{Attempt, Code, Ctx, Endpoint, Method, Reply, Request, Result};
use whisper_messages::may_still_send;
use whisper_schema::prelude::{Column, IncomingWebhook, Profile};
use whisper_store::{Batch, Filter};

use super::named;
use crate::limits::CHANGES;

/// The endpoint.
pub fn endpoint() -> Endpoint {
    Endpoint::new(
        Method::DELETE,
        super::ONE,
        "deleteIncomingWebhook",
        "Deletes an incoming webhook: its address is as one that never was. Its messages stay, with the names they were sent under.",
        delete,
    )
    .reply_empty(204, "It is gone.")
    .codes(&[Code::Forbidden, Code::DirectConversation, Code::WrongKind, Code::RateLimited])
}

async fn delete(ctx: Ctx, request: Request) -> Result<Reply> {
    ctx.retry(async || attempt(&ctx, &request).await).await?;
    Ok(Reply::no_content())
}

async fn attempt(ctx: &Ctx, request: &Request) -> Result<Attempt<()>> {
    let (access, webhook) = named(ctx, request).await?;
    let sender = Filter::<Profile>::eq(Column::id(), webhook.user_id.as_str());
    let batch = Batch::new()
        .expect_some(may_still_send(&access.member))
        .delete_if(
            &webhook.id,
            Filter::<IncomingWebhook>::revision(webhook.revision),
        )
        .delete_where(sender, 1);
    let (me, conversation) = (&access.member.user_id, &webhook.conversation_id);
    let what = json!({"webhookId": webhook.id, "direction": "incoming"});
    let kind = "conversation.webhook_deleted";
    let batch = append(ctx, batch, kind, conversation, Some(me), &what)?;
    let rate = CHANGES.of_caller(ctx).await?;
    let committed = rate.try_commit(ctx, batch).await?;
    Ok(committed.map_or(Attempt::Retry, |_| Attempt::Done(())))
}
