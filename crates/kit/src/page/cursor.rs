//! Cursors as clients hold them: encrypted, and good for one list.
//!
//! XChaCha20-Poly1305, with the list as associated data. The nonce is a code of the plaintext (as in RFC 5297), so that
//! the same place of the same list always has the same cursor, and no two messages share a nonce.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use serde_json::Value;
use whisper_store::Cursor;

use crate::auth::{derived_key, mac256};
use crate::error::{Code, Error, Result};

/// The longest cursor that is looked at, in bytes.
const MAX_CURSOR: usize = 2048;
/// Bytes of a nonce.
const NONCE: usize = 24;

/// The cursor of a place in the list `scope`.
pub(super) fn encode(key: &[u8; 32], scope: &str, cursor: &Cursor) -> Result<String> {
    let values = Value::from(cursor.values.clone());
    let payload = Value::from(vec![Value::from(cursor.seq), values]).to_string();
    let code = mac256(&derived_key(key, "cursor nonce"), scope, payload.as_bytes());
    let nonce = code
        .first_chunk::<NONCE>()
        .ok_or_else(|| Error::internal("a code is too short"))?;
    let sealed = cipher(key)
        .encrypt(&XNonce::from(*nonce), sealed_in(scope, payload.as_bytes()))
        .map_err(Error::internal)?;
    Ok(URL_SAFE_NO_PAD.encode([nonce.as_slice(), &sealed].concat()))
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
    let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
    let (nonce, sealed) = bytes.split_first_chunk::<NONCE>()?;
    let payload = cipher(key)
        .decrypt(&XNonce::from(*nonce), sealed_in(scope, sealed))
        .ok()?;
    let (seq, values): (i64, Vec<Value>) = serde_json::from_slice(&payload).ok()?;
    Some(Cursor { values, seq })
}

fn cipher(key: &[u8; 32]) -> XChaCha20Poly1305 {
    XChaCha20Poly1305::new(&derived_key(key, "cursor").into())
}

fn sealed_in<'a>(scope: &'a str, msg: &'a [u8]) -> Payload<'a, 'a> {
    Payload {
        msg,
        aad: scope.as_bytes(),
    }
}

#[cfg(test)]
mod tests {
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
