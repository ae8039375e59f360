//! Values of one of several kinds, told apart by their `type`: a schema of its own for each kind, as generators of clients want it.

use serde_json::{Map, Value, json};

const SCHEMAS: &str = "/components/schemas";

/// Gives each kind of such values a schema that has the `type` among its properties, with the discriminator's mapping to it; and drops
/// the schemas of the parts that are named no more.
pub(super) fn joined(document: &mut Value) {
    let Some(schemas) = document.pointer(SCHEMAS).and_then(Value::as_object) else {
        return;
    };
    let mut made = Map::new();
    let mut parts = Vec::new();
    for (name, schema) in schemas {
        if schema["discriminator"]["propertyName"] != "type" {
            continue;
        }
        let (mut mapping, mut options) = (Map::new(), Vec::new());
        for option in schema["oneOf"].as_array().into_iter().flatten() {
            let of = option["$ref"].as_str().and_then(|of| of.rsplit('/').next());
            let kind = option["properties"]["type"]["const"].as_str();
            let (Some(of), Some(kind)) = (of, kind) else {
                continue;
            };
            let own = format!("{}{name}", pascal(kind));
            let reference = format!("#{SCHEMAS}/{own}");
            mapping.insert(kind.to_owned(), json!(reference));
            options.push(json!({"$ref": reference}));
            parts.push(of.to_owned());
            made.insert(own, merged(&schemas[of], option));
        }
        let mut schema = schema.clone();
        schema["oneOf"] = json!(options);
        schema["discriminator"]["mapping"] = json!(mapping);
        made.insert(name.clone(), schema);
    }
    let Some(schemas) = document.pointer_mut(SCHEMAS).and_then(Value::as_object_mut) else {
        return;
    };
    schemas.extend(made);
    for part in parts {
        let reference = format!("\"#{SCHEMAS}/{part}\"");
        if !document.to_string().contains(&reference)
            && let Some(schemas) = document.pointer_mut(SCHEMAS).and_then(Value::as_object_mut)
        {
            schemas.remove(&part);
        }
    }
}

/// The schema of a kind: the part's, with the `type`.
fn merged(part: &Value, option: &Value) -> Value {
    let mut merged = part.clone();
    merged["properties"]["type"] = option["properties"]["type"].clone();
    merged["description"] = option["description"].clone();
    let mut required = vec![json!("type")];
    required.extend(part["required"].as_array().cloned().unwrap_or_default());
    merged["required"] = json!(required);
    merged
}

/// `message.created` as `MessageCreated`.
fn pascal(kind: &str) -> String {
    let words = kind.split(['.', '_']);
    let capital = |word: &str| {
        let mut letters = word.chars();
        let first = letters.next().map(|first| first.to_ascii_uppercase());
        first.into_iter().chain(letters).collect::<String>()
    };
    words.map(capital).collect()
}
