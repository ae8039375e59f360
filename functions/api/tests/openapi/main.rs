//! The document that is served is the one the endpoint tables make.
#![allow(clippy::unwrap_used)]

mod blocked;
mod forms;
mod replica;
mod subjects;

use std::collections::BTreeSet;
use std::path::Path;

use serde_json::Value;
use whisper_kit::Api;
use whisper_kit::openapi::{About, document};
use whisper_manifest::Manifest;

use crate::subjects::SUBJECTS;

const TEXT: &str = include_str!("about.md");

/// The tables of all components that stand in spin.toml. One whose crate isn't found here is missing among the
/// dev-dependencies of this package.
fn apis() -> Vec<Api> {
    include!(concat!(env!("OUT_DIR"), "/apis.rs"))
}

fn made() -> String {
    let about = About {
        title: "Whisper",
        version: env!("CARGO_PKG_VERSION"),
        text: TEXT,
        subjects: SUBJECTS,
    };
    let mut document = document(&about, &apis());
    let text = format!("{} {}.", TEXT.trim(), idempotent(&document).join(", "));
    document["info"]["description"] = text.into();
    let mut text = serde_json::to_string_pretty(&document).unwrap();
    text.push('\n');
    text
}

/// The operations that take an Idempotency-Key.
fn idempotent(document: &Value) -> Vec<String> {
    let paths = document["paths"].as_object().unwrap().values();
    let operations = paths.flat_map(|methods| methods.as_object().unwrap().values());
    let takes_key = |operation: &&Value| {
        let parameters = operation["parameters"].as_array();
        parameters.is_some_and(|all| all.iter().any(|p| p["name"] == "idempotency-key"))
    };
    let name = |operation: &Value| format!("`{}`", operation["operationId"].as_str().unwrap());
    operations.filter(takes_key).map(name).collect()
}

#[test]
fn every_component_of_the_manifest_is_in_the_document() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../spin.toml");
    let manifest = Manifest::load(&file).unwrap();
    let served: BTreeSet<String> = manifest.component_ids().into_iter().collect();
    let described = apis().iter().map(|api| api.name.to_owned()).collect();
    assert_eq!(served, described);
}

#[test]
fn every_component_is_given_its_variables_and_the_manifest_has_the_codes_limits() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../spin.toml");
    let manifest = Manifest::load(&file).unwrap();
    for api in apis() {
        let given = &manifest.components[api.name].variables;
        for name in api.own_variables() {
            assert!(given.contains_key(name), "{}: {name}", api.name);
        }
        for number in api.settings() {
            let declared = &manifest.variables[number.variable].default;
            let wanted = number.default.to_string();
            assert_eq!(
                declared.as_deref(),
                Some(wanted.as_str()),
                "{}",
                number.variable
            );
        }
    }
}

#[test]
fn types_of_answers_end_in_view() {
    let is_view = |name: &str| name.strip_suffix("List").unwrap_or(name).ends_with("View");
    for api in apis() {
        for endpoint in api.endpoints() {
            for name in endpoint.reply_names() {
                assert!(is_view(&name), "{}: {name}", endpoint.path());
            }
        }
    }
}

#[test]
fn the_text_names_what_takes_a_key() {
    let document: Value = serde_json::from_str(&made()).unwrap();
    let about = document["info"]["description"].as_str().unwrap();
    let (_, operations) = about.split_once("Idempotency-Key").unwrap();
    assert!(operations.contains("`sendMessage`"), "{operations}");
    assert!(!operations.contains("`signUp`"), "{operations}");
}

#[test]
fn the_document_is_fresh() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("openapi.json");
    let made = made();
    if std::env::var_os("WHISPER_BLESS").is_some() {
        std::fs::write(&file, &made).unwrap();
    }
    let stored = std::fs::read_to_string(&file).unwrap_or_default();
    assert!(
        stored == made,
        "openapi.json is stale: WHISPER_BLESS=1 cargo test -p api"
    );
}

#[test]
fn every_reference_leads_somewhere_and_operations_are_unique() {
    let document: Value = serde_json::from_str(&made()).unwrap();
    let mut operations = BTreeSet::new();
    for methods in document["paths"].as_object().unwrap().values() {
        for operation in methods.as_object().unwrap().values() {
            let id = operation["operationId"].as_str().unwrap();
            assert!(operations.insert(id.to_owned()), "{id} stands twice");
            assert!(!operation["summary"].as_str().unwrap().is_empty(), "{id}");
        }
    }
    let text = document.to_string();
    for reference in text.split("\"$ref\":\"#").skip(1) {
        let pointer = reference.split('"').next().unwrap();
        assert!(document.pointer(pointer).is_some(), "{pointer}");
    }
}

#[test]
fn schemas_have_plain_names() {
    let document: Value = serde_json::from_str(&made()).unwrap();
    let schemas = document["components"]["schemas"].as_object().unwrap();
    // A second type of the same name gets a number, and a view whose plain name is another type's keeps its end.
    let is_plain = |name: &str| {
        let item = name.strip_suffix("List").unwrap_or(name);
        !name.ends_with(|c: char| c.is_ascii_digit()) && !item.ends_with("View")
    };
    let others: Vec<&String> = schemas.keys().filter(|name| !is_plain(name)).collect();
    assert!(others.is_empty(), "{others:?}");
}

#[test]
fn every_body_has_an_example() {
    let document: Value = serde_json::from_str(&made()).unwrap();
    for (path, methods) in document["paths"].as_object().unwrap() {
        for operation in methods.as_object().unwrap().values() {
            let schema = &operation["requestBody"]["content"]["application/json"]["schema"];
            let Some(name) = schema["$ref"].as_str() else {
                continue;
            };
            let named = document.pointer(name.trim_start_matches('#')).unwrap();
            assert!(named["examples"].is_array(), "{path}: {name}");
        }
    }
}

#[test]
fn every_rule_of_a_body_is_a_schema() {
    assert!(!made().contains("x-no-rule"));
}

#[test]
fn every_operation_has_a_subject() {
    let document: Value = serde_json::from_str(&made()).unwrap();
    for (path, methods) in document["paths"].as_object().unwrap() {
        for operation in methods.as_object().unwrap().values() {
            let tags = operation["tags"].as_array().unwrap();
            assert_eq!(tags.len(), 1, "{path}");
            let is_apart = tags[0] == "Operation";
            assert_eq!(is_apart, path.starts_with("/internal"), "{path}");
        }
    }
}
