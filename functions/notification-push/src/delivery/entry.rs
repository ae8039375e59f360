//! States of an entry of the outbox (`messageQueue`).

use std::collections::BTreeSet;

use whisper_schema::Timestamp;
use whisper_schema::prelude::{Push, QueuedMessage, QueuedMessageStatus};
use whisper_store::Patch;

/// Its recipients are being told.
pub fn in_hand() -> Patch<QueuedMessage> {
    Patch::new().set(QueuedMessage::STATUS, QueuedMessageStatus::Processing)
}

/// All have been told.
pub fn delivered() -> Patch<QueuedMessage> {
    Patch::new()
        .set(QueuedMessage::STATUS, QueuedMessageStatus::Delivered)
        .set(QueuedMessage::PENDING_FOR, Vec::<String>::new())
        .set(QueuedMessage::PROCESSED_AT, Timestamp::AT_COMMIT)
        .unset(QueuedMessage::ERROR)
}

/// These pushes of it were given up.
pub fn failed(pushes: &[Push]) -> Patch<QueuedMessage> {
    let users: BTreeSet<&str> = pushes.iter().map(|push| push.user_id.as_str()).collect();
    let attempts = pushes.iter().map(|push| push.attempts).max().unwrap_or(0);
    let error = pushes.iter().find_map(|push| push.error.clone());
    Patch::new()
        .set(QueuedMessage::STATUS, QueuedMessageStatus::Failed)
        .set(
            QueuedMessage::PENDING_FOR,
            users.into_iter().collect::<Vec<_>>(),
        )
        .set(QueuedMessage::RETRY_COUNT, attempts)
        .set(QueuedMessage::ERROR, error)
        .set(QueuedMessage::PROCESSED_AT, Timestamp::AT_COMMIT)
}
