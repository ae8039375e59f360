//! `DELETE /v1/sessions/{sessionId}`: signs one device out.

use serde_json::json;
use whisper_kit::{Code, Ctx, Endpoint, Method, Reply, Request, Result, ResultExt};
use whisper_schema::prelude::{Session, UserActivityType};
use whisper_store::{Batch, Filter};

use crate::trail;

/// Label of the operation that deletes the session.
const SESSION: &str = "session";
/// Stands for the session that asks.
const CURRENT: &str = "current";

/// The endpoint.
pub fn endpoint() -> Endpoint {
    Endpoint::new(
        Method::DELETE,
        "/v1/sessions/{sessionId}",
        "revokeSession",
        "Ends one of the caller's sessions at once; `current` stands for the one that asks",
        revoke,
    )
    .own_accounts()
    .reply_empty(204, "The session has ended.")
    .codes(&[Code::NotFound])
}

async fn revoke(ctx: Ctx, request: Request) -> Result<Reply> {
    let caller = ctx.caller()?;
    let id = match request.id("sessionId")? {
        CURRENT => caller.session_id.as_str(),
        id => id,
    };
    let own = Filter::<Session>::eq(Session::USER_ID, caller.user_id.as_str());
    let batch = Batch::new().delete_if(id, own).label(SESSION);
    let batch = trail::activity(
        &ctx,
        &request,
        batch,
        &caller.user_id,
        UserActivityType::Logout,
    )?;
    let batch = trail::event(
        &ctx,
        batch,
        "session.revoked",
        &caller.user_id,
        &json!({"sessionId": id}),
    )?;
    let nothing = "There is nothing here that you may see.";
    ctx.store()
        .await?
        .commit(batch)
        .await
        .on_failed(SESSION, Code::NotFound, nothing)?;
    Ok(Reply::no_content())
}
