//! Ids and keys.

use super::rule::{Rule, Violation};
use crate::limits;

/// Whether a text can be a key or an id.
pub(super) fn is_key(text: &str) -> bool {
    let first = text
        .bytes()
        .next()
        .is_some_and(|b| b.is_ascii_alphanumeric());
    let rest = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.' | b'-');
    first && text.len() <= limits::KEY && text.bytes().all(rest)
}

/// Checks an id.
pub(super) fn id(place: &str, id: &str, found: &mut Vec<Violation>) {
    if !is_key(id) {
        let message = format!("\"{id}\" can't be an id");
        let mend = "1 to 36 of A-Za-z0-9_.- with a letter or a digit first";
        found.push(Violation::new(place, Rule::Key, message, mend));
    }
}
