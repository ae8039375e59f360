//! JSON, read strictly: a key stands once in an object, and half of a surrogate pair costs its field alone.

use std::cell::Cell;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

use super::MOST_NAME;
use crate::{Rule, Violation};

/// The reason for which a text can't be read as an object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unreadable {
    /// It isn't JSON: the reason, with its place.
    Syntax(String),
    /// It is JSON of another type than an object.
    Other,
    /// One of its fields: its key stands twice, or it is nested too deep. None as the path is the whole text.
    Field(Option<String>, Rule, String),
}

impl Unreadable {
    /// The violation by the field of a body that holds the text.
    pub(super) fn within(self, field: &str) -> Violation {
        let violation = |field: String, rule, message| Violation {
            field,
            rule,
            message,
        };
        match self {
            Self::Syntax(_) | Self::Other => {
                let message = "must be an object, or text that holds one";
                violation(field.to_owned(), Rule::Format, message.to_owned())
            }
            Self::Field(None, rule, message) => violation(field.to_owned(), rule, message),
            Self::Field(Some(path), rule, message) => {
                violation(format!("{field}.{path}"), rule, message)
            }
        }
    }
}

/// Reads an object.
///
/// # Errors
/// The reason.
pub fn object(text: &[u8]) -> Result<Map<String, Value>, Unreadable> {
    let value = match parse(text) {
        Ok(value) => value,
        Err(unreadable) => {
            let mended = with_whole_pairs(text).ok_or(unreadable)?;
            parse(&mended)?
        }
    };
    match value {
        Value::Object(object) => Ok(object),
        _ => Err(Unreadable::Other),
    }
}

/// Levels that a body may be nested: far more than any of ours, and fewer than serde_json takes.
const MOST_LEVELS: usize = 100;

fn parse(text: &[u8]) -> Result<Value, Unreadable> {
    let found = Cell::default();
    let root = Strict {
        found: &found,
        place: None,
        level: 0,
    };
    let mut deserializer = serde_json::Deserializer::from_slice(text);
    let value = root.deserialize(&mut deserializer);
    let value = value.and_then(|value| deserializer.end().map(|()| value));
    value.map_err(|error| match found.take() {
        Some(found) => found,
        None => Unreadable::Syntax(error.to_string()),
    })
}

/// Reads any value.
#[derive(Clone, Copy)]
struct Strict<'p> {
    /// The fault of a field, where the body as a whole is JSON.
    found: &'p Cell<Option<Unreadable>>,
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
        let field = self.place.map(Place::outermost);
        let field = field.filter(|field| matches!(field.at, Step::Key(_)));
        let message = format!("must be nested at most {MOST_LEVELS} levels deep");
        Err(self.refuse(field.map(Place::path), Rule::Size, message))
    }

    fn refuse<E: serde::de::Error>(&self, path: Option<String>, rule: Rule, message: String) -> E {
        self.found.set(Some(Unreadable::Field(path, rule, message)));
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
                let message = "stands twice".to_owned();
                return Err(self.refuse(Some(place.path()), Rule::Unique, message));
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

    fn refused(text: &str) -> Unreadable {
        object(text.as_bytes()).expect_err("refused")
    }

    fn path(text: &str) -> Option<String> {
        match refused(text) {
            Unreadable::Field(path, ..) => path,
            other => panic!("{other:?}"),
        }
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
            assert_eq!(refused(body), Unreadable::Other, "{body}");
        }
        for body in ["", "{", "{} {}", "{\"a\": }", "{\"a\": 1e999}"] {
            assert!(matches!(refused(body), Unreadable::Syntax(_)), "{body}");
        }
    }

    #[test]
    fn a_key_that_stands_twice_is_named() {
        for (body, key) in [
            (r#"{"a": 1, "a": 1}"#, "a"),
            (r#"{"a": {"b": 1, "c": 2, "b": 3}}"#, "a.b"),
            (r#"{"a": [0, {"b": 1, "\u0062": 3}]}"#, "a[1].b"),
        ] {
            assert_eq!(path(body).as_deref(), Some(key), "{body}");
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
            assert_eq!(path(&within).as_deref(), Some("b"));
        }
        assert_eq!(path(&nested(100_000)), None);
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
