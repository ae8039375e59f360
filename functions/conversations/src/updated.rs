//! A change of a conversation that its history tells, its members' lists note, and an event names.

use serde_json::{Value, json};
use whisper_kit::events::append;
use whisper_kit::{Ctx, Result};
use whisper_messages::Told;
use whisper_people::list_changed;
use whisper_schema::prelude::{Conversation, SystemMessage, Timestamp};
use whisper_store::{Batch, Filter, Patch};

/// Adds the telling of a change that a user made to a commit. `what` are the details of the event, without the messages. With `as_read`
/// the conversation changes itself, on the condition that it is as it was read: of two who do so at once the second reads again.
///
/// # Errors
/// A fault when the runtime has no randomness.
pub fn updated(
    ctx: &Ctx,
    batch: Batch,
    (of, by): (&Conversation, &str),
    told: SystemMessage,
    mut what: Value,
    as_read: Option<Filter<Conversation>>,
) -> Result<Batch> {
    let id = of.id.as_str();
    let told = Told::of(ctx, of, by, [told])?;
    let patch = told.summarised(Patch::new());
    let batch = match as_read {
        Some(as_read) => {
            let touched = patch.set(Conversation::UPDATED_AT, Timestamp::AT_COMMIT);
            batch.update_if(id, touched, as_read)
        }
        None => batch.update(id, patch),
    };
    what["messageIds"] = json!(told.ids());
    let batch = told.insert_in(batch);
    let batch = append(ctx, batch, "conversation.updated", id, Some(by), &what)?;
    list_changed(ctx, batch, id, id)
}
