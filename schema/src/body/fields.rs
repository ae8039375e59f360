//! The fields of one object of a body, under examination.

use serde_json::{Map, Value};

use super::field::{At, Field};
use super::findings::{Findings, MOST_NAME};
use super::{Change, Limits, json};
use crate::validate::wrong_type;
use crate::{Rule, UnknownChoice, Violation};

/// The fields of one object of a body. Each question makes its field a known one, so that
/// [`finish`](Fields::finish) can refuse the others. Null counts as absent, but where a value can be taken away.
pub struct Fields<'a, 'f> {
    object: &'a Map<String, Value>,
    prefix: String,
    known: Vec<&'static str>,
    findings: &'f mut Findings,
}

impl<'a, 'f> Fields<'a, 'f> {
    /// Examines `object`, whose fields are told with `prefix` ("metadata." or nothing).
    pub fn new(object: &'a Map<String, Value>, prefix: String, findings: &'f mut Findings) -> Self {
        Fields {
            object,
            prefix,
            known: Vec::new(),
            findings,
        }
    }

    /// Notes a violation of one of this object's fields.
    pub fn refuse(&mut self, key: &str, rule: Rule, message: impl Into<String>) {
        self.findings
            .push(format!("{}{key}", self.prefix), rule, message);
    }

    /// Whether nothing is wrong yet with a field of this object, or a part of it.
    pub fn is_clean(&self, key: &str) -> bool {
        !self.findings.any_about(&format!("{}{key}", self.prefix))
    }

    /// Whether the object has the field, and not null.
    pub fn has(&self, key: &str) -> bool {
        self.object.get(key).is_some_and(|value| !value.is_null())
    }

    /// The field as it was sent; none when absent or null.
    pub fn value(&mut self, key: &'static str) -> Option<&'a Value> {
        self.known.push(key);
        self.object.get(key).filter(|value| !value.is_null())
    }

    /// A field that must be there.
    pub fn required<T: Field>(&mut self, key: &'static str, limits: &Limits) -> Option<T> {
        let value = self.value(key);
        if value.is_none() {
            self.refuse(key, Rule::Required, "is required");
        }
        self.typed(key, value?, limits)
    }

    /// A field that may be left out.
    pub fn optional<T: Field>(&mut self, key: &'static str, limits: &Limits) -> Option<T> {
        let value = self.value(key)?;
        self.typed(key, value, limits)
    }

    /// A field that may be left out, but not be taken away by null.
    pub fn kept<T: Field>(&mut self, key: &'static str, limits: &Limits) -> Option<T> {
        if self.object.get(key).is_some_and(Value::is_null) {
            self.known.push(key);
            self.refuse(key, Rule::Required, "can't be taken away");
            return None;
        }
        self.optional(key, limits)
    }

    /// A field that may be left out, or be taken away by null.
    pub fn change<T: Field>(&mut self, key: &'static str, limits: &Limits) -> Change<T> {
        if self.object.get(key).is_some_and(Value::is_null) {
            self.known.push(key);
            return Change::Clear;
        }
        self.optional(key, limits).map_or(Change::Keep, Change::Set)
    }

    fn typed<T: Field>(&mut self, key: &'static str, value: &Value, limits: &Limits) -> Option<T> {
        T::read(
            value,
            limits,
            &mut At::new(&self.prefix, key, self.findings),
        )
    }

    /// The object in a field, read by `read`, its unknown fields refused. The text of an object is taken as well,
    /// as stored documents have it. An absent one is read as an empty one.
    pub fn nested<T>(
        &mut self,
        key: &'static str,
        read: impl FnOnce(&mut Fields<'_, '_>) -> Option<T>,
    ) -> Option<T> {
        let (empty, parsed);
        let object = match self.value(key) {
            None => {
                empty = Map::new();
                &empty
            }
            Some(Value::Object(object)) => object,
            Some(Value::String(text)) => {
                parsed = json::object(text.as_bytes()).map_err(|unreadable| {
                    let Violation {
                        field,
                        rule,
                        message,
                    } = unreadable.within(&format!("{}{key}", self.prefix));
                    self.findings.push(field, rule, message);
                });
                parsed.as_ref().ok()?
            }
            Some(_) => {
                self.refuse(key, Rule::Type, "must be an object");
                return None;
            }
        };
        let mut fields = Fields::new(object, format!("{}{key}.", self.prefix), self.findings);
        let value = read(&mut fields);
        fields.finish();
        value
    }

    /// The tag that names the kind of the field `content`: one of `tags`, or `default` when it is left out. Without a
    /// tag the content can't be judged, so it is not refused as well.
    pub fn tag(
        &mut self,
        key: &'static str,
        content: &'static str,
        tags: &'static [&'static str],
        default: Option<&'static str>,
    ) -> Option<&'static str> {
        let Some(value) = self.value(key) else {
            if default.is_none() {
                self.refuse(key, Rule::Required, "is required");
                self.known.push(content);
            }
            return default;
        };
        let Some(text) = value.as_str() else {
            let (rule, message) = wrong_type("a string", value);
            self.refuse(key, rule, message);
            self.known.push(content);
            return None;
        };
        let tag = tags.iter().copied().find(|tag| *tag == text);
        if tag.is_none() {
            self.refuse(key, Rule::Enum, UnknownChoice::new(tags).to_string());
            self.known.push(content);
        }
        tag
    }

    /// Refuses the fields that the body doesn't have.
    pub fn finish(self) {
        let Fields {
            object,
            prefix,
            known,
            findings,
        } = self;
        for key in object.keys().filter(|key| !known.contains(&key.as_str())) {
            // A name as long as the body would make an answer as long as the body.
            let shown: String = key.chars().take(MOST_NAME).collect();
            findings.push(
                format!("{prefix}{shown}"),
                Rule::Unknown,
                "is not a field of this body",
            );
        }
    }
}

impl At<'_, '_> {
    /// Reads the object at this place by `read`, its unknown fields refused.
    pub fn object<T>(
        &mut self,
        value: &Value,
        read: impl FnOnce(&mut Fields<'_, '_>) -> Option<T>,
    ) -> Option<T> {
        let Value::Object(object) = value else {
            let (rule, message) = wrong_type("an object", value);
            self.refuse(rule, message);
            return None;
        };
        let prefix = format!("{}.", self.path());
        let mut fields = Fields::new(object, prefix, self.findings);
        let read = read(&mut fields);
        fields.finish();
        read
    }
}
