//! JSON Schema of bodies, for OpenAPI. Not in components: they only serve the result.

use schemars::{Schema, json_schema};
use serde_json::{Map, Value, json};

use super::limits::{Limits, Range};
use crate::json_schema::{kind_schema, paragraphs};
use crate::text::pattern;
use crate::{Kind, Text};

/// The key that a rule has in the document when it can't be read.
pub const NO_RULE: &str = "x-no-rule";

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
    let patterns = patterns(limits);
    if let Some(first) = patterns.first() {
        schema["pattern"] = (*first).into();
    }
    if let Some(second) = patterns.get(1) {
        schema["allOf"] = json!([{"pattern": second}]);
    }
    if let Some(format) = limits.is.and_then(|form| form.format) {
        schema["format"] = format.into();
    }
    if schema.get("pattern").is_none() && schema.get("format").is_none() {
        schema["pattern"] = pattern::TEXT.into();
    }
    to_schema(schema)
}

/// The expressions of a text's form and of its kind, without one that follows from the other.
fn patterns(limits: &Limits) -> Vec<&'static str> {
    let of_kind = match limits.attribute().map(|attribute| attribute.kind) {
        Some(Kind::Email) => Some(pattern::EMAIL),
        Some(Kind::Url) => Some(pattern::URL),
        _ => None,
    };
    let form = limits.is.and_then(|form| form.pattern).or(of_kind);
    match (form, limits.text()) {
        (Some(pattern::LINE), Some(Text::Name)) => vec![pattern::NAME],
        (Some(pattern::LINE), Some(Text::Words)) => vec![pattern::LINE],
        (form, kind) => form.into_iter().chain(kind.map(Text::pattern)).collect(),
    }
}

pub(super) fn number(kind: &str, limits: &Limits) -> Schema {
    let mut schema = base(limits, json!({"type": kind}));
    let is_bounded = schema.get("minimum").is_some() || schema.get("maximum").is_some();
    let bounds = match limits.range {
        None => return to_schema(schema),
        // The attribute's are closer.
        Some(Range::Integer(i64::MIN, i64::MAX)) if is_bounded => return to_schema(schema),
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
    if limits.unique {
        schema["uniqueItems"] = true.into();
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
    rules: Vec<Value>,
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
            rules: Vec::new(),
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

    /// Tells the value that is taken where the field is left out. In words: of a `default` generators of types conclude
    /// that the field is always there, which holds for answers alone.
    pub fn default_of(&mut self, key: &str, default: impl Into<Value>) {
        if let Some(Value::Object(schema)) = self.properties.get_mut(key) {
            let before = schema.get("description").and_then(Value::as_str);
            let told = format!(
                "{} Default: `{}`.",
                before.unwrap_or_default(),
                default.into()
            );
            schema.insert("description".into(), told.trim_start().into());
        }
    }

    /// Adds the fields of a part that stands in the same object. The object refuses unknown fields as a whole: the part by itself
    /// knows no field of the others.
    pub fn flatten(&mut self, part: Schema) {
        let mut part = part.to_value();
        if let Some(part) = part.as_object_mut() {
            part.remove("additionalProperties");
            part.remove("examples");
        }
        self.flattened.push(part);
    }

    /// Adds a rule about several fields, as the text of a schema.
    pub fn rule(&mut self, text: &str) {
        let rule = serde_json::from_str::<Value>(text);
        let told = |error: serde_json::Error| json!({NO_RULE: error.to_string()});
        self.rules.push(rule.unwrap_or_else(told));
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
        match self.flattened.is_empty() {
            true => schema["additionalProperties"] = false.into(),
            false => schema["unevaluatedProperties"] = false.into(),
        }
        let parts: Vec<Value> = self.flattened.into_iter().chain(self.rules).collect();
        if !parts.is_empty() {
            schema["allOf"] = parts.into();
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
            tag["description"] = "May be left out.".into();
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
