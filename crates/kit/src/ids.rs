//! Ids: made up in the order of time, or derived from the document that they name.

mod derived;

pub use derived::derived_id;
pub(crate) use derived::uuid_of;
use whisper_schema::Timestamp;

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

/// A new id for a user who is a program: a UUID of random bits (version 8, RFC 9562). People's ids are UUIDs of version 7, or no
/// UUIDs where another server signs them in, so the id alone tells a program from a person.
///
/// # Errors
/// A fault when the runtime has no randomness.
pub fn new_program_id() -> Result<String> {
    Ok(uuid_of(random()?))
}

/// Whether a user's id is that of a program.
pub fn is_program_id(user: &str) -> bool {
    uuid::Uuid::try_parse(user).is_ok_and(|uuid| uuid.get_version_num() == 8)
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
    fn programs_are_told_from_people_by_their_ids() {
        let (one, other) = (new_program_id().unwrap(), new_program_id().unwrap());
        assert!(one != other && is_program_id(&one) && is_id(&one));
        let person = new_id(Timestamp::from_millis(1_000)).unwrap();
        for person in [person.as_str(), "alice", "", "64f0c2"] {
            assert!(!is_program_id(person), "{person}");
        }
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
