//! The forms of bodies and answers, as clients and the generators of their types want them.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use crate::made;

/// A schema, or a part of one, and where it stands.
type Place<'a> = (String, &'a Map<String, Value>);

struct Document(Value);

impl Document {
    fn made() -> Self {
        Self(serde_json::from_str(&made()).unwrap())
    }

    fn operations(&self) -> impl Iterator<Item = (&str, &Value)> {
        let paths = self.0["paths"].as_object().unwrap();
        paths.iter().flat_map(|(path, methods)| {
            let methods = methods.as_object().unwrap().values();
            methods.map(move |operation| (path.as_str(), operation))
        })
    }

    /// The parts of schemas that these lead to, other schemas by their names included.
    fn parts<'a>(&'a self, from: impl IntoIterator<Item = (String, &'a Value)>) -> Vec<Place<'a>> {
        let (mut parts, mut seen) = (Vec::new(), BTreeSet::new());
        let mut open: Vec<(String, &Value)> = from.into_iter().collect();
        while let Some((at, value)) = open.pop() {
            if let Some(pointer) = value["$ref"].as_str()
                && seen.insert(pointer)
            {
                let named = self.0.pointer(pointer.trim_start_matches('#')).unwrap();
                open.push((pointer.rsplit('/').next().unwrap().to_owned(), named));
            }
            if let Some(schema) = value.as_object() {
                parts.push((at.clone(), schema));
            }
            for (key, inner) in within(value) {
                open.push((format!("{at}/{key}"), inner));
            }
        }
        parts
    }

    fn sent(&self) -> Vec<Place<'_>> {
        let bodies = self.operations().map(|(path, operation)| {
            let content = &operation["requestBody"]["content"]["application/json"];
            (path.to_owned(), &content["schema"])
        });
        let parameters = self.operations().flat_map(|(path, operation)| {
            let all = operation["parameters"].as_array().into_iter().flatten();
            all.map(move |one| (format!("{path}?{}", one["name"]), &one["schema"]))
        });
        self.parts(bodies.chain(parameters))
    }

    fn answered(&self) -> Vec<Place<'_>> {
        let answers = self.operations().flat_map(|(path, operation)| {
            let all = operation["responses"].as_object().unwrap().values();
            all.map(move |answer| {
                let content = &answer["content"]["application/json"];
                (path.to_owned(), &content["schema"])
            })
        });
        self.parts(answers)
    }
}

/// The schemas that a schema is made of, but for those below `not` and the rules about several fields: they speak of a part of
/// another's description.
fn within(schema: &Value) -> Vec<(String, &Value)> {
    let fields = schema["properties"].as_object().into_iter().flatten();
    let fields = fields.map(|(name, field)| (name.clone(), field));
    let lists = ["anyOf", "oneOf"].into_iter();
    let lists = lists.flat_map(|key| schema[key].as_array().into_iter().flatten());
    let lists = lists.map(|part| ("?".to_owned(), part));
    let items = schema.get("items").map(|items| ("*".to_owned(), items));
    fields.chain(lists).chain(items).collect()
}

fn is_of(schema: &Map<String, Value>, kind: &str) -> bool {
    match schema.get("type") {
        Some(Value::String(one)) => one == kind,
        Some(Value::Array(several)) => several.contains(&kind.into()),
        _ => false,
    }
}

fn has(schema: &Map<String, Value>, any: &[&str]) -> bool {
    any.iter().any(|key| schema.contains_key(*key))
}

#[test]
fn everything_has_a_type() {
    let document = Document::made();
    let kinds = ["type", "$ref", "anyOf", "oneOf", "allOf", "enum", "const"];
    for (at, schema) in document.sent().iter().chain(&document.answered()) {
        // Clients keep values of their own there.
        let is_free = at.ends_with("/*") && schema.is_empty();
        assert!(is_free || has(schema, &kinds), "{at}: {schema:?}");
    }
    assert!(!document.0.to_string().contains("\"schema\":true"));
}

#[test]
fn objects_say_what_they_have() {
    let document = Document::made();
    for (at, schema) in document.sent().iter().chain(&document.answered()) {
        let said = ["properties", "additionalProperties", "allOf", "anyOf"];
        assert!(!is_of(schema, "object") || has(schema, &said), "{at}");
    }
}

#[test]
fn what_is_sent_has_its_limits() {
    let document = Document::made();
    // Anything is a beginning or a name to look for.
    let free = [
        "?\"errorType\"",
        "?\"tag\"",
        "?\"category\"",
        "?\"from\"",
        // As many as the host has under way.
        "HostFault/requestIds",
    ];
    for (at, schema) in document.sent() {
        if free.iter().any(|end| at.ends_with(end)) || has(schema, &["enum", "const"]) {
            continue;
        }
        let is_time = schema.get("format").is_some_and(|it| it == "date-time");
        let bounds = ["maxLength", "pattern"];
        assert!(
            !is_of(schema, "string") || is_time || has(schema, &bounds),
            "{at}: {schema:?}"
        );
        let is_number = is_of(schema, "integer") || is_of(schema, "number");
        let is_bounded = has(schema, &["minimum"]) && has(schema, &["maximum"]);
        assert!(!is_number || is_bounded, "{at}: {schema:?}");
        let is_list = is_of(schema, "array") && !is_of(schema, "object");
        assert!(!is_list || has(schema, &["maxItems"]), "{at}: {schema:?}");
    }
}

