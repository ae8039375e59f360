//! Values that a field of a body can have.

use std::borrow::Cow;

use serde_json::{Map, Number, Value};

use super::findings::{Findings, MOST_NAME};
use super::limits::{Limits, Range};
use crate::validate::{Broken, check_one, wrong_type};
use crate::{Choice, Rule, Timestamp, UnknownChoice, Violation};

/// A value that a field of a body can have.
pub trait Field: Sized {
    /// Reads it; none, with its fault noted at its place, when it can't be taken.
    fn read(value: &Value, limits: &Limits, at: &mut At<'_, '_>) -> Option<Self>;

    /// Its schema, with the limits in it.
    #[cfg(not(target_family = "wasm"))]
    fn schema(limits: &Limits, generator: &mut schemars::SchemaGenerator) -> schemars::Schema;
}

/// A short list in which an element that was sent several times stands once, at its first place.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Distinct<T>(pub Vec<T>);

impl<T> std::ops::Deref for Distinct<T> {
    type Target = Vec<T>;

    fn deref(&self) -> &Vec<T> {
        &self.0
    }
}

/// A list of which each element is taken or refused by itself: the faults of one keep no other out. Its length is held as
/// that of any list.
#[derive(Clone, Debug)]
pub struct Each<T>(pub Vec<Result<T, Vec<Violation>>>);

/// The place of a value in a body, where violations of it are noted.
pub struct At<'p, 'f> {
    prefix: &'p str,
    key: &'p str,
    index: Option<usize>,
    pub(super) findings: &'f mut Findings,
}

impl<'p, 'f> At<'p, 'f> {
    pub(super) fn new(prefix: &'p str, key: &'p str, findings: &'f mut Findings) -> Self {
        At {
            prefix,
            key,
            index: None,
            findings,
        }
    }

    /// The field's path, such as `metadata.options[3]`.
    pub fn path(&self) -> String {
        match self.index {
            Some(index) => format!("{}{}[{index}]", self.prefix, self.key),
            None => format!("{}{}", self.prefix, self.key),
        }
    }

    /// Notes a violation.
    pub fn refuse(&mut self, rule: Rule, message: impl Into<String>) {
        let path = self.path();
        self.findings.push(path, rule, message);
    }

    /// Notes a violation of a part of the object at this place. The part's name, which was sent, is cut.
    pub fn refuse_part(&mut self, key: &str, rule: Rule, message: impl Into<String>) {
        let shown: String = key.chars().take(MOST_NAME).collect();
        let path = format!("{}.{shown}", self.path());
        self.findings.push(path, rule, message);
    }

    /// Notes a fault, if there is one.
    pub fn held(&mut self, result: Result<(), Broken>) -> Option<()> {
        result
            .map_err(|(rule, message)| self.refuse(rule, message))
            .ok()
    }

    /// The place of an element of this list.
    pub fn element(&mut self, index: usize) -> At<'_, '_> {
        At {
            prefix: self.prefix,
            key: self.key,
            index: Some(index),
            findings: self.findings,
        }
    }
}

/// Reads a value by `read`, which knows its type, and holds it against the attribute.
fn typed<T>(
    value: &Value,
    limits: &Limits,
    at: &mut At<'_, '_>,
    expected: &str,
    read: impl FnOnce(&Value) -> Option<T>,
) -> Option<T> {
    let Some(found) = read(value) else {
        let (rule, message) = wrong_type(expected, value);
        at.refuse(rule, message);
        return None;
    };
    if let Some(attribute) = limits.attribute() {
        at.held(check_one(attribute, value))?;
    }
    Some(found)
}

impl Field for String {
    fn read(value: &Value, limits: &Limits, at: &mut At<'_, '_>) -> Option<Self> {
        let sent = value;
        let value = kept(sent, limits);
        at.held(shows_something(sent, &value, limits))?;
        let text = typed(&value, limits, at, "a string", |value| {
            value.as_str().map(str::to_owned)
        })?;
        if let Some(kind) = limits.text {
            at.held(kind.check(&text))?;
        }
        at.held(fits(&text, limits))?;
        at.held(limits.check_form(&text))?;
        Some(text)
    }

    #[cfg(not(target_family = "wasm"))]
    fn schema(limits: &Limits, _: &mut schemars::SchemaGenerator) -> schemars::Schema {
        super::shape::text(limits)
    }
}

