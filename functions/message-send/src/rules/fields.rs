//! Reads a JSON object field by field, refusing what no rule asked for.

use std::ops::RangeInclusive;

use serde_json::{Map, Value};
use whisper_schema::{Choice, Rule, Timestamp, UnknownChoice};

use super::findings::Findings;

/// Whether a field must be there; null counts as absent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Need {
    /// A violation when absent.
    Required,
    /// May be left out.
    Optional,
}

/// An object under examination. Every question marks its field as known, so that
/// [`finish`](Fields::finish) can refuse the rest.
pub struct Fields<'a, 'f> {
    object: &'a Map<String, Value>,
    prefix: &'static str,
    known: Vec<&'static str>,
    deadlines: Vec<(String, Timestamp)>,
    findings: &'f mut Findings,
}

impl<'a, 'f> Fields<'a, 'f> {
    /// Examines `object`, whose fields are named with `prefix` ("metadata." or nothing).
    pub fn new(
        object: &'a Map<String, Value>,
        prefix: &'static str,
        findings: &'f mut Findings,
    ) -> Self {
        Fields {
            object,
            prefix,
            known: Vec::new(),
            deadlines: Vec::new(),
            findings,
        }
    }

    /// Notes a violation of one of this object's fields.
    pub fn refuse(&mut self, key: &str, rule: Rule, message: impl Into<String>) {
        self.findings
            .push(format!("{}{key}", self.prefix), rule, message);
    }

    /// Notes a violation of a field of the body around this object.
    pub fn refuse_outside(&mut self, field: &str, rule: Rule, message: impl Into<String>) {
        self.findings.push(field, rule, message);
    }

    /// Whether nothing is wrong yet with the fields whose names begin so: what is refused already
    /// need not be missed as well.
    pub fn clean(&self, start: &str) -> bool {
        !self.findings.any_about(start)
    }

    /// Whether the object has the field.
    pub fn has(&self, key: &str) -> bool {
        self.object.get(key).is_some_and(|value| !value.is_null())
    }

    /// Refuses the fields that nobody asked for; gives the points in time that must lie ahead.
    pub fn finish(mut self) -> Vec<(String, Timestamp)> {
        let unknown = self
            .object
            .keys()
            .filter(|key| !self.known.contains(&key.as_str()));
        for key in unknown.cloned().collect::<Vec<_>>() {
            // A name as long as the body would make an answer as long as the body.
            let shown: String = key.chars().take(64).collect();
            self.refuse(
                &shown,
                Rule::Unknown,
                "is not a field of this kind of message",
            );
        }
        self.deadlines
    }

    /// The field as it is; None, and a violation if it is required, when absent.
    pub fn value(&mut self, key: &'static str, need: Need) -> Option<&'a Value> {
        self.known.push(key);
        let value = self.object.get(key).filter(|value| !value.is_null());
        if value.is_none() && need == Need::Required {
            self.refuse(key, Rule::Required, "is required");
        }
        value
    }

    fn typed<T>(
        &mut self,
        key: &'static str,
        need: Need,
        what: &str,
        read: impl FnOnce(&'a Value) -> Option<T>,
    ) -> Option<T> {
        let read = read(self.value(key, need)?);
        if read.is_none() {
            self.refuse(key, Rule::Type, format!("must be {what}"));
        }
        read
    }

    /// Text of so many characters.
    pub fn text(
        &mut self,
        key: &'static str,
        need: Need,
        size: RangeInclusive<usize>,
    ) -> Option<&'a str> {
        let text = self.typed(key, need, "a string", Value::as_str)?;
        self.fits(key, text, &size).then_some(text)
    }

    /// Text of a form that `is` knows and `what` describes.
    pub fn formatted(
        &mut self,
        key: &'static str,
        need: Need,
        is: impl FnOnce(&str) -> bool,
        what: &str,
    ) -> Option<&'a str> {
        let text = self.typed(key, need, "a string", Value::as_str)?;
        if !is(text) {
            self.refuse(key, Rule::Format, format!("must be {what}"));
            return None;
        }
        Some(text)
    }

