//! Bytes of documents in JSON: a text of two hexadecimal digits for each. Databases of SQL make and read that text themselves, which they don't do
//! alike for base64.

use std::fmt;

use serde::de::{Deserialize, Deserializer, Error, Unexpected, Visitor};
use serde::ser::{Serialize, Serializer};
use serde_json::Value;

const DIGITS: &[u8; 16] = b"0123456789abcdef";

/// Bytes as JSON has them, for filters and patches: `Patch::new().set(StoredFile::HASH_STATE, Hex(&state))`.
///
/// Only the server's own collections have bytes:
///
/// ```compile_fail
/// # use whisper_schema::Collection;
/// /// A drawing.
/// #[derive(Clone, Debug, PartialEq, Collection)]
/// #[collection(database = "mainDB", id = "drawings", name = "Drawings")]
/// #[access(server = "Nobody asks.")]
/// #[retention(forever = "A few in all.")]
/// pub struct Drawing {
///     /// Id of the document.
///     pub id: String,
///     /// Its pixels.
///     #[attr(bytes = 64)]
///     pub pixels: Vec<u8>,
/// }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hex<'a>(pub &'a [u8]);

impl Hex<'_> {
    fn text(self) -> String {
        let mut text = String::with_capacity(2 * self.0.len());
        for byte in self.0 {
            text.push(char::from(DIGITS[usize::from(byte >> 4)]));
            text.push(char::from(DIGITS[usize::from(byte & 15)]));
        }
        text
    }
}

impl fmt::Display for Hex<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text())
    }
}

impl From<Hex<'_>> for Value {
    fn from(bytes: Hex<'_>) -> Self {
        Value::String(bytes.text())
    }
}

impl Serialize for Hex<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.text())
    }
}

/// The bytes that a text of digits stands for, in letters of either case; none for any other text.
pub fn from_hex(text: &str) -> Option<Vec<u8>> {
    let (pairs, []) = text.as_bytes().as_chunks::<2>() else {
        return None;
    };
    let mut bytes = Vec::with_capacity(pairs.len());
    for [high, low] in pairs {
        bytes.push(digit(*high)? << 4 | digit(*low)?);
    }
    Some(bytes)
}

/// Whether a text stands for bytes.
pub(crate) fn is_hex(text: &str) -> bool {
    text.len().is_multiple_of(2) && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

fn digit(byte: u8) -> Option<u8> {
    match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'a'..=b'f' => Some(byte - b'a' + 10),
        b'A'..=b'F' => Some(byte - b'A' + 10),
        _ => None,
    }
}

/// Bytes read from such a text.
pub struct FromHex(pub Vec<u8>);

impl<'de> Deserialize<'de> for FromHex {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Digits;

        impl Visitor<'_> for Digits {
            type Value = FromHex;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("bytes as hexadecimal digits")
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<FromHex, E> {
                let bytes = from_hex(text).map(FromHex);
                // The text itself may be long, and stands in no message.
                bytes.ok_or_else(|| E::invalid_value(Unexpected::Other("another text"), &self))
            }
        }

        deserializer.deserialize_str(Digits)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_byte_comes_back() {
        let all: Vec<u8> = (0..=255).collect();
        let text = Hex(&all).to_string();
        assert!(text.starts_with("000102") && text.ends_with("fdfeff"));
        assert_eq!(from_hex(&text), Some(all.clone()));
        assert_eq!(from_hex(&text.to_uppercase()), Some(all));
        assert_eq!(from_hex(""), Some(Vec::new()));
    }

    #[test]
    fn other_texts_are_no_bytes() {
        for text in ["0", "0g", "000", " 00", "0x00", "ää"] {
            assert_eq!(from_hex(text), None, "{text}");
            assert!(!is_hex(text), "{text}");
        }
    }
}
