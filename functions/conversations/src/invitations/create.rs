//! `POST /v1/conversations/{conversationId}/invitations`: makes a link that invites.

use serde_json::json;
use whisper_kit::events::append;
use whisper_kit::idempotency::Once;
use whisper_kit::{
    Attempt, Code, Ctx, Endpoint, Error, Json, Method, Reply, Request, Result, Rule,
};
use whisper_schema::Body;
use whisper_schema::prelude::{ConversationInvitation, Timestamp};
use whisper_store::Batch;

use super::code::new_code;
use super::one::refuse;
use super::view::InvitationView;
use crate::access::{admit, door, this_one};
use crate::limits::{INVITATIONS, Uses};

/// An invitation to be made.
#[derive(Clone, Debug, Body)]
#[body(of = ConversationInvitation)]
#[body(example = r#"{"name": "Poster", "maxUses": 50, "needsApproval": true}"#)]
pub struct NewInvitation {
    /// Name by which the members who invite tell it from others, 1 to 100 characters.
    pub name: Option<String>,
    /// When it stops working, in the future; never if not said.
    pub expires_at: Option<Timestamp>,
    /// How many users may join by it, 1 to 200,000; any number if not said.
    pub max_uses: Option<i64>,
    /// Whether users who come by it wait for approval.
    #[field(default = false)]
    pub needs_approval: bool,
}

/// The operation.
pub fn endpoint() -> Endpoint {
    Endpoint::new(
        Method::POST,
        super::INVITATIONS,
        "createInvitation",
        "Makes a link that invites into a group; for members whom `inviteMembers` names. It works while its maker is one of them.",
        create,
    )
    .headers(&["idempotency-key"])
    .reply::<InvitationView>(201, "The invitation.")
    .codes(&[
        Code::Forbidden,
        Code::DirectConversation, Code::WrongKind,
        Code::IdempotencyKeyReused,
        Code::InvalidHeader,
        Code::RateLimited,
    ])
}

/// Answers 201 with the invitation.
async fn create(ctx: Ctx, request: Request, Json(new): Json<NewInvitation>) -> Result<Reply> {
    let id = request.id("conversationId")?;
    let me = ctx.caller()?.user_id;
    let once = Once::of(&request, &me, "POST /v1/conversations/…/invitations")?;
    if let Some(reply) = once.replay(&ctx).await? {
        return Ok(reply);
    }
    refuse_past(new.expires_at, ctx.now())?;
    ctx.retry(async || attempt(&ctx, id, &new, &once).await)
        .await
}

async fn attempt(ctx: &Ctx, id: &str, new: &NewInvitation, once: &Once) -> Result<Attempt<Reply>> {
    let me = ctx.caller()?.user_id;
    let access = admit(ctx.read(door(id, &me)).await?)?;
    refuse(&access)?;
    let invitation = new.invitation(ctx, id, &me)?;
    let batch = Batch::new()
        .expect_some(this_one(&access.me))
        .insert(&invitation);
    let what = json!({"invitationId": invitation.id});
    let kind = "conversation.invitation_created";
    let batch = append(ctx, batch, kind, id, Some(&me), &what)?;
    let uses = Uses::of(ctx, &[(INVITATIONS, 1)]).await?;
    let batch = uses.count_in(batch, ctx.now());
    let outcome = once.commit(ctx, batch, |at| {
        let invitation = ConversationInvitation {
            created_at: at,
            ..invitation.clone()
        };
        let me = Some(&access.me.value);
        let view = InvitationView::new(invitation, &access.conversation, me, ctx.now());
        Reply::created(&view)
    });
    Attempt::of(uses.refuse(outcome.await, ctx.now()))
}

/// Refuses an end that has passed.
///
/// # Errors
/// `validation_failed`.
pub fn refuse_past(end: Option<Timestamp>, now: Timestamp) -> Result<()> {
    match end {
        Some(end) if end <= now => {
            let detail = "must lie in the future";
            Err(Error::field("expiresAt", Rule::Range, detail))
        }
        _ => Ok(()),
    }
}

/// Until when an invitation is kept that stops working then.
pub fn kept(end: Timestamp) -> Timestamp {
    end.plus(ConversationInvitation::KEPT)
}

impl NewInvitation {
    fn invitation(
        &self,
        ctx: &Ctx,
        conversation: &str,
        by: &str,
    ) -> Result<ConversationInvitation> {
        Ok(ConversationInvitation {
            id: ctx.new_id()?,
            conversation_id: conversation.to_owned(),
            code: new_code()?,
            name: self.name.clone(),
            created_by: by.to_owned(),
            needs_approval: self.needs_approval,
            expires_at: self.expires_at,
            max_uses: self.max_uses,
            kept_until: self.expires_at.map(kept),
            created_at: Timestamp::AT_COMMIT,
            ..ConversationInvitation::default()
        })
    }
}
