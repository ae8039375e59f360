//! Domain events: things that happened, appended in the commit that made them happen.

use serde_json::Value;
use whisper_schema::Timestamp;
use whisper_schema::prelude::Event;
use whisper_store::Batch;

use crate::ctx::Ctx;
use crate::error::Result;

/// Appends an event to a batch: its kind (`message.sent`), its subject (an id), the user who did it, and a small JSON
/// object with ids, never with contents. Consumers are woken after the answer.
///
/// # Errors
/// A fault when the runtime has no randomness.
pub fn append(
    ctx: &Ctx,
    batch: Batch,
    kind: &str,
    subject: &str,
    user_id: Option<&str>,
    payload: &Value,
) -> Result<Batch> {
    ctx.signal();
    Ok(batch.insert(&Event {
        id: ctx.new_id()?,
        kind: kind.to_owned(),
        subject: subject.to_owned(),
        user_id: user_id.map(str::to_owned),
        payload: payload.to_string(),
        created_at: Timestamp::AT_COMMIT,
    }))
}
