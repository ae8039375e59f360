//! `POST /v1/conversations/{conversationId}/join`: the caller joins a public group.

use whisper_kit::{Code, Ctx, Endpoint, Method, Reply, Request, Result};

use super::{JoinView, Way, enter};

/// The operation.
pub fn endpoint() -> Endpoint {
    Endpoint::new(
        Method::POST,
        "/v1/conversations/{conversationId}/join",
        "joinConversation",
        "The caller joins a public group or channel, or the group of a channel that they subscribe to; or asks to where newcomers wait for approval.",
        join,
    )
    .reply::<JoinView>(201, "The caller is a member now.")
    .reply::<JoinView>(200, "The caller was a member before.")
    .reply::<JoinView>(202, "The caller waits for approval.")
    .codes(&[Code::ConversationFull, Code::RateLimited])
}

/// Answers 201, 200 or 202 with the outcome.
async fn join(ctx: Ctx, request: Request) -> Result<Reply> {
    let id = request.id("conversationId")?;
    ctx.retry(async || enter(&ctx, id, Way::Directory).await)
        .await
}
