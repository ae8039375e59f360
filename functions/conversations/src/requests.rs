//! `POST /v1/conversations/{conversationId}/accept` and `…/decline`: the answer to a stranger's request, a
//! conversation that they began or brought the caller into.
//!
//! Writing in it accepts it too. Declining it puts it away: it stays a request, so it still sends no pushes, and the
//! stranger isn't told.

use whisper_kit::{Attempt, Ctx, Endpoint, Method, Reply, Request, Result};
use whisper_people::request_accepted;
use whisper_schema::prelude::{ConversationMember, Timestamp};
use whisper_store::{Batch, Filter, Patch};
use whisper_views::conversations::MyMembershipView;

use crate::access::{active, admit, door};
use crate::mine;
use crate::my_settings::my_membership;

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
        "Puts a conversation away that a stranger began or brought the caller into; it goes on to ring nobody, and the stranger isn't told.",
        decline,
    )
    .reply::<MyMembershipView>(
        200,
        "The caller's membership; it stays as it is where the conversation is no request.",
    )
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

/// Answers 200 with the membership; put away.
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
                let batch = change(ctx, &mut access.me.value, verdict)?;
                if ctx.try_commit(batch).await?.is_none() {
                    return Ok(Attempt::Retry);
                }
            }
            Ok(Attempt::Done(access))
        })
        .await?;
    my_membership(ctx, &access).await
}

/// The changes that the answer makes, in the database and in the membership that was read.
fn change(ctx: &Ctx, me: &mut ConversationMember, verdict: Verdict) -> Result<Batch> {
    match verdict {
        Verdict::Accept => {
            let batch = wanted(ctx, me)?;
            (me.is_request, me.is_archived) = (false, false);
            Ok(batch)
        }
        Verdict::Decline => {
            me.is_archived = true;
            let patch = Patch::new()
                .set(ConversationMember::IS_ARCHIVED, true)
                .set(ConversationMember::UPDATED_AT, Timestamp::AT_COMMIT);
            let batch = Batch::new().update_if(&me.id, patch, still_asked());
            mine::changed(ctx, batch, &me.user_id, &me.conversation_id)
        }
    }
}

/// Has a member want a conversation that was a request to them: they came to it on their own.
///
/// # Errors
/// A fault when the runtime has no randomness.
pub fn wanted(ctx: &Ctx, member: &ConversationMember) -> Result<Batch> {
    request_accepted(ctx, Batch::new(), member, Some(still_asked()))
}

/// Holds for a membership that is a request still.
fn still_asked() -> Filter<ConversationMember> {
    Filter::and([active(), Filter::eq(ConversationMember::IS_REQUEST, true)])
}
