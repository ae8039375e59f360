//! The rules of one value.

use std::fmt::Display;

use serde_json::{Number, Value};

use super::{Broken, MAXIMUM_ID_LENGTH, Rule, formats, is_datetime};
use crate::hex::is_hex;
use crate::{InvalidTimestamp, Kind, UnknownChoice};

/// Checks a value that is not null and not of a list.
pub fn check_value(kind: &Kind, value: &Value) -> Result<(), Broken> {
    match *kind {
        Kind::String { size } => {
            let text = text(value)?;
            check_size(text, size as usize)?;
            check_text(text)
        }
        Kind::Integer { min, max } => check_integer(value, min, max),
        Kind::Double { min, max } => check_double(value, min, max),
        Kind::Boolean if value.is_boolean() => Ok(()),
        Kind::Boolean => Err(wrong_type("true or false", value)),
        Kind::Datetime => {
            let valid = is_datetime(text(value)?);
            require(valid, Rule::Format, || InvalidTimestamp.to_string())
        }
        Kind::Enum { elements } => {
            let text = text(value)?;
            let known = elements.contains(&text);
            require(known, Rule::Enum, || {
                UnknownChoice::new(elements).to_string()
            })
        }
        Kind::Email => check_format(value, 254, formats::is_email, "must be an email address"),
        Kind::Url => check_format(value, 2000, formats::is_url, formats::URL_MESSAGE),
        Kind::Ip => check_format(value, 39, formats::is_ip, "must be an IPv4 or IPv6 address"),
        Kind::Bytes { size } => check_bytes(text(value)?, size as usize),
    }
}

/// Checks the id of a document.
pub fn check_id(value: &Value) -> Result<(), Broken> {
    if value.is_null() {
        return Err((
            Rule::Required,
            "is required and must not be null".to_owned(),
        ));
    }
    check_id_text(text(value)?)
}

/// Checks a text as id of a document.
pub fn check_id_text(text: &str) -> Result<(), Broken> {
    if text.is_empty() {
        return Err((Rule::Size, "must have at least 1 character".to_owned()));
    }
    check_size(text, MAXIMUM_ID_LENGTH)?;
    let legal = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.' | b'-');
    let valid = text.bytes().all(legal) && text.as_bytes()[0].is_ascii_alphanumeric();
    require(valid, Rule::Format, || {
        "must consist of A-Z, a-z, 0-9, '_', '.' and '-', and start with a letter or digit"
            .to_owned()
    })
}

/// The fault of a value of another type than `expected`.
pub fn wrong_type(expected: &str, value: &Value) -> Broken {
    let actual = match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(number) if number.is_f64() => "a number with decimals",
        Value::Number(_) => "an integer",
        Value::String(_) => "a string",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    };
    (Rule::Type, format!("must be {expected}, not {actual}"))
}

fn text(value: &Value) -> Result<&str, Broken> {
    value.as_str().ok_or_else(|| wrong_type("a string", value))
}

/// Bytes bound characters from above, so an ordinary text needs no counting.
fn check_size(text: &str, size: usize) -> Result<(), Broken> {
    if text.len() <= size {
        return Ok(());
    }
    let characters = text.chars().count();
    require(characters <= size, Rule::Size, || {
        format!("must be at most {size} characters (has {characters})")
    })
}

/// Half of a surrogate pair in a body, such as `"\ud83d"`, is read as this character, which is none and never will
/// be: so it costs its field, and not the whole body.
pub(crate) const HALF_A_PAIR: char = '\u{FFFF}';

/// Checks the rules of every text. PostgreSQL and C libraries can't hold U+0000, and no language needs it.
pub(crate) fn check_text(text: &str) -> Result<(), Broken> {
    require(!text.as_bytes().contains(&0), Rule::Format, || {
        "must not contain the character U+0000".to_owned()
    })?;
    require(!text.contains(HALF_A_PAIR), Rule::Format, || {
        "must not contain half of a surrogate pair, or U+FFFF".to_owned()
    })
}

fn check_format(
    value: &Value,
    size: usize,
    valid: fn(&str) -> bool,
    message: &str,
) -> Result<(), Broken> {
    let text = text(value)?;
    check_size(text, size)?;
    require(valid(text), Rule::Format, || message.to_owned())
}

fn check_bytes(text: &str, size: usize) -> Result<(), Broken> {
    require(is_hex(text), Rule::Format, || {
        "must be bytes as hexadecimal digits".to_owned()
    })?;
    let bytes = text.len() / 2;
    require(bytes <= size, Rule::Size, || {
        format!("must be at most {size} bytes (has {bytes})")
    })
}

fn check_integer(value: &Value, min: Option<i64>, max: Option<i64>) -> Result<(), Broken> {
    match value {
        Value::Number(number) => match number.as_i64() {
            Some(integer) => check_range(integer, min, max),
            // Above i64, but still an integer.
            None if number.is_u64() => {
                Err(out_of_range(min, Some(max.unwrap_or(i64::MAX)), number))
            }
            None => Err(wrong_type("an integer", value)),
        },
        _ => Err(wrong_type("an integer", value)),
    }
}

fn check_double(value: &Value, min: Option<f64>, max: Option<f64>) -> Result<(), Broken> {
    match value.as_number().map(Number::as_f64) {
        Some(Some(double)) if double.is_finite() => check_range(double, min, max),
        Some(_) => Err((Rule::Range, "must be a finite number".to_owned())),
        None => Err(wrong_type("a number", value)),
    }
}

fn check_range<N: PartialOrd + Display>(
    number: N,
    min: Option<N>,
    max: Option<N>,
) -> Result<(), Broken> {
    let inside = min.as_ref().is_none_or(|min| *min <= number)
        && max.as_ref().is_none_or(|max| number <= *max);
    if inside {
        Ok(())
    } else {
        Err(out_of_range(min, max, &number))
    }
}

fn out_of_range<N: Display>(min: Option<N>, max: Option<N>, number: &dyn Display) -> Broken {
    let bounds = match (min, max) {
        (Some(min), Some(max)) => format!("between {min} and {max}"),
        (Some(min), None) => format!("at least {min}"),
        (None, Some(max)) => format!("at most {max}"),
        (None, None) => "in range".to_owned(),
    };
    (Rule::Range, format!("must be {bounds} (is {number})"))
}

fn require(valid: bool, rule: Rule, message: impl FnOnce() -> String) -> Result<(), Broken> {
    if valid {
        Ok(())
    } else {
        Err((rule, message()))
    }
}
