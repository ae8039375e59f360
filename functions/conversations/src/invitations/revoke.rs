//! `DELETE /v1/conversations/{conversationId}/invitations/{invitationId}`: revokes a link that invites.

use serde_json::json;
use whisper_kit::events::append;
use whisper_kit::{Attempt, Code, Ctx, Endpoint, Method, Reply, Request, Result};
use whisper_schema::prelude::{ConversationInvitation, Timestamp};
use whisper_store::{Batch, Filter, Patch};

use super::create::kept;
use super::one::Invited;
use crate::access::this_one;
use crate::limits::{CHANGES, Uses};

/// The operation.
pub fn endpoint() -> Endpoint {
    Endpoint::new(
        Method::DELETE,
        super::INVITATION,
        "revokeInvitation",
        "Revokes a link that invites into a group: nobody comes in by it any more. Users who wait for approval go on waiting.",
        revoke,
    )
    .reply_empty(204, "It doesn't work any more.")
    .codes(&[
        Code::Forbidden,
        Code::DirectConversation, Code::WrongKind,
        Code::RateLimited,
    ])
}

/// Answers 204, also where it was revoked before.
async fn revoke(ctx: Ctx, request: Request) -> Result<Reply> {
    let (id, invitation) = (request.id("conversationId")?, request.id("invitationId")?);
    ctx.retry(async || attempt(&ctx, id, invitation).await)
        .await?;
    Ok(Reply::no_content())
}

async fn attempt(ctx: &Ctx, id: &str, invitation: &str) -> Result<Attempt<()>> {
    let me = ctx.caller()?.user_id;
    let invited = Invited::read(ctx, id, invitation).await?;
    if invited.invitation.revoked_at.is_some() {
        return Ok(Attempt::Done(()));
    }
    let revoked = Patch::new()
        .set(ConversationInvitation::REVOKED_AT, Timestamp::AT_COMMIT)
        .set(ConversationInvitation::KEPT_UNTIL, kept(ctx.now()));
    let standing = Filter::is_null(ConversationInvitation::REVOKED_AT);
    let batch = Batch::new()
        .expect_some(this_one(&invited.access.me))
        .update_if(invitation, revoked, standing);
    let what = json!({"invitationId": invitation});
    let kind = "conversation.invitation_revoked";
    let batch = append(ctx, batch, kind, id, Some(&me), &what)?;
    let uses = Uses::of(ctx, &[(CHANGES, 1)]).await?;
    let committed = uses.try_commit(ctx, batch).await?;
    Ok(committed.map_or(Attempt::Retry, |_| Attempt::Done(())))
}