/// A text that people see, as it is kept; anything else as it is.
fn kept<'v>(value: &'v Value, limits: &Limits) -> Cow<'v, Value> {
    let (Value::String(text), Some(kind)) = (value, limits.text()) else {
        return Cow::Borrowed(value);
    };
    let kept = kind.kept(text);
    match kept == *text {
        true => Cow::Borrowed(value),
        false => Cow::Owned(kept.into_owned().into()),
    }
}

/// Refuses words that show nothing where there must be some. A text that is empty as it was sent is too short.
fn shows_something(sent: &Value, kept: &Value, limits: &Limits) -> Result<(), Broken> {
    let is_needed = limits.size.is_some_and(|(least, _)| least > 0);
    match (sent.as_str(), kept.as_str()) {
        (Some(sent), Some("")) if is_needed && !sent.is_empty() => {
            let message = "must have at least one visible character";
            Err((Rule::Required, message.to_owned()))
        }
        _ => Ok(()),
    }
}

/// Checks the length of a text, and that any database can hold it.
fn fits(text: &str, limits: &Limits) -> Result<(), Broken> {
    // The text of an attribute was checked with the attribute's rules.
    if limits.of.is_none() {
        crate::validate::check_text(text)?;
    }
    let Some((least, most)) = limits.size else {
        return Ok(());
    };
    if (least..=most).contains(&text.chars().count()) {
        return Ok(());
    }
    let message = match least {
        0 => format!("must have at most {most} characters"),
        least => format!("must have {least} to {most} characters"),
    };
    Err((Rule::Size, message))
}

impl Field for bool {
    fn read(value: &Value, limits: &Limits, at: &mut At<'_, '_>) -> Option<Self> {
        typed(value, limits, at, "true or false", Value::as_bool)
    }

    #[cfg(not(target_family = "wasm"))]
    fn schema(_: &Limits, _: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({"type": "boolean"})
    }
}

impl Field for i64 {
    fn read(value: &Value, limits: &Limits, at: &mut At<'_, '_>) -> Option<Self> {
        let number = typed(value, limits, at, "a whole number", Value::as_i64)?;
        let inside = match limits.range {
            Some(Range::Integer(least, most)) => {
                within((least..=most).contains(&number), &least, &most)
            }
            _ => Ok(()),
        };
        at.held(inside)?;
        Some(number)
    }

    #[cfg(not(target_family = "wasm"))]
    fn schema(limits: &Limits, _: &mut schemars::SchemaGenerator) -> schemars::Schema {
        let limits = Limits {
            range: limits.range.or(Some(Range::Integer(i64::MIN, i64::MAX))),
            ..*limits
        };
        super::shape::number("integer", &limits)
    }
}

impl Field for f64 {
    fn read(value: &Value, limits: &Limits, at: &mut At<'_, '_>) -> Option<Self> {
        let number = typed(value, limits, at, "a number", Value::as_f64)?;
        let inside = match limits.range {
            Some(Range::Number(least, most)) => {
                within((least..=most).contains(&number), &least, &most)
            }
            _ => Ok(()),
        };
        at.held(inside)?;
        Some(number)
    }

    #[cfg(not(target_family = "wasm"))]
    fn schema(limits: &Limits, _: &mut schemars::SchemaGenerator) -> schemars::Schema {
        super::shape::number("number", limits)
    }
}

/// A number as it was sent, whole or with decimals.
impl Field for Number {
    fn read(value: &Value, limits: &Limits, at: &mut At<'_, '_>) -> Option<Self> {
        f64::read(value, limits, at)?;
        value.as_number().cloned()
    }

    #[cfg(not(target_family = "wasm"))]
    fn schema(limits: &Limits, _: &mut schemars::SchemaGenerator) -> schemars::Schema {
        super::shape::number("number", limits)
    }
}

fn within<T: std::fmt::Display>(inside: bool, least: &T, most: &T) -> Result<(), Broken> {
    match inside {
        true => Ok(()),
        false => Err((Rule::Range, format!("must be from {least} to {most}"))),
    }
}

impl Field for Timestamp {
    fn read(value: &Value, _: &Limits, at: &mut At<'_, '_>) -> Option<Self> {
        let text = typed(value, &Limits::NONE, at, "a string", Value::as_str_owned)?;
        Timestamp::parse(&text)
            .map_err(|invalid| at.refuse(Rule::Format, invalid.to_string()))
            .ok()
    }

