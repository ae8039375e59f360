//! `POST /v1/conversations/{conversationId}/accept` and `…/decline`: what becomes of a conversation that a stranger began.
//!
//! Answering accepts it too. Who declines puts it away: it stays a request, so it goes on to ring nobody, and the
//! stranger isn't told.

use whisper_kit::{Attempt, Ctx, Endpoint, Method, Reply, Request, Result};
use whisper_schema::prelude::{ConversationMember, Timestamp};
use whisper_store::{Batch, Filter, Patch};

use crate::access::{active, admit, door};
use crate::my_settings::my_membership;
use crate::view::MyMembershipView;

/// Accepting.
pub fn accepting() -> Endpoint {
    Endpoint::new(
        Method::POST,
        "/v1/conversations/{conversationId}/accept",
        "acceptConversation",
        "The caller wants to hear of a conversation that a stranger began.",
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
        "Puts a conversation away that a stranger began; it goes on to ring nobody, and the stranger isn't told.",
        decline,
    )
    .reply::<MyMembershipView>(200, "The caller's membership; what is no request stays as it is.")
}

async fn accept(ctx: Ctx, request: Request) -> Result<Reply> {
    let wanted = Patch::new()
        .set(ConversationMember::IS_REQUEST, false)
        .set(ConversationMember::IS_ARCHIVED, false);
    decide(&ctx, request.id("conversationId")?, &wanted, |me| {
        (me.is_request, me.is_archived) = (false, false);
    })
    .await
}

async fn decline(ctx: Ctx, request: Request) -> Result<Reply> {
    let away = Patch::new().set(ConversationMember::IS_ARCHIVED, true);
    decide(&ctx, request.id("conversationId")?, &away, |me| {
        me.is_archived = true;
    })
    .await
}

/// Changes the caller's membership if it is a request, and answers with it.
async fn decide(
    ctx: &Ctx,
    id: &str,
    patch: &Patch<ConversationMember>,
    apply: impl Fn(&mut ConversationMember),
) -> Result<Reply> {
    let user = ctx.caller()?.user_id;
    let me = ctx
        .retry(async || {
            let mut me = admit(ctx.read(door(id, &user)).await?)?.me.into_inner();
            if !me.is_request {
                return Ok(Attempt::Done(me));
            }
            let patch = patch.clone();
            let patch = patch.set(ConversationMember::UPDATED_AT, Timestamp::AT_COMMIT);
            let still = Filter::eq(ConversationMember::IS_REQUEST, true);
            let still = Filter::and([active(), still]);
            let batch = Batch::new().update_if(&me.id, patch, still);
            let committed = ctx.try_commit(batch).await?;
            apply(&mut me);
            Ok(committed.map_or(Attempt::Retry, |_| Attempt::Done(me)))
        })
        .await?;
    my_membership(ctx, &me).await
}
