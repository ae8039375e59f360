//! `GET /v1/conversations/{conversationId}/webhooks/outgoing`

use whisper_kit::page::Listing;
use whisper_kit::{Code, Ctx, Endpoint, Method, Reply, Request, Result};
use whisper_store::Doc;

use super::of_conversation;
use super::view::OutgoingWebhookView;
use crate::access::check_manager;

/// The endpoint.
pub fn endpoint() -> Endpoint {
    Endpoint::new(
        Method::GET,
        super::ALL,
        "listOutgoingWebhooks",
        "The outgoing webhooks of a group, for members whom `editDetails` names.",
        list,
    )
    .reply::<Listing<OutgoingWebhookView>>(200, "All of them, at most 10.")
    .codes(&[Code::Forbidden, Code::DirectConversation, Code::WrongKind])
}

async fn list(ctx: Ctx, request: Request) -> Result<Reply> {
    let conversation = request.id("conversationId")?;
    check_manager(&ctx, conversation, &ctx.caller()?.user_id).await?;
    let found = ctx.read(of_conversation(conversation)).await?;
    let items = found.into_iter().map(Doc::into_inner);
    Reply::ok(&Listing {
        items: items.map(OutgoingWebhookView::from).collect(),
        next: None,
        previous: None,
    })
}