    /// A whole number within bounds.
    pub fn integer(
        &mut self,
        key: &'static str,
        need: Need,
        range: RangeInclusive<i64>,
    ) -> Option<i64> {
        let number = self.typed(key, need, "a whole number", Value::as_i64)?;
        self.in_range(key, number, &range)
    }

    /// A number within bounds.
    pub fn number(
        &mut self,
        key: &'static str,
        need: Need,
        range: RangeInclusive<f64>,
    ) -> Option<f64> {
        let number = self.typed(key, need, "a number", Value::as_f64)?;
        self.in_range(key, number, &range)
    }

    fn in_range<T: PartialOrd + std::fmt::Display>(
        &mut self,
        key: &str,
        number: T,
        range: &RangeInclusive<T>,
    ) -> Option<T> {
        if !range.contains(&number) {
            let message = format!("must be from {} to {}", range.start(), range.end());
            self.refuse(key, Rule::Range, message);
            return None;
        }
        Some(number)
    }

    /// True or false.
    pub fn boolean(&mut self, key: &'static str) -> Option<bool> {
        self.typed(key, Need::Optional, "true or false", Value::as_bool)
    }

    /// An object of any content.
    pub fn object(&mut self, key: &'static str) -> Option<&'a Map<String, Value>> {
        self.typed(key, Need::Optional, "an object", Value::as_object)
    }

    /// One of a closed set.
    pub fn choice<C: Choice>(&mut self, key: &'static str, need: Need) -> Option<C> {
        let text = self.typed(key, need, "a string", Value::as_str)?;
        let choice = C::parse(text);
        if choice.is_none() {
            self.refuse(key, Rule::Enum, UnknownChoice::new(C::ELEMENTS).to_string());
        }
        choice
    }

    /// A point in time.
    pub fn time(&mut self, key: &'static str) -> Option<Timestamp> {
        let text = self.typed(key, Need::Optional, "a string", Value::as_str)?;
        let time = Timestamp::parse(text);
        if let Err(invalid) = &time {
            self.refuse(key, Rule::Format, invalid.to_string());
        }
        time.ok()
    }

    /// A point in time that must lie ahead. Whether it does is left to the caller of
    /// [`finish`](Fields::finish): a retried message stays sent, even when its time has passed.
    pub fn deadline(&mut self, key: &'static str) -> Option<Timestamp> {
        let time = self.time(key)?;
        self.deadlines.push((format!("{}{key}", self.prefix), time));
        Some(time)
    }

    /// A list of strings, each of so many characters.
    pub fn texts(
        &mut self,
        key: &'static str,
        need: Need,
        count: RangeInclusive<usize>,
        size: RangeInclusive<usize>,
    ) -> Vec<&'a str> {
        let mut texts = Vec::new();
        for (index, value) in self.list(key, need, count).iter().enumerate() {
            let element = format!("{key}[{index}]");
            match value.as_str() {
                Some(text) if self.fits(&element, text, &size) => texts.push(text),
                Some(_) => {}
                None => self.refuse(&element, Rule::Type, "must be a string"),
            }
        }
        texts
    }

    /// A list of so many elements; empty when absent or refused.
    pub fn list(
        &mut self,
        key: &'static str,
        need: Need,
        count: RangeInclusive<usize>,
    ) -> &'a [Value] {
        let Some(list) = self.typed(key, need, "a list", Value::as_array) else {
            return &[];
        };
        if !count.contains(&list.len()) {
            let message = format!("must have {} to {} elements", count.start(), count.end());
            self.refuse(key, Rule::Size, message);
            return &[];
        }
        list
    }

    fn fits(&mut self, key: &str, text: &str, size: &RangeInclusive<usize>) -> bool {
        if text.contains('\0') {
            // PostgreSQL can't store it.
            self.refuse(key, Rule::Format, "must not contain U+0000");
            return false;
        }
        let fits = size.contains(&text.chars().count());
        if !fits {
            let message = match size.start() {
                0 => format!("must have at most {} characters", size.end()),
                least => format!("must have {least} to {} characters", size.end()),
            };
            self.refuse(key, Rule::Size, message);
        }
        fits
    }
}
