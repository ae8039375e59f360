//! A sign, as it is kept and as it is told.

use serde::Serialize;
use serde_json::{Map, Value, json};
use whisper_kit::ids::derived_id;
use whisper_schema::prelude::{Signal, SignalKind, Timestamp, TypingIndicator};
use whisper_schema::{Choice, choices};
use whisper_store::Doc;

/// How long a sign lives, in milliseconds.
pub const LIFETIME: i64 = 6_000;

choices! {
    /// A user's doing in a conversation.
    pub enum TypingKind {
        /// They write.
        Text = "text",
        /// They record their voice or a video.
        Recording = "recording",
        /// They upload a file.
        Uploading = "uploading",
        /// They stopped.
        None = "none",
    }
}

/// A word, and when it was said.
pub type Word = (TypingKind, Timestamp);

/// Somebody who is writing in a conversation, or stopped.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(not(target_family = "wasm"), derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct TypingView {
    /// Conversation they write in.
    pub conversation_id: String,
    /// User who writes.
    pub user_id: String,
    /// Their doing.
    pub kind: TypingKind,
    /// When the sign is void, unless it is renewed: six seconds after it. A client that hears nothing more takes it away then.
    pub expires_at: Timestamp,
}

/// The id of a user's sign in a conversation: one for each of the two.
pub fn sign_id(conversation: &str, user: &str) -> String {
    derived_id(&["typing", conversation, user])
}

/// The id of the signal about a sign at a revision. It follows from the sign, so that somebody who reads the sign finds its kind in
/// the signal.
pub fn signal_id(sign: &TypingIndicator, revision: i64) -> String {
    let (at, revision) = (sign.expires_at.as_millis(), revision);
    derived_id(&[
        "typing signal",
        &sign.id,
        &at.to_string(),
        &revision.to_string(),
    ])
}

/// The id of the signal about a sign as it was read.
pub fn signal_of(sign: &Doc<TypingIndicator>) -> String {
    signal_id(sign, sign.revision)
}

/// The signal about a sign that is written in this revision, with when it was said.
pub fn signal(sign: &TypingIndicator, revision: i64, (kind, said): Word, now: Timestamp) -> Signal {
    let payload = json!({"kind": kind, "expiresAt": sign.expires_at, "saidAt": said});
    Signal {
        id: signal_id(sign, revision),
        kind: SignalKind::Typing,
        user_id: sign.user_id.clone(),
        conversation_id: Some(sign.conversation_id.clone()),
        payload: payload.to_string(),
        expires_at: now.plus(LIFETIME),
    }
}

impl TypingView {
    /// The sign that a signal tells of; none of a signal that can't be read.
    pub fn of(signal: &Signal) -> Option<Self> {
        let payload: Map<String, Value> = serde_json::from_str(&signal.payload).ok()?;
        Some(Self {
            conversation_id: signal.conversation_id.clone()?,
            user_id: signal.user_id.clone(),
            kind: kind_of(&payload)?,
            expires_at: payload.get("expiresAt")?.as_str()?.parse().ok()?,
        })
    }

    /// A sign as it was read, with its signal where there is one still.
    pub fn of_sign(sign: &TypingIndicator, signal: Option<&Signal>) -> Self {
        let told = signal.and_then(TypingView::of);
        Self {
            conversation_id: sign.conversation_id.clone(),
            user_id: sign.user_id.clone(),
            kind: told.map_or(TypingKind::Text, |told| told.kind),
            expires_at: sign.expires_at,
        }
    }
}

/// When the sign of a signal was said; none of a signal that doesn't tell.
pub fn said_at(signal: &Signal) -> Option<Timestamp> {
    let payload: Map<String, Value> = serde_json::from_str(&signal.payload).ok()?;
    payload.get("saidAt")?.as_str()?.parse().ok()
}

fn kind_of(payload: &Map<String, Value>) -> Option<TypingKind> {
    TypingKind::parse(payload.get("kind")?.as_str()?)
}
