//! Ids of messages that follow from an Idempotency-Key.

use whisper_kit::Request;
use whisper_kit::error::Result;
use whisper_kit::idempotency::Once;
use whisper_kit::ids::derived_id;

use crate::draft::SendMessage;

/// The things that a key's id follows from, beside the key.
pub struct Keyed<'a> {
    /// The operation that takes the key.
    pub operation: &'static str,
    /// Its purpose, the caller, and the conversation.
    pub parts: &'a [&'a str; 3],
}

/// Gives a message without an id the one that follows from its Idempotency-Key, if there is one, and tells whether it did. So
/// both ways to make a retry harmless are the same one, and cost nothing.
///
/// # Errors
/// `invalid_header` for a key that is none.
pub fn name_by_key(
    draft: &mut SendMessage,
    request: &Request,
    caller: &str,
    keyed: &Keyed<'_>,
) -> Result<bool> {
    if draft.id.is_some() {
        return Ok(false);
    }
    // Refuses a key that is none.
    Once::of(request, caller, keyed.operation)?;
    let [purpose, user, conversation] = keyed.parts;
    let key = request.header("idempotency-key");
    draft.id = key.map(|key| derived_id(&[purpose, user, conversation, key]));
    Ok(draft.id.is_some())
}
