//! The trail that a use case leaves beside its effect: an activity of the user, and an event.

use serde_json::{Value, json};
use whisper_kit::{Ctx, Request, Result, events};
use whisper_schema::Timestamp;
use whisper_schema::prelude::{UserActivity, UserActivityType};
use whisper_store::Batch;

/// Adds the user's activity to a commit. Consumers are woken after the answer.
///
/// # Errors
/// A fault when the runtime has no randomness.
pub fn activity(
    ctx: &Ctx,
    request: &Request,
    batch: Batch,
    user_id: &str,
    what: UserActivityType,
) -> Result<Batch> {
    ctx.signal();
    Ok(batch.insert(&UserActivity {
        id: ctx.new_id()?,
        user_id: user_id.to_owned(),
        activity_type: what,
        metadata: None,
        ip_address: request.client_addr.map(|address| address.to_string()),
        user_agent: request.user_agent(),
        timestamp: Timestamp::AT_COMMIT,
    }))
}

/// Adds an event about a user that is the user's own doing.
///
/// # Errors
/// A fault when the runtime has no randomness.
pub fn event(ctx: &Ctx, batch: Batch, kind: &str, user_id: &str, payload: &Value) -> Result<Batch> {
    events::append(ctx, batch, kind, user_id, Some(user_id), payload)
}

/// Adds that a session began.
///
/// # Errors
/// A fault when the runtime has no randomness.
pub fn session_created(
    ctx: &Ctx,
    request: &Request,
    batch: Batch,
    user_id: &str,
    session_id: &str,
) -> Result<Batch> {
    let batch = activity(ctx, request, batch, user_id, UserActivityType::Login)?;
    event(
        ctx,
        batch,
        "session.created",
        user_id,
        &json!({"sessionId": session_id}),
    )
}