#[test]
fn choices_are_enums() {
    let document = Document::made();
    let choices = [
        "role",
        "rule",
        "priority",
        "privacy",
        "severity",
        "source",
        "reputation",
    ];
    for (at, schema) in document.sent().iter().chain(&document.answered()) {
        let name = at.rsplit('/').next().unwrap();
        let is_named = choices.contains(&name) || name.ends_with("Type") || name.ends_with("tatus");
        let is_free = ["errorType", "mimeType"].contains(&name);
        if is_named && !is_free && is_of(schema, "string") {
            assert!(has(schema, &["enum", "const"]), "{at}: {schema:?}");
        }
        let words = schema.get("oneOf").and_then(Value::as_array);
        let of_words = words.is_some_and(|all| all.iter().all(|one| one["const"].is_string()));
        assert!(!of_words, "{at}: {schema:?}");
    }
}

#[test]
fn answers_have_what_always_comes() {
    let document = Document::made();
    for (at, schema) in document.answered() {
        let required = schema.get("required").and_then(Value::as_array);
        let fields = schema.get("properties").and_then(Value::as_object);
        for (name, field) in fields.into_iter().flatten() {
            let is_required = required.is_some_and(|all| all.contains(&name.as_str().into()));
            // A profile that its owner hides has the name alone.
            // Events that are not told again have no place.
            let is_hidden = at.ends_with("OthersProfile") || at.ends_with("Event");
            let comes = ["id", "createdAt"].contains(&name.as_str());
            assert!(is_required || is_hidden || !comes, "{at}: {name}");
            // A field of an answer is never null: an absent value is left out.
            let is_nullable = field.as_object().is_some_and(|field| is_of(field, "null"))
                || field["anyOf"]
                    .as_array()
                    .is_some_and(|all| all.iter().any(|one| one["type"] == "null"));
            assert!(!is_required || !is_nullable, "{at}: {name}");
            // Generators take a field with a default for one that is always there.
            assert!(
                is_required || field.get("default").is_none(),
                "{at}: {name}"
            );
        }
    }
}

#[test]
fn lists_are_named_by_what_they_have() {
    let document = Document::made();
    for (path, operation) in document.operations() {
        let parameters = operation["parameters"].as_array().into_iter().flatten();
        if !parameters.into_iter().any(|one| one["name"] == "after") {
            continue;
        }
        let content = &operation["responses"]["200"]["content"];
        if content.get("text/event-stream").is_some() {
            continue;
        }
        let schema = &content["application/json"]["schema"];
        let name = schema["$ref"].as_str().unwrap().rsplit('/').next().unwrap();
        let item = name.strip_suffix("List").unwrap_or_default();
        assert!(!item.is_empty(), "{path}: {name}");
    }
    let schemas = document.0["components"]["schemas"].as_object().unwrap();
    for name in schemas.keys() {
        assert!(
            name.len() > 3
                || name == "Has"
                || name == "Ban"
                || name == "Bot"
                || name == "Job"
                || name == "Jwk"
                || name == "Run",
            "{name} tells nothing"
        );
        assert!(!name.contains("Listing"), "{name}");
    }
}

#[test]
fn parameters_are_named_alike() {
    let document = Document::made();
    let mut names: std::collections::BTreeMap<String, String> = std::collections::BTreeMap::new();
    for (path, _) in document.operations() {
        let mut before = String::new();
        for part in path.split('/') {
            if let Some(name) = part.strip_prefix('{') {
                let name = name.trim_end_matches('}');
                assert_ne!(name, "id", "{path}");
                let first = names
                    .entry(before.clone())
                    .or_insert_with(|| name.to_owned());
                assert_eq!(first, name, "{path}");
            }
            before = format!("{before}/{part}");
        }
    }
}

#[test]
fn the_document_says_how_to_sign_in() {
    let document = Document::made().0;
    let schemes = document["components"]["securitySchemes"]
        .as_object()
        .unwrap();
    for operation in ["signUp", "signIn", "refreshSession"] {
        let told = schemes["accessToken"]["description"].as_str().unwrap();
        assert!(told.contains(operation), "{operation}");
    }
    let about = document["info"]["description"].as_str().unwrap();
    assert!(about.contains("**Signing in.**"));
}

#[test]
fn answers_have_their_headers() {
    let document = Document::made();
    for (path, operation) in document.operations() {
        for (status, answer) in operation["responses"].as_object().unwrap() {
            let headers = answer["headers"].as_object().unwrap();
            let has = |name: &str| headers.contains_key(name);
            assert!(has("x-request-id"), "{path} {status}");
            assert_eq!(
                has("retry-after"),
                matches!(status.as_str(), "429" | "503"),
                "{path} {status}"
            );
        }
    }
}
