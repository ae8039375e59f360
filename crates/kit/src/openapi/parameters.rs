//! Parameters of operations: parts of the path, headers, and the query string.

use schemars::SchemaGenerator;
use serde_json::{Value, json};
use whisper_schema::text::pattern;

use crate::endpoint::{Endpoint, Header};
use crate::error::Code;

/// A secret of ours in a path, with or without a beginning that tells its kind: base64url.
const SECRET: &str = "^[A-Za-z0-9_-]+$";
/// The most characters of one.
const MOST_SECRET: usize = 64;

/// The parameters of an operation.
pub fn of(endpoint: &Endpoint, generator: &mut SchemaGenerator) -> Vec<Value> {
    let parts = endpoint.path.split('/');
    let names = parts.filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'));
    let mut parameters: Vec<Value> = names.map(in_path).collect();
    parameters.extend(endpoint.headers.iter().map(|name| header(endpoint, name)));
    parameters.extend(endpoint.own_headers.iter().map(own_header));
    parameters.extend(in_query(endpoint, generator));
    parameters
}

fn own_header(header: &Header) -> Value {
    let (least, most) = header.size;
    let schema =
        json!({"type": "string", "minLength": least, "maxLength": most, "pattern": header.pattern});
    json!({
        "name": header.name, "in": "header", "required": false, "schema": schema, "description": header.about,
    })
}

fn in_path(name: &str) -> Value {
    let (most, form) = match name {
        "reaction" => (36, pattern::REACTION),
        "secret" => (MOST_SECRET, SECRET),
        _ => (36, pattern::ID),
    };
    let schema = json!({"type": "string", "minLength": 1, "maxLength": most, "pattern": form});
    json!({"name": name, "in": "path", "required": true, "schema": schema})
}

fn header(endpoint: &Endpoint, name: &str) -> Value {
    let (required, about, schema) = match name {
        "if-match" => (
            endpoint.codes.contains(&Code::PreconditionRequired),
            "The ETag of the document as it was read, or * for its present state.",
            json!({"type": "string", "pattern": r#"^(\*|(W/)?"[0-9]{1,18}(-[0-9]{1,18})?")$"#}),
        ),
        "idempotency-key" => (
            false,
            "Makes a retry safe: the same key with the same request gives the first answer, for 24 hours.",
            json!({"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-~]+$"}),
        ),
        _ => (false, "", json!({"type": "string"})),
    };
    let mut parameter =
        json!({"name": name, "in": "header", "required": required, "schema": schema});
    if !about.is_empty() {
        parameter["description"] = about.into();
    }
    parameter
}

/// The fields of a struct; its schema itself stays out of the components.
fn in_query(endpoint: &Endpoint, generator: &mut SchemaGenerator) -> Vec<Value> {
    let Some(query) = endpoint.described.query else {
        return Vec::new();
    };
    let schema = resolved((query.schema)(generator), generator);
    let required = schema["required"].as_array().cloned().unwrap_or_default();
    let fields = schema["properties"].as_object().into_iter().flatten();
    fields
        .map(|(name, field)| {
            let mut field = without_null(field.clone());
            let about = field.as_object_mut().and_then(|f| f.remove("description"));
            let required = required.contains(&name.as_str().into());
            let mut parameter =
                json!({"name": name, "in": "query", "required": required, "schema": field});
            if let Some(about) = about {
                parameter["description"] = about;
            }
            parameter
        })
        .collect()
}

fn resolved(schema: schemars::Schema, generator: &mut SchemaGenerator) -> Value {
    let schema = schema.to_value();
    let name = schema["$ref"]
        .as_str()
        .and_then(|path| path.rsplit('/').next());
    let defined = name.and_then(|name| generator.definitions_mut().remove(name));
    defined.unwrap_or(schema)
}

/// The schema of a parameter that may be left out: a query string has no null.
fn without_null(mut schema: Value) -> Value {
    if let Some(kinds) = schema.get_mut("type").and_then(Value::as_array_mut) {
        kinds.retain(|kind| kind != "null");
        if let [kind] = kinds.as_slice() {
            schema["type"] = kind.clone();
        }
    }
    let Some(choices) = schema.get_mut("anyOf").and_then(Value::as_array_mut) else {
        return schema;
    };
    choices.retain(|choice| choice["type"] != "null");
    let [only] = choices.as_slice() else {
        return schema;
    };
    let only = only.clone();
    let Value::Object(fields) = &mut schema else {
        return schema;
    };
    fields.remove("anyOf");
    fields.extend(only.as_object().cloned().unwrap_or_default());
    schema
}
