//! Asking to join: the request that members answer.

use serde_json::json;
use whisper_kit::events::append;
use whisper_kit::{Ctx, Result};
use whisper_schema::Ephemeral;
use whisper_schema::prelude::{
    Column, Conversation, ConversationInvitation, ConversationJoinRequest, JoinRequestStatus,
    Timestamp,
};
use whisper_store::{Batch, Doc, Filter, Patch};

use super::request_id;

/// The commit of a user's asking; none where they asked before, and as far as they know wait for an answer.
///
/// One that was declined and taken back stays declined: it looks as a new one does, and the members aren't asked.
///
/// # Errors
/// A fault when the runtime has no randomness.
pub fn asking(
    ctx: &Ctx,
    batch: Batch,
    conversation: &Conversation,
    me: &str,
    link: Option<&Doc<ConversationInvitation>>,
    former: &Option<Doc<ConversationJoinRequest>>,
) -> Result<Option<Batch>> {
    let former = former.as_ref();
    let lasting = former.filter(|request| request.lasts(ctx.now()));
    match lasting.map(|request| (request, request.status)) {
        Some((request, JoinRequestStatus::Withdrawn)) => {
            let declined = JoinRequestStatus::Declined;
            let declined = Patch::new()
                .set(ConversationJoinRequest::STATUS, declined)
                .set(ConversationJoinRequest::CREATED_AT, Timestamp::AT_COMMIT);
            let as_read = Filter::revision(request.revision);
            return Ok(Some(batch.update_if(&request.id, declined, as_read)));
        }
        Some(_) => return Ok(None),
        None => {}
    }
    let request = ConversationJoinRequest {
        id: request_id(&conversation.id, me),
        conversation_id: conversation.id.clone(),
        user_id: me.to_owned(),
        status: JoinRequestStatus::Pending,
        invitation_id: link.map(|link| link.id.clone()),
        created_at: Timestamp::AT_COMMIT,
        expires_at: ctx.now().plus(ConversationJoinRequest::LIFETIME),
    };
    let batch = match former {
        // It has ended, and wasn't swept yet.
        Some(former) => {
            let ended = Filter::revision(former.revision);
            batch.update_if(&former.id, anew(&request), ended)
        }
        None => batch.insert(&request),
    };
    let batch = match link {
        Some(link) => batch.expect_some(Filter::and([
            Filter::eq(Column::id(), link.id.as_str()),
            Filter::<ConversationInvitation>::stands(Timestamp::AT_COMMIT),
        ])),
        None => batch,
    };
    let what = json!({"userId": me});
    let kind = "conversation.join_requested";
    append(ctx, batch, kind, &conversation.id, Some(me), &what).map(Some)
}

fn anew(request: &ConversationJoinRequest) -> Patch<ConversationJoinRequest> {
    Patch::new()
        .set(ConversationJoinRequest::STATUS, request.status)
        .set(
            ConversationJoinRequest::INVITATION_ID,
            request.invitation_id.clone(),
        )
        .set(ConversationJoinRequest::CREATED_AT, request.created_at)
        .set(ConversationJoinRequest::EXPIRES_AT, request.expires_at)
}
