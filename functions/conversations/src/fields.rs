//! Bodies whose fields are attributes of a document: read so that everything wrong is told at once.

use serde_json::{Map, Value};
use whisper_kit::error::FieldError;
use whisper_schema::{Collection, Rule, validate_patch};

/// Most unknown fields that are told; an answer shouldn't outgrow a body full of mistakes.
const TOLD: usize = 20;
/// Most characters of an unknown field's name that are repeated.
const TOLD_NAME: usize = 64;

/// Holds a body's fields against the collection's attributes; only `allowed` ones may be there.
pub fn examine(
    collection: &Collection,
    body: &mut Map<String, Value>,
    allowed: &[&str],
) -> Vec<FieldError> {
    let unknown: Vec<String> = body
        .keys()
        .filter(|key| !allowed.contains(&key.as_str()))
        .cloned()
        .collect();
    for key in &unknown {
        body.remove(key);
    }
    let mut wrong: Vec<FieldError> = unknown
        .iter()
        .take(TOLD)
        .map(|key| no_such_field(key))
        .collect();
    if let Some(problem) = settle_object(body, "settings") {
        wrong.push(problem);
        body.remove("settings");
    }
    wrong.extend(
        validate_patch(collection, body)
            .into_iter()
            .map(FieldError::from),
    );
    wrong
}

fn no_such_field(key: &str) -> FieldError {
    let shown: String = key.chars().take(TOLD_NAME).collect();
    FieldError::new(shown, Rule::Unknown, "is not a field of this body")
}

/// Turns a JSON object, or a text that holds one, into the text that is stored.
fn settle_object(body: &mut Map<String, Value>, key: &str) -> Option<FieldError> {
    let value = body.get_mut(key).filter(|value| !value.is_null())?;
    let object = match value {
        Value::Object(object) => Some(std::mem::take(object)),
        Value::String(text) => serde_json::from_str(text).ok(),
        _ => None,
    };
    match object.map(Value::Object) {
        Some(object) => {
            *value = Value::String(object.to_string());
            None
        }
        None => Some(FieldError::new(key, Rule::Type, "must be a JSON object")),
    }
}

/// A text that has something to read in it.
pub fn is_blank(text: &str) -> bool {
    text.trim().is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;
    use whisper_schema::prelude::{Conversation, Document};

    fn examined(body: Value) -> (Map<String, Value>, Vec<(String, String)>) {
        let Value::Object(mut body) = body else {
            panic!("an object")
        };
        let wrong = examine(
            Conversation::COLLECTION,
            &mut body,
            &["name", "settings", "avatarUrl"],
        );
        let wrong = wrong.into_iter().map(|e| (e.field, e.rule.to_string()));
        (body, wrong.collect())
    }

    #[test]
    fn everything_wrong_is_told_at_once() {
        let (_, wrong) = examined(
            json!({"name": 1, "avatarUrl": "no url", "nome": "x", "creatorId": "me", "settings": []}),
        );
        let wrong: Vec<(&str, &str)> = wrong
            .iter()
            .map(|(f, r)| (f.as_str(), r.as_str()))
            .collect();
        for expected in [
            ("creatorId", "unknown"),
            ("nome", "unknown"),
            ("settings", "type"),
            ("avatarUrl", "format"),
            ("name", "type"),
        ] {
            assert!(wrong.contains(&expected), "{expected:?} in {wrong:?}");
        }
        assert_eq!(wrong.len(), 5);
    }

    #[test]
    fn settings_come_as_an_object_or_as_its_text() {
        for settings in [json!({"a": 1}), json!("{ \"a\": 1 }")] {
            let (body, wrong) = examined(json!({"settings": settings}));
            assert_eq!(
                (body["settings"].as_str(), wrong),
                (Some(r#"{"a":1}"#), vec![])
            );
        }
        for settings in [json!("[1]"), json!("oops"), json!(1)] {
            let (_, wrong) = examined(json!({"settings": settings}));
            assert_eq!(wrong, [("settings".to_owned(), "type".to_owned())]);
        }
        let (_, wrong) = examined(json!({"settings": {"a": "x".repeat(5000)}}));
        assert_eq!(wrong, [("settings".to_owned(), "size".to_owned())]);
    }
}