    #[cfg(not(target_family = "wasm"))]
    fn schema(_: &Limits, _: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({"type": "string", "format": "date-time"})
    }
}

/// A text of a JSON value, owned.
trait StrOwned {
    fn as_str_owned(&self) -> Option<String>;
}

impl StrOwned for Value {
    fn as_str_owned(&self) -> Option<String> {
        self.as_str().map(str::to_owned)
    }
}

/// The elements of a list, if there are neither too many nor too few.
fn elements<'v>(value: &'v Value, limits: &Limits, at: &mut At<'_, '_>) -> Option<&'v [Value]> {
    let Value::Array(elements) = value else {
        let (rule, message) = wrong_type("a list", value);
        at.refuse(rule, message);
        return None;
    };
    if let Some((least, most)) = limits.count
        && !(least..=most).contains(&elements.len())
    {
        let message = match least {
            0 => format!("must have at most {most} elements"),
            least => format!("must have {least} to {most} elements"),
        };
        at.refuse(Rule::Size, message);
        return None;
    }
    Some(elements)
}

impl<T: Field> Field for Vec<T> {
    fn read(value: &Value, limits: &Limits, at: &mut At<'_, '_>) -> Option<Self> {
        let elements = elements(value, limits, at)?;
        for (index, element) in elements.iter().enumerate().filter(|_| limits.unique) {
            if elements[..index].contains(element) {
                let mut at = at.element(index);
                at.refuse(Rule::Unique, "is named twice");
            }
        }
        let read = elements
            .iter()
            .enumerate()
            .map(|(index, element)| T::read(element, limits, &mut at.element(index)));
        // All of them, so that each that is wrong is noted.
        let read: Vec<Option<T>> = read.collect();
        read.into_iter().collect()
    }

    #[cfg(not(target_family = "wasm"))]
    fn schema(limits: &Limits, generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        super::shape::list(T::schema(limits, generator), limits)
    }
}

impl<T: Field + PartialEq> Field for Distinct<T> {
    fn read(value: &Value, limits: &Limits, at: &mut At<'_, '_>) -> Option<Self> {
        let mut distinct: Vec<T> = Vec::new();
        for element in Vec::<T>::read(value, limits, at)? {
            if !distinct.contains(&element) {
                distinct.push(element);
            }
        }
        Some(Distinct(distinct))
    }

    #[cfg(not(target_family = "wasm"))]
    fn schema(limits: &Limits, generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        Vec::<T>::schema(limits, generator)
    }
}

impl<T: Field> Field for Each<T> {
    fn read(value: &Value, limits: &Limits, at: &mut At<'_, '_>) -> Option<Self> {
        let read = elements(value, limits, at)?
            .iter()
            .enumerate()
            .map(|(index, element)| {
                let mut findings = Findings::default();
                let mut at = At {
                    index: Some(index),
                    ..At::new(at.prefix, at.key, &mut findings)
                };
                let read = T::read(element, limits, &mut at);
                match read {
                    Some(read) if findings.is_empty() => Ok(read),
                    _ => Err(findings.into_violations()),
                }
            });
        Some(Each(read.collect()))
    }

    #[cfg(not(target_family = "wasm"))]
    fn schema(limits: &Limits, generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        Vec::<T>::schema(limits, generator)
    }
}

/// An object of any content.
impl Field for Map<String, Value> {
    fn read(value: &Value, _: &Limits, at: &mut At<'_, '_>) -> Option<Self> {
        typed(value, &Limits::NONE, at, "an object", |value| {
            value.as_object().cloned()
        })
    }

    #[cfg(not(target_family = "wasm"))]
    fn schema(_: &Limits, _: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({"type": "object", "additionalProperties": {}})
    }
}

/// Reads one of a closed set; for the types that `choices!` declares.
#[doc(hidden)]
pub fn read_choice<C: Choice>(value: &Value, at: &mut At<'_, '_>) -> Option<C> {
    let text = typed(value, &Limits::NONE, at, "a string", Value::as_str_owned)?;
    let choice = C::parse(&text);
    if choice.is_none() {
        at.refuse(Rule::Enum, UnknownChoice::new(C::ELEMENTS).to_string());
    }
    choice
}
