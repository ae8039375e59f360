//! Choices as clients' generators want them: one `enum`, with the meaning of each word told in words.

use serde_json::{Map, Value};

/// Turns every choice between words that are described one by one into an `enum`.
pub fn joined(value: &mut Value) {
    match value {
        Value::Object(schema) => {
            schema.values_mut().for_each(joined);
            if let Some((words, meanings)) = words(schema) {
                schema.remove("oneOf");
                let about = schema.get("description").and_then(Value::as_str);
                let told = about.into_iter().chain([meanings.as_str()]);
                let told = told.collect::<Vec<_>>().join("\n\n");
                schema.insert("description".to_owned(), told.into());
                schema.insert("type".to_owned(), "string".into());
                schema.insert("enum".to_owned(), words.into());
            }
        }
        Value::Array(values) => values.iter_mut().for_each(joined),
        _ => {}
    }
}

/// The words of such a choice, and a list of their meanings.
fn words(schema: &Map<String, Value>) -> Option<(Vec<Value>, String)> {
    let choices = schema.get("oneOf")?.as_array()?;
    let (mut words, mut meanings) = (Vec::new(), Vec::new());
    for choice in choices {
        // Words without a doc comment stand together.
        if let Some(more) = choice["enum"].as_array() {
            words.extend(more.iter().cloned());
            continue;
        }
        let word = choice["const"].as_str()?;
        words.push(word.into());
        if let Some(meaning) = choice["description"].as_str() {
            meanings.push(format!("- `{word}`: {meaning}"));
        }
    }
    Some((words, meanings.join("\n")))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn described_words_become_an_enum() {
        let mut schema = json!({"items": {"description": "A side.", "oneOf": [
            {"const": "left", "type": "string", "description": "Left."},
            {"enum": ["up", "down"], "type": "string"},
        ]}});
        joined(&mut schema);
        let wanted = json!({"items": {
            "description": "A side.\n\n- `left`: Left.", "type": "string", "enum": ["left", "up", "down"],
        }});
        assert_eq!(schema, wanted);
    }

    #[test]
    fn a_choice_between_objects_stays() {
        let schema = json!({"oneOf": [{"type": "object"}, {"const": "none"}]});
        let mut same = schema.clone();
        joined(&mut same);
        assert_eq!(same, schema);
    }
}
