//! JSON, read strictly: a key stands once in an object, and half of a surrogate pair costs its field alone.

use std::cell::Cell;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};
use whisper_schema::body::MOST_NAME;

use crate::error::{Code, Error, FieldError, Result, Rule};

/// Reads an object.
///
/// # Errors
/// [`Code::InvalidJson`] with the place; [`Code::ValidationFailed`] for a body that is no object, for a key that stands
/// twice, and for a value that is nested too deep.
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

/// Levels that a body may be nested: far more than any of ours, and fewer than serde_json takes.
const MOST_LEVELS: usize = 100;

fn parse(body: &[u8]) -> Result<Value> {
    let found = Cell::default();
    let root = Strict {
        found: &found,
        place: None,
        level: 0,
    };
    let mut deserializer = serde_json::Deserializer::from_slice(body);
    let value = root.deserialize(&mut deserializer);
    let value = value.and_then(|value| deserializer.end().map(|()| value));
    value.map_err(|error| match found.take() {
        Some(found) => Error::fields(vec![found]),
        None => Error::new(Code::InvalidJson, format!("The body is not JSON: {error}.")),
    })
}

/// Reads any value.
#[derive(Clone, Copy)]
struct Strict<'p> {
    /// The fault of a field, where the body as a whole is JSON.
    found: &'p Cell<Option<FieldError>>,
    /// Where the value stands; none for the body itself.
    place: Option<&'p Place<'p>>,
    /// In how many lists and objects it stands.
    level: usize,
}

/// A value's place in the body.
struct Place<'p> {
    within: Option<&'p Place<'p>>,
    at: Step<'p>,
}

enum Step<'p> {
    Key(&'p str),
    Index(usize),
}

impl Place<'_> {
    /// The path as validation writes it, such as `metadata.options[3]`. Keys, which were sent, are cut.
    fn path(&self) -> String {
        let before = self.within.map(Place::path);
        match (&self.at, before) {
            (Step::Index(index), before) => format!("{}[{index}]", before.unwrap_or_default()),
            (Step::Key(key), before) => {
                let shown: String = key.chars().take(MOST_NAME).collect();
                before.map_or(shown.clone(), |before| format!("{before}.{shown}"))
            }
        }
    }

    /// The field of the body in which it stands.
    fn outermost(&self) -> &Self {
        self.within.map_or(self, Place::outermost)
    }
}

impl<'p> Strict<'p> {
    fn inner(self, place: &'p Place<'p>) -> Self {
        Self {
            place: Some(place),
            level: self.level + 1,
            ..self
        }
    }

    /// Refuses a value that is nested too deep, by the field of the body that it is in.
    fn check_level<E: serde::de::Error>(&self) -> Result<(), E> {
        if self.level < MOST_LEVELS {
            return Ok(());
        }
        let field = self.place.map(|place| match place.outermost() {
            Place {
                at: Step::Index(_), ..
            } => "body".to_owned(),
            field => field.path(),
        });
        let message = format!("must be nested at most {MOST_LEVELS} levels deep");
        let field = field.unwrap_or_else(|| "body".to_owned());
        Err(self.refuse(FieldError::new(field, Rule::Size, message)))
    }

    fn refuse<E: serde::de::Error>(&self, error: FieldError) -> E {
        self.found.set(Some(error));
        E::custom("refused")
    }
}

impl<'de> DeserializeSeed<'de> for Strict<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Strict<'_> {
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
        self.check_level()?;
        let mut list = Vec::new();
        loop {
            let place = Place {
                within: self.place,
                at: Step::Index(list.len()),
            };
            let element = elements.next_element_seed(Strict::inner(self, &place))?;
            let Some(element) = element else {
                return Ok(list.into());
            };
            list.push(element);
        }
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Value, A::Error> {
        self.check_level()?;
        let mut object = Map::new();
        while let Some(key) = entries.next_key::<String>()? {
            let place = Place {
                within: self.place,
                at: Step::Key(&key),
            };
            if object.contains_key(&key) {
                let twice = FieldError::new(place.path(), Rule::Unique, "stands twice");
                return Err(self.refuse(twice));
            }
            let value = entries.next_value_seed(Strict::inner(self, &place))?;
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
            (r#"{"a": {"b": 1, "c": 2, "b": 3}}"#, "a.b"),
            (r#"{"a": [0, {"b": 1, "\u0062": 3}]}"#, "a[1].b"),
        ] {
            assert_eq!(
                refused(body),
                (Code::ValidationFailed, vec![key.to_owned()]),
                "{body}"
            );
        }
    }

    #[test]
    fn the_field_that_is_nested_too_deep_is_named() {
        let nested = |levels: usize| format!("{}{}", "[".repeat(levels), "]".repeat(levels));
        // The body is a level of its own.
        let taken = object(format!("{{\"a\": {}}}", nested(MOST_LEVELS - 1)).as_bytes());
        assert!(taken.is_ok());
        for levels in [MOST_LEVELS, 100_000] {
            let within = format!("{{\"a\": 1, \"b\": {{\"c\": {}}}}}", nested(levels));
            assert_eq!(
                refused(&within),
                (Code::ValidationFailed, vec!["b".to_owned()])
            );
        }
        assert_eq!(
            refused(&nested(100_000)),
            (Code::ValidationFailed, vec!["body".to_owned()])
        );
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
