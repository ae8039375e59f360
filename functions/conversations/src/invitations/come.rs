//! `POST /v1/invitations/{code}/join`: the caller joins by a link.

use whisper_kit::{Code, Ctx, Endpoint, Method, OptionExt, Reply, Request, Result};
use whisper_schema::Ephemeral;
use whisper_schema::prelude::ConversationInvitation;
use whisper_store::{Doc, Filter, Query};

use super::code;
use crate::joining::{JoinView, Way, enter};

/// The operation.
pub fn endpoint() -> Endpoint {
    Endpoint::new(
        Method::POST,
        "/v1/invitations/{code}/join",
        "joinByInvitation",
        "The caller joins the group that a link leads to, or asks to where newcomers wait for approval. Somebody who is a member uses \
         nothing of the link.",
        join,
    )
    .reply::<JoinView>(201, "The caller is a member now.")
    .reply::<JoinView>(200, "The caller was a member before.")
    .reply::<JoinView>(202, "The caller waits for approval.")
    .codes(&[Code::ConversationFull, Code::RateLimited])
}

/// Answers 201, 200 or 202 with the outcome.
async fn join(ctx: Ctx, request: Request) -> Result<Reply> {
    let code = request.param("code")?;
    ctx.retry(async || {
        let invitation = standing(&ctx, code).await?;
        enter(&ctx, &invitation.conversation_id, Way::Link(&invitation)).await
    })
    .await
}

/// The invitation with this code, if it stands.
///
/// # Errors
/// `not_found` for any other.
pub async fn standing(ctx: &Ctx, code: &str) -> Result<Doc<ConversationInvitation>> {
    let code = code::read(code).or_not_found()?;
    let invitation = Query::<ConversationInvitation>::new()
        .filter(Filter::eq(ConversationInvitation::CODE, code))
        .first();
    let invitation = ctx.read(invitation).await?;
    invitation
        .filter(|invitation| invitation.stands(ctx.now()))
        .or_not_found()
}
