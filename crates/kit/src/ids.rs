//! Ids: made up in the order of time, or derived from the document that they name.

mod derived;

pub use derived::{
    ban_id, delivery_id, derived_id, direct_conversation_id, draft_id, mark_id, member_id,
    mention_id, poll_id, reading_reference_id, reply_reference_id, story_reaction_notice_id,
};
use whisper_schema::Timestamp;

use crate::auth::{id_key, mac};
use crate::ctx::Ctx;
use crate::error::{Error, Result};

/// Most characters of a document's id.
pub const MAX_ID: usize = 36;

/// Whether this can be a document's id: 1 to 36 of `A–Z a–z 0–9 _ . -`, not starting with one of the last three.
pub fn is_id(text: &str) -> bool {
    let bytes = text.as_bytes();
    (1..=MAX_ID).contains(&bytes.len())
        && bytes[0].is_ascii_alphanumeric()
        && bytes
            .iter()
            .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.' | b'-'))
}

/// A new UUID (version 7, RFC 9562): sorted by `now`, unguessable by its 74 random bits.
///
/// # Errors
/// A fault when the runtime has no randomness.
pub fn new_id(now: Timestamp) -> Result<String> {
    let random: [u8; 10] = random()?;
    let millis = u64::try_from(now.as_millis()).unwrap_or(0);
    let uuid = uuid::Builder::from_unix_timestamp_millis(millis, &random).into_uuid();
    Ok(uuid.hyphenated().to_string())
}

/// As [`derived_id`], with the server's key: without it the id can't be computed from the parts.
///
/// # Errors
/// The store's, when the key has to be read.
pub async fn keyed_id(ctx: &Ctx, parts: &[&str]) -> Result<String> {
    let key = id_key(ctx).await?;
    let named = derived_id(parts);
    Ok(derived::uuid_of(mac(&key, "id", named.as_bytes())))
}

/// Random bytes from the runtime's secure source.
///
/// # Errors
/// A fault when the runtime has none.
pub fn random<const N: usize>() -> Result<[u8; N]> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(Error::internal)?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn new_ids_are_ids_and_sort_by_time() {
        let early = new_id(Timestamp::from_millis(1_000)).unwrap();
        let late = new_id(Timestamp::from_millis(2_000)).unwrap();
        assert!(is_id(&early) && early < late, "{early} {late}");
    }

    #[test]
    fn ids_are_told_from_other_text() {
        for good in ["a", "0", "018f-x", "A_b.c-d", &"x".repeat(36)] {
            assert!(is_id(good), "{good}");
        }
        for bad in ["", "-a", ".a", "_a", "a b", "ä", "a/b", &"x".repeat(37)] {
            assert!(!is_id(bad), "{bad}");
        }
    }
}
