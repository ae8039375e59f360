//! The silence: a push about a message waits where its user is at a device that has a stream open, and sees the message come in.
//!
//! When its time has come, the rule that is asked of every push decides: a push about a message that was read in the
//! meantime isn't sent.

use std::collections::BTreeSet;

use whisper_schema::Timestamp;
use whisper_schema::prelude::{Message, PresenceDevice};
use whisper_store::Doc;

/// How long pushes about a message wait, from the time at which it was sent, in milliseconds.
pub const SILENCE: i64 = 10_000;

/// The users who are at a device with a stream.
#[derive(Default)]
pub struct Foreground(BTreeSet<String>);

impl Foreground {
    /// Of the outcome of [`in_foreground`](whisper_people::in_foreground).
    pub fn new(found: Vec<Vec<Doc<PresenceDevice>>>) -> Self {
        let devices = found.into_iter().flatten().map(Doc::into_inner);
        Self(devices.map(|device| device.user_id).collect())
    }

    /// When a user may be told of a message: now, unless they see it come in. A message of a time that is yet to come is of now.
    pub fn due(&self, user: &str, message: &Message, now: Timestamp) -> Timestamp {
        let sent = message.created_at.unwrap_or(now).min(now);
        match self.0.contains(user) {
            true => sent.plus(SILENCE).max(now),
            false => now,
        }
    }
}
