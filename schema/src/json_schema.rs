//! JSON Schema of documents and choices, for OpenAPI. Not in components: they only serve the result.

use schemars::{Schema, json_schema};
use serde_json::{Value, json};

use crate::text::pattern;
use crate::{Attribute, Choice, Collection, Kind};

/// Schema of a choice.
pub fn choice_schema<C: Choice>() -> Schema {
    json_schema!({ "title": C::NAME, "description": paragraphs(C::DOC), "type": "string", "enum": C::ELEMENTS })
}

/// Schema of a collection's documents; `title` is the name of the struct.
pub fn collection_schema(collection: &Collection, title: &str) -> Schema {
    let mut properties = serde_json::Map::new();
    properties.insert("id".into(), id_schema());
    for attribute in collection.attributes {
        properties.insert(attribute.key.into(), attribute_schema(attribute));
    }
    let present = |a: &&Attribute| a.not_null();
    let required: Vec<_> = std::iter::once("id")
        .chain(collection.attributes.iter().filter(present).map(|a| a.key))
        .collect();
    json_schema!({
        "title": title,
        "description": paragraphs(collection.doc),
        "type": "object",
        "properties": properties,
        "required": required,
    })
}

fn id_schema() -> Value {
    json!({
        "description": "Id of the document, unique within its collection.",
        "type": "string",
        "minLength": 1,
        "maxLength": 36,
        "pattern": pattern::ID,
    })
}

/// Schema of one attribute's value, with its description and default.
pub fn attribute_schema(attribute: &Attribute) -> Value {
    let one = kind_schema(&attribute.kind);
    let mut schema = if attribute.array {
        json!({ "type": "array", "items": one })
    } else {
        one
    };
    if !attribute.doc.is_empty() {
        schema["description"] = paragraphs(attribute.doc).into();
    }
    if let Some(default) = attribute.default {
        schema["default"] = default.to_json();
    }
    schema
}

/// Schema of a value of this kind.
pub(crate) fn kind_schema(kind: &Kind) -> Value {
    match kind {
        Kind::String { size } => json!({ "type": "string", "maxLength": size }),
        Kind::Integer { min, max } => bounded(
            json!({ "type": "integer", "format": "int64" }),
            json!(min),
            json!(max),
        ),
        Kind::Double { min, max } => bounded(
            json!({ "type": "number", "format": "double" }),
            json!(min),
            json!(max),
        ),
        Kind::Boolean => json!({ "type": "boolean" }),
        Kind::Datetime => json!({ "type": "string", "format": "date-time" }),
        Kind::Enum { elements } => json!({ "type": "string", "enum": elements }),
        Kind::Email => json!({ "type": "string", "format": "email", "maxLength": 254 }),
        Kind::Url => json!({ "type": "string", "format": "uri", "maxLength": 2000 }),
        Kind::Bytes { size } => {
            json!({ "type": "string", "contentEncoding": "base16", "maxLength": 2 * u64::from(*size) })
        }
        Kind::Ip => {
            json!({ "type": "string", "anyOf": [{ "format": "ipv4" }, { "format": "ipv6" }], "maxLength": 39 })
        }
    }
}

fn bounded(mut schema: Value, min: Value, max: Value) -> Value {
    if !min.is_null() {
        schema["minimum"] = min;
    }
    if !max.is_null() {
        schema["maximum"] = max;
    }
    schema
}

/// A doc comment as a description: its lines joined, paragraphs kept.
pub(crate) fn paragraphs(doc: &str) -> String {
    let paragraphs: Vec<_> = doc
        .split("\n\n")
        .map(|p| p.split_whitespace().collect::<Vec<_>>().join(" "))
        .filter(|p| !p.is_empty())
        .collect();
    paragraphs.join("\n\n")
}
