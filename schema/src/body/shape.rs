//! JSON Schema of bodies, for OpenAPI. Not in components: they only serve the result.

use schemars::{Schema, json_schema};
use serde_json::{Map, Value, json};

use super::limits::{Limits, Range};
use crate::json_schema::{kind_schema, paragraphs};

/// Starts from the schema of the attribute, if it keeps the rules of one.
fn base(limits: &Limits, otherwise: Value) -> Value {
    limits
        .attribute()
        .map_or(otherwise, |attribute| kind_schema(&attribute.kind))
}

pub(super) fn text(limits: &Limits) -> Schema {
    let mut schema = base(limits, json!({"type": "string"}));
    if let Some((least, most)) = limits.size {
        if least > 0 {
            schema["minLength"] = least.into();
        }
        schema["maxLength"] = most.into();
    }
    if let Some(kind) = limits.text() {
        schema["pattern"] = kind.pattern().into();
    }
    if let Some(form) = limits.is {
        if let Some(pattern) = form.pattern {
            schema["pattern"] = pattern.into();
        }
        if let Some(format) = form.format {
            schema["format"] = format.into();
        }
    }
    to_schema(schema)
}

pub(super) fn number(kind: &str, limits: &Limits) -> Schema {
    let mut schema = base(limits, json!({"type": kind}));
    let bounds = match limits.range {
        None => return to_schema(schema),
        Some(Range::Integer(least, most)) => (json!(least), json!(most)),
        Some(Range::Number(least, most)) => (json!(least), json!(most)),
    };
    (schema["minimum"], schema["maximum"]) = bounds;
    to_schema(schema)
}

pub(super) fn list(element: Schema, limits: &Limits) -> Schema {
    let mut schema = json!({"type": "array", "items": element});
    if let Some((least, most)) = limits.count {
        if least > 0 {
            schema["minItems"] = least.into();
        }
        schema["maxItems"] = most.into();
    }
    to_schema(schema)
}

fn to_schema(value: Value) -> Schema {
    Schema::try_from(value).unwrap_or_default()
}

/// The schema of an object with known fields, put together field by field.
pub struct ObjectShape {
    properties: Map<String, Value>,
    required: Vec<&'static str>,
    flattened: Vec<Value>,
    examples: Vec<Value>,
}

impl ObjectShape {
    /// An object without fields.
    #[allow(clippy::new_without_default)]
    pub fn new() -> Self {
        ObjectShape {
            properties: Map::new(),
            required: Vec::new(),
            flattened: Vec::new(),
            examples: Vec::new(),
        }
    }

    /// Adds a field: its schema, its description, whether it must be there, whether it may be null.
    pub fn field(
        &mut self,
        key: &'static str,
        schema: Schema,
        doc: &str,
        required: bool,
        nullable: bool,
    ) {
        let mut schema = schema.to_value();
        if nullable {
            schema = or_null(schema);
        }
        if let Value::Object(fields) = &mut schema
            && !doc.is_empty()
        {
            fields.insert("description".into(), paragraphs(doc).into());
        }
        if required {
            self.required.push(key);
        }
        self.properties.insert(key.into(), schema);
    }

    /// Adds the value that is taken where the field is left out.
    pub fn default_of(&mut self, key: &str, default: impl Into<Value>) {
        if let Some(Value::Object(schema)) = self.properties.get_mut(key) {
            schema.insert("default".into(), default.into());
        }
    }

    /// Adds the fields of a part that stands in the same object.
    pub fn flatten(&mut self, part: Schema) {
        self.flattened.push(part.to_value());
    }

    /// Adds an example, as JSON text.
    pub fn example(&mut self, text: &str) {
        self.examples
            .extend(serde_json::from_str::<Value>(text).ok());
    }

    /// The schema.
    pub fn finish(self, doc: &str) -> Schema {
        let mut schema = json!({"type": "object", "properties": self.properties});
        if !self.required.is_empty() {
            schema["required"] = self.required.into();
        }
        if self.flattened.is_empty() {
            schema["additionalProperties"] = false.into();
        } else {
            schema["allOf"] = self.flattened.into();
            schema["unevaluatedProperties"] = false.into();
        }
        if !doc.is_empty() {
            schema["description"] = paragraphs(doc).into();
        }
        if !self.examples.is_empty() {
            schema["examples"] = self.examples.into();
        }
        to_schema(schema)
    }
}

fn or_null(mut schema: Value) -> Value {
    match schema.get("type") {
        Some(Value::String(kind)) if schema.get("enum").is_none() => {
            schema["type"] = json!([kind, "null"]);
            schema
        }
        _ => json!({"anyOf": [schema, {"type": "null"}]}),
    }
}

/// The schema of a part whose `tag` names the kind of its `content`, put together variant by
/// variant.
pub struct TaggedShape {
    tag: &'static str,
    content: &'static str,
    default: Option<&'static str>,
    variants: Vec<Value>,
}

impl TaggedShape {
    /// Without variants; `default` is taken where the tag is left out.
    pub fn new(tag: &'static str, content: &'static str, default: Option<&'static str>) -> Self {
        TaggedShape {
            tag,
            content,
            default,
            variants: Vec::new(),
        }
    }

    /// Adds a variant: the tag's value, its description, and its content.
    pub fn variant(
        &mut self,
        key: &'static str,
        doc: &str,
        content: Schema,
        content_required: bool,
    ) {
        let mut tag = json!({"type": "string", "const": key});
        if self.default == Some(key) {
            tag["default"] = key.into();
        }
        let mut required = Vec::new();
        if self.default != Some(key) {
            required.push(self.tag);
        }
        if content_required {
            required.push(self.content);
        }
        let mut variant = json!({
            "title": key,
            "type": "object",
            "properties": {self.tag: tag, self.content: or_null_unless(content_required, content.to_value())},
        });
        if !required.is_empty() {
            variant["required"] = required.into();
        }
        if !doc.is_empty() {
            variant["description"] = paragraphs(doc).into();
        }
        self.variants.push(variant);
    }

    /// The schema.
    pub fn finish(self) -> Schema {
        // The default has no tag to be told from the others by.
        match self.default {
            Some(_) => json_schema!({"anyOf": self.variants}),
            None => json_schema!({"oneOf": self.variants}),
        }
    }
}

fn or_null_unless(required: bool, schema: Value) -> Value {
    match required {
        true => schema,
        false => or_null(schema),
    }
}
