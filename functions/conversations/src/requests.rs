//! `POST /v1/conversations/{conversationId}/accept` and `…/decline`: the answer to a stranger's request, a conversation that
//! they began or a group that they brought the caller into.
//!
//! Writing in it accepts it too. Declining a direct conversation puts it away: it stays a request, so it goes on to ring
//! nobody, and the stranger isn't told. Declining a group leaves it.

use whisper_kit::{Attempt, Code, Ctx, Endpoint, Method, Reply, Request, Result};
use whisper_schema::prelude::{Column, ConversationKind, ConversationMember, Timestamp};
use whisper_store::{Batch, Filter, Patch};

use crate::access::{Access, active, admit, door};
use crate::leave::leaving;
use crate::my_settings::my_membership;
use crate::view::MyMembershipView;

/// Accepting.
pub fn accepting() -> Endpoint {
    Endpoint::new(
        Method::POST,
        "/v1/conversations/{conversationId}/accept",
        "acceptConversation",
        "The caller wants to hear of a conversation that a stranger began or brought them into.",
        accept,
    )
    .reply::<MyMembershipView>(
        200,
        "The caller's membership; it is no request, or was none.",
    )
}

/// Declining.
pub fn declining() -> Endpoint {
    Endpoint::new(
        Method::POST,
        "/v1/conversations/{conversationId}/decline",
        "declineConversation",
        "Puts a direct conversation away that a stranger began: it goes on to ring nobody, and the stranger isn't told. Leaves a group \
         that a stranger brought the caller into.",
        decline,
    )
    .reply::<MyMembershipView>(
        200,
        "The caller's membership, as it was if they left; what is no request stays as it is.",
    )
    .codes(&[Code::LastOwner])
}

/// The two answers.
#[derive(Clone, Copy)]
enum Verdict {
    Accept,
    Decline,
}

/// Answers 200 with the membership; no request any more, and listed with the others.
async fn accept(ctx: Ctx, request: Request) -> Result<Reply> {
    decide(&ctx, request.id("conversationId")?, Verdict::Accept).await
}

/// Answers 200 with the membership; put away or left.
async fn decline(ctx: Ctx, request: Request) -> Result<Reply> {
    decide(&ctx, request.id("conversationId")?, Verdict::Decline).await
}

/// Changes a membership that is a request; any other stays as it is.
async fn decide(ctx: &Ctx, id: &str, verdict: Verdict) -> Result<Reply> {
    let user = ctx.caller()?.user_id;
    let access = ctx
        .retry(async || {
            let mut access = admit(ctx.read(door(id, &user)).await?)?;
            if access.me.is_request {
                let batch = change(ctx, &mut access, verdict)?;
                if ctx.try_commit(batch).await?.is_none() {
                    return Ok(Attempt::Retry);
                }
            }
            Ok(Attempt::Done(access))
        })
        .await?;
    my_membership(ctx, &access).await
}

/// What the answer changes, in the database and in the membership that was read.
fn change(ctx: &Ctx, access: &mut Access, verdict: Verdict) -> Result<Batch> {
    let still = Filter::and([
        Filter::eq(Column::id(), access.me.id.as_str()),
        active(),
        Filter::eq(ConversationMember::IS_REQUEST, true),
    ]);
    let batch = Batch::new().expect_some(still);
    let is_direct = access.conversation.kind == ConversationKind::Direct;
    let me = &mut access.me.value;
    (me.is_request, me.is_archived) = match verdict {
        Verdict::Accept => (false, false),
        Verdict::Decline if is_direct => (true, true),
        Verdict::Decline => return leaving(ctx, batch, access),
    };
    let patch = Patch::new()
        .set(ConversationMember::IS_REQUEST, me.is_request)
        .set(ConversationMember::IS_ARCHIVED, me.is_archived)
        .set(ConversationMember::UPDATED_AT, Timestamp::AT_COMMIT);
    Ok(batch.update(&me.id, patch))
}
