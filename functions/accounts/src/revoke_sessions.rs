//! `DELETE /v1/sessions`: signs out everywhere, or everywhere else.

use serde::Deserialize;
use serde_json::json;
use whisper_kit::auth::revoke_all;
use whisper_kit::{Ctx, Endpoint, Method, Params, Reply, Request, Result};
use whisper_schema::prelude::UserActivityType;
use whisper_store::Batch;

use crate::trail;

/// The parameters.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(not(target_family = "wasm"), derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RevokeSessions {
    /// Whether the session that asks goes on.
    #[serde(default)]
    keep_current: bool,
}

/// The endpoint.
pub fn endpoint() -> Endpoint {
    Endpoint::new(
        Method::DELETE,
        "/v1/sessions",
        "revokeSessions",
        "Ends all of the caller's sessions at once, this one too unless it is kept",
        revoke,
    )
    .own_accounts()
    .reply_empty(204, "The sessions have ended.")
}

async fn revoke(
    ctx: Ctx,
    request: Request,
    Params(RevokeSessions { keep_current }): Params<RevokeSessions>,
) -> Result<Reply> {
    let caller = ctx.caller()?;
    let keep = keep_current.then_some(caller.session_id.as_str());
    let batch = revoke_all(Batch::new(), &caller.user_id, keep);
    let batch = trail::activity(
        &ctx,
        &request,
        batch,
        &caller.user_id,
        UserActivityType::Logout,
    )?;
    let what = json!({"keptSessionId": keep});
    let batch = trail::event(&ctx, batch, "sessions.revoked", &caller.user_id, &what)?;
    ctx.store().await?.commit(batch).await?;
    Ok(Reply::no_content())
}
