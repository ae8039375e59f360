//! An object on the wire that a document keeps as text.

use serde_json::Value;

use super::field::{At, Field};
use super::json::{self, Unreadable};
use super::limits::Limits;
use crate::Rule;
use crate::validate::check_one;

/// An object on the wire, kept as JSON text: the object itself, or text that holds one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct JsonText(String);

impl JsonText {
    /// The text.
    pub fn into_text(self) -> String {
        self.0
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<JsonText> for Value {
    fn from(text: JsonText) -> Self {
        text.0.into()
    }
}

impl Field for JsonText {
    fn read(value: &Value, limits: &Limits, at: &mut At<'_, '_>) -> Option<Self> {
        let text = match value {
            Value::Object(_) => Some(value.to_string()),
            Value::String(text) => match json::object(text.as_bytes()) {
                Ok(object) => Some(Value::Object(object).to_string()),
                Err(Unreadable::Field(path, rule, message)) => {
                    match path {
                        Some(path) => at.refuse_part(&path, rule, message),
                        None => at.refuse(rule, message),
                    }
                    return None;
                }
                Err(Unreadable::Syntax(_) | Unreadable::Other) => None,
            },
            _ => None,
        };
        let Some(text) = text else {
            at.refuse(Rule::Type, "must be a JSON object");
            return None;
        };
        if let Some(attribute) = limits.attribute() {
            at.held(check_one(attribute, &Value::String(text.clone())))?;
        }
        if let Some((_, most)) = limits.size
            && text.chars().count() > most
        {
            at.refuse(
                Rule::Size,
                format!("must have at most {most} characters as JSON"),
            );
            return None;
        }
        Some(JsonText(text))
    }

    #[cfg(not(target_family = "wasm"))]
    fn schema(_: &Limits, _: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({"type": "object", "additionalProperties": {}})
    }
}
