//! `PATCH /v1/conversations/{id}`: changes name, description, picture and settings.

use serde_json::{Map, Value, json};
use whisper_kit::events::append;
use whisper_kit::precondition::{IfMatch, if_match};
use whisper_kit::{Code, Ctx, Endpoint, Error, Method, Reply, Request, Result};
use whisper_schema::prelude::ConversationKind;
use whisper_store::Batch;

use crate::access::{admit, door, this_one};
use crate::commit::{commit, settle};
use crate::details::{ConversationChange, change, fingerprint, unchanged};
use crate::get::answer;
use crate::rules::may_manage;
use crate::view::{ConversationView, shown_members};

/// The operation.
pub fn endpoint() -> Endpoint {
    Endpoint::new(
        Method::PATCH,
        "/v1/conversations/{id}",
        "updateConversation",
        "Changes name, description, picture and settings; for the owner and admins.",
        edit,
    )
    .headers(&["if-match"])
    .body::<ConversationChange>()
    .reply::<ConversationView>(200, "The changed conversation.")
    .codes(&[
        Code::Forbidden,
        Code::PreconditionRequired,
        Code::PreconditionFailed,
    ])
}

/// Answers 200 with the changed conversation and its new ETag.
async fn edit(ctx: Ctx, request: Request) -> Result<Reply> {
    let id = request.id("id")?;
    let precondition = if_match(&request)?;
    let body: Map<String, Value> = request.json()?;
    settle(async || attempt(&ctx, id, precondition, &body).await).await
}

async fn attempt(
    ctx: &Ctx,
    id: &str,
    precondition: IfMatch,
    body: &Map<String, Value>,
) -> Result<Option<Reply>> {
    let me = ctx.caller()?.user_id;
    let (found, shown) = ctx.read((door(id, &me), shown_members(id))).await?;
    let mut access = admit(found)?;
    // Between two, both may: all they can change is their settings.
    if access.conversation.kind != ConversationKind::Direct && !may_manage(access.me.role) {
        return Err(Error::forbidden(
            "Only the owner and admins may change the conversation.",
        ));
    }
    precondition.check(fingerprint(&access.conversation))?;
    let before = access.conversation.value.clone();
    let patch = change(body.clone(), &mut access.conversation.value)?;
    if !patch.is_empty() {
        let batch =
            Batch::new()
                .expect_some(this_one(&access.me))
                .update_if(id, patch, unchanged(&before));
        let what = json!({"fields": body.keys().collect::<Vec<_>>()});
        let batch = append(ctx, batch, "conversation.updated", id, Some(&me), &what)?;
        let Some(committed) = commit(ctx, batch).await? else {
            return Ok(None);
        };
        access.conversation.value.updated_at = Some(committed.at);
    }
    answer(ctx, access, shown.into()).await.map(Some)
}
