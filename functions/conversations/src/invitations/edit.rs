//! `PATCH /v1/conversations/{conversationId}/invitations/{invitationId}`: changes a link that invites.

use serde_json::json;
use whisper_kit::events::append;
use whisper_kit::{Attempt, Code, Ctx, Endpoint, Error, Json, Method, Reply, Request, Result};
use whisper_schema::Body;
use whisper_schema::body::{Change, Changes};
use whisper_schema::prelude::{ConversationInvitation, Timestamp};
use whisper_store::{Batch, Filter, Patch};

use super::create::{kept, refuse_past};
use super::one::Invited;
use super::view::InvitationView;
use crate::access::this_one;
use crate::limits::{CHANGES, Uses};

/// A change of an invitation; null takes a value away.
#[derive(Clone, Debug, Body)]
#[body(changes = ConversationInvitation, example = r#"{"name": "Poster", "maxUses": null}"#)]
pub struct InvitationChange {
    /// Name by which the members who invite tell it from others, 1 to 100 characters.
    pub name: Change<String>,
    /// When it stops working, in the future.
    pub expires_at: Change<Timestamp>,
    /// How many users may join by it, those who did included.
    pub max_uses: Change<i64>,
    /// Whether users who come by it wait for approval.
    pub needs_approval: Option<bool>,
}

/// The operation.
pub fn endpoint() -> Endpoint {
    Endpoint::new(
        Method::PATCH,
        super::INVITATION,
        "updateInvitation",
        "Changes a link that invites into a group; one that was revoked stays as it is.",
        edit,
    )
    .reply::<InvitationView>(200, "The changed invitation.")
    .codes(&[
        Code::Forbidden,
        Code::DirectConversation,
        Code::WrongKind,
        Code::RateLimited,
    ])
}

/// Answers 200 with the changed invitation.
async fn edit(ctx: Ctx, request: Request, Json(change): Json<InvitationChange>) -> Result<Reply> {
    let (id, invitation) = (request.id("conversationId")?, request.id("invitationId")?);
    if let Change::Set(end) = change.expires_at {
        refuse_past(Some(end), ctx.now())?;
    }
    ctx.retry(async || attempt(&ctx, id, invitation, &change).await)
        .await
}

async fn attempt(
    ctx: &Ctx,
    id: &str,
    invitation: &str,
    change: &InvitationChange,
) -> Result<Attempt<Reply>> {
    let me = ctx.caller()?.user_id;
    let mut invited = Invited::read(ctx, id, invitation).await?;
    if invited.invitation.revoked_at.is_some() {
        return Err(Error::not_found());
    }
    let changed = change.clone().apply(&mut invited.invitation.value);
    if !changed.is_empty() {
        let fields: Vec<&str> = changed.iter().map(|(column, _)| column.key()).collect();
        let what = json!({"invitationId": invitation, "fields": fields});
        let end = invited.invitation.expires_at.map(kept);
        let patch = Patch::of(changed).set(ConversationInvitation::KEPT_UNTIL, end);
        // Uses that others make meanwhile change the row as well, and don't matter.
        let as_read = Filter::and([
            Filter::is_null(ConversationInvitation::REVOKED_AT),
            same_end(change, &invited.invitation),
        ]);
        let batch = Batch::new()
            .expect_some(this_one(&invited.access.me))
            .update_if(invitation, patch, as_read);
        let kind = "conversation.invitation_changed";
        let batch = append(ctx, batch, kind, id, Some(&me), &what)?;
        let uses = Uses::of(ctx, &[(CHANGES, 1)]).await?;
        if uses.try_commit(ctx, batch).await?.is_none() {
            return Ok(Attempt::Retry);
        }
    }
    Reply::ok(&invited.view(ctx).await?).map(Attempt::Done)
}

/// Holds while the end is as it was read, where the change leaves it: the time until which the row is kept follows from it.
fn same_end(
    change: &InvitationChange,
    read: &ConversationInvitation,
) -> Filter<ConversationInvitation> {
    let end = ConversationInvitation::EXPIRES_AT;
    match (&change.expires_at, read.expires_at) {
        (Change::Keep, Some(at)) => Filter::eq(end, at),
        (Change::Keep, None) => Filter::is_null(end),
        _ => Filter::and([]),
    }
}
