//! JSON of the client's that a story keeps as text: filters, stickers and music.

use serde_json::Value;
use whisper_schema::Rule;
use whisper_schema::body::{At, Field, Limits};

/// An object or a list, sent as such or as a text that holds one; kept as text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClientJson(String);

impl ClientJson {
    /// The text.
    pub fn into_text(self) -> String {
        self.0
    }
}

impl Field for ClientJson {
    fn read(value: &Value, limits: &Limits, at: &mut At<'_, '_>) -> Option<Self> {
        let parsed: Option<Value> = value
            .as_str()
            .and_then(|text| serde_json::from_str(text).ok());
        let value = parsed.as_ref().unwrap_or(value);
        if !value.is_object() && !value.is_array() {
            at.refuse(Rule::Type, "must be a JSON object or list");
            return None;
        }
        String::read(&Value::String(value.to_string()), limits, at).map(ClientJson)
    }

    #[cfg(not(target_family = "wasm"))]
    fn schema(_: &Limits, _: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({"type": ["object", "array"], "items": {}, "additionalProperties": {}})
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use whisper_schema::Body;
    use whisper_schema::body;

    use super::*;

    /// A body with such a field.
    #[derive(Debug, Body)]
    struct Sent {
        /// The field.
        json: ClientJson,
    }

    #[test]
    fn objects_and_lists_are_taken() {
        for (sent, text) in [
            (json!({"a": 1}), Some("{\"a\":1}")),
            (json!([1, 2]), Some("[1,2]")),
            (json!(" { \"a\" : 1 } "), Some("{\"a\":1}")),
            (json!("\"only a text\""), None),
            (json!("{"), None),
            (json!(true), None),
        ] {
            let body = json!({"json": sent});
            let read = body::read::<Sent>(body.as_object().unwrap());
            let stored = read.ok().map(|body| body.json.into_text());
            assert_eq!(stored.as_deref(), text, "{body}");
        }
    }
}
