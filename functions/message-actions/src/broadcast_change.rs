//! The note that a message of a broadcast was edited or deleted, for its copies to follow.

use whisper_schema::prelude::{Broadcast, BroadcastChange as Change, Timestamp};
use whisper_store::{Batch, Patch};

/// The note that a message of a list changed, for the commit that changes it; recipients who haven't had their turn get no message
/// that was deleted.
pub fn changed(batch: Batch, message: &str, change: Change) -> Batch {
    let patch = Patch::new()
        .set(Broadcast::CHANGE, change)
        .set(Broadcast::CHANGE_DUE_AT, Timestamp::AT_COMMIT)
        .set(Broadcast::CHANGE_POSITION, 0);
    let patch = match change {
        Change::Deleted => patch.unset(Broadcast::DUE_AT),
        Change::Edited => patch,
    };
    batch.update(message, patch)
}
