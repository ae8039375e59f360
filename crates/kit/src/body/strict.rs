//! JSON, read strictly: a key stands once in an object, and half of a surrogate pair costs its field alone.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

use crate::error::{Code, Error, FieldError, Result, Rule};

/// Reads an object.
///
/// # Errors
/// [`Code::InvalidJson`] with the place; [`Code::ValidationFailed`] for what is no object, and for a key that stands
/// twice.
pub(crate) fn object(body: &[u8]) -> Result<Map<String, Value>> {
    let value = match parse(body) {
        Ok(value) => value,
        Err(error) => {
            let mended = with_whole_pairs(body).ok_or(error)?;
            parse(&mended)?
        }
    };
    match value {
        Value::Object(object) => Ok(object),
        _ => Err(Error::field("body", Rule::Type, "must be a JSON object")),
    }
}

fn parse(body: &[u8]) -> Result<Value> {
    let mut deserializer = serde_json::Deserializer::from_slice(body);
    let value = Strict.deserialize(&mut deserializer);
    let value = value.and_then(|value| deserializer.end().map(|()| value));
    value.map_err(|error| {
        let text = error.to_string();
        match text.split_once(TWICE) {
            Some((key, _)) => {
                let shown: String = key.chars().take(64).collect();
                Error::fields(vec![FieldError::new(shown, Rule::Unique, "stands twice")])
            }
            None => Error::new(Code::InvalidJson, format!("The body is not JSON: {text}.")),
        }
    })
}

/// Marks the error of a key that stands twice; no message of serde_json's has it.
const TWICE: &str = "\u{1}twice";

/// Reads any value.
#[derive(Clone, Copy)]
struct Strict;

impl<'de> DeserializeSeed<'de> for Strict {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Strict {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(Number::from_f64(value).map_or(Value::Null, Value::Number))
    }

    fn visit_str<E>(self, text: &str) -> Result<Value, E> {
        Ok(text.into())
    }

    fn visit_string<E>(self, text: String) -> Result<Value, E> {
        Ok(text.into())
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<Value, A::Error> {
        let mut list = Vec::new();
        while let Some(element) = elements.next_element_seed(self)? {
            list.push(element);
        }
        Ok(list.into())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Value, A::Error> {
        let mut object = Map::new();
        while let Some(key) = entries.next_key::<String>()? {
            if object.contains_key(&key) {
                return Err(A::Error::custom(format_args!("{key}{TWICE}")));
            }
            let value = entries.next_value_seed(self)?;
            object.insert(key, value);
        }
        Ok(object.into())
    }
}

/// The body with U+FFFF in the place of each half of a surrogate pair; none when there is no half. `JSON.stringify`
/// writes such halves of texts that were cut inside an emoji. Validation refuses U+FFFF in any text.
fn with_whole_pairs(body: &[u8]) -> Option<Vec<u8>> {
    let mut mended = body.to_vec();
    let (mut at, mut found) = (0, false);
    while at < body.len() {
        if body[at] != b'\\' {
            at += 1;
            continue;
        }
        let Some(unit) = escaped_unit(&body[at..]) else {
            // The escaped character may be a backslash.
            at += 2;
            continue;
        };
        let is_pair = (0xD800..0xDC00).contains(&unit)
            && body
                .get(at + 6..)
                .and_then(escaped_unit)
                .is_some_and(|low| (0xDC00..0xE000).contains(&low));
        if is_pair {
            at += 12;
            continue;
        }
        if (0xD800..0xE000).contains(&unit) {
            mended[at + 2..at + 6].copy_from_slice(b"ffff");
            found = true;
        }
        at += 6;
    }
    found.then_some(mended)
}

/// The code unit of a `\uXXXX` at the beginning.
fn escaped_unit(text: &[u8]) -> Option<u32> {
    let digits = text.strip_prefix(b"\\u")?.get(..4)?;
    u32::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn refused(body: &str) -> (Code, Vec<String>) {
        let error = object(body.as_bytes()).expect_err("refused");
        let fields = error.field_errors().iter().map(|e| e.field.clone());
        (error.code(), fields.collect())
    }

    #[test]
    fn an_object_is_read_as_serde_json_reads_it() {
        let text =
            r#"{"a": [1, -2, 0.5, 18446744073709551615, true, null, {"b": "x\n"}], "c": {}}"#;
        let read = object(text.as_bytes()).expect("read");
        assert_eq!(
            Value::Object(read),
            serde_json::from_str::<Value>(text).expect("read")
        );
    }

    #[test]
    fn what_is_no_object_is_refused() {
        for body in ["[]", "1", "null", "\"{}\""] {
            assert_eq!(
                refused(body),
                (Code::ValidationFailed, vec!["body".to_owned()]),
                "{body}"
            );
        }
        for body in ["", "{", "{} {}", "{\"a\": }", "{\"a\": 1e999}"] {
            assert_eq!(refused(body).0, Code::InvalidJson, "{body}");
        }
    }

    #[test]
    fn a_key_that_stands_twice_is_named() {
        for (body, key) in [
            (r#"{"a": 1, "a": 1}"#, "a"),
            (r#"{"a": {"b": 1, "c": 2, "b": 3}}"#, "b"),
            (r#"{"a": [{"b": 1, "\u0062": 3}]}"#, "b"),
        ] {
            assert_eq!(
                refused(body),
                (Code::ValidationFailed, vec![key.to_owned()]),
                "{body}"
            );
        }
    }

    #[test]
    fn half_a_pair_costs_its_text_alone() {
        let read =
            object(br#"{"a": "x\ud83d", "b": "\ud83d\ude00", "c": "\\ud83d", "d": "\udE00y"}"#)
                .expect("read");
        let wanted = json!({"a": "x\u{FFFF}", "b": "😀", "c": "\\ud83d", "d": "\u{FFFF}y"});
        assert_eq!(Value::Object(read), wanted);
    }
}
