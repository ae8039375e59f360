//! Cursors as clients hold them: encrypted, and good for one list. The same place of the same list always has the same cursor.

use serde_json::Value;
use whisper_store::Cursor;

use crate::error::{Code, Error, Result};
use crate::sealing::Sealing;

/// The longest cursor that is looked at, in bytes.
pub(super) const MAX_CURSOR: usize = 2048;
/// The form of a cursor, as a regular expression: base64url of the nonce, the tag and a place.
#[cfg(not(target_family = "wasm"))]
pub(super) const CURSOR: &str = "^[A-Za-z0-9_-]{60,}$";

/// The cursor of a place in the list `scope`.
pub(super) fn encode(key: &[u8; 32], scope: &str, cursor: &Cursor) -> Result<String> {
    let values = Value::from(cursor.values.clone());
    let payload = Value::from(vec![Value::from(cursor.seq), values]).to_string();
    Sealing::new(key, PURPOSE).seal(scope, payload.as_bytes())
}

/// The place that a cursor of the list `scope` names.
///
/// # Errors
/// [`Code::InvalidCursor`].
pub(super) fn decode(key: &[u8; 32], scope: &str, text: &str) -> Result<Cursor> {
    open(key, scope, text)
        .ok_or_else(|| Error::new(Code::InvalidCursor, "This cursor is not one of this list."))
}

fn open(key: &[u8; 32], scope: &str, text: &str) -> Option<Cursor> {
    if text.len() > MAX_CURSOR {
        return None;
    }
    let payload = Sealing::new(key, PURPOSE).open(scope, text)?;
    let (seq, values): (i64, Vec<Value>) = serde_json::from_slice(&payload).ok()?;
    Some(Cursor { values, seq })
}

/// The purpose of the key.
const PURPOSE: &str = "cursor";

#[cfg(test)]
mod tests {
    use base64::Engine;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;
    use proptest::prelude::*;

    use super::*;

    const KEY: [u8; 32] = [7; 32];

    fn value() -> impl Strategy<Value = Value> {
        prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            any::<String>().prop_map(Value::from),
        ]
    }

    proptest! {
        #[test]
        fn what_was_encoded_is_decoded(
            values in prop::collection::vec(value(), 0..4),
            seq: i64,
            scope: String,
        ) {
            let cursor = Cursor { values, seq };
            let text = encode(&KEY, &scope, &cursor).unwrap();
            prop_assume!(text.len() <= MAX_CURSOR);
            prop_assert_eq!(decode(&KEY, &scope, &text).unwrap(), cursor);
            prop_assert!(text.len() >= 60, "shorter than the API document says: {}", text);
        }

        #[test]
        fn a_changed_cursor_is_refused(at in 0usize..1000, bit in 0u8..8, seq: i64) {
            let cursor = Cursor { values: vec!["x".into()], seq };
            let mut bytes = URL_SAFE_NO_PAD.decode(encode(&KEY, "list", &cursor).unwrap()).unwrap();
            let at = at % bytes.len();
            bytes[at] ^= 1 << bit;
            let error = decode(&KEY, "list", &URL_SAFE_NO_PAD.encode(bytes)).unwrap_err();
            prop_assert_eq!(error.code(), Code::InvalidCursor);
        }

        #[test]
        fn whatever_is_sent_is_refused_without_a_panic(text in ".{0,200}") {
            prop_assert!(decode(&KEY, "list", &text).is_err());
        }

        #[test]
        fn a_cursor_shows_nothing_of_its_values(values in "[a-z]{6,30}", seq: i64) {
            let cursor = Cursor { values: vec![values.as_str().into()], seq };
            let text = encode(&KEY, "list", &cursor).unwrap();
            let bytes = URL_SAFE_NO_PAD.decode(&text).unwrap();
            prop_assert!(!bytes.windows(values.len()).any(|part| part == values.as_bytes()));
            prop_assert_eq!(text, encode(&KEY, "list", &cursor).unwrap(), "the same place");
        }

        #[test]
        fn a_cursor_of_another_list_is_refused(seq: i64) {
            let text = encode(&KEY, "one", &Cursor { values: Vec::new(), seq }).unwrap();
            prop_assert!(decode(&KEY, "two", &text).is_err());
            prop_assert!(decode(&[8; 32], "one", &text).is_err());
        }
    }
}
