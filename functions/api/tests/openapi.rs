//! The document that is served is the one the endpoint tables make.
#![allow(clippy::unwrap_used)]

use std::collections::BTreeSet;
use std::path::Path;

use serde_json::Value;
use whisper_kit::Api;
use whisper_kit::openapi::document;
use whisper_manifest::Manifest;

const ABOUT: &str = "Backend for chat and social apps. Errors are problem documents (RFC 9457); branch on their `code`. \
    Lists have `limit`, `after` and `before`. A retry is safe with an `Idempotency-Key` where an operation takes one";

fn apis() -> Vec<Api> {
    vec![
        accounts::api(),
        follows::api(),
        conversations::api(),
        message_actions::api(),
        message_send::api(),
        notification_push::api(),
        stories::api(),
        story_expiry::api(),
        xp_badges::api(),
        error_logging::api(),
        operator::api(),
        api::api(),
    ]
}

fn made() -> String {
    let mut document = document("Whisper", env!("CARGO_PKG_VERSION"), ABOUT, &apis());
    let about = format!("{ABOUT}: {}.", idempotent(&document).join(", "));
    document["info"]["description"] = about.into();
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
        let component = manifest.components.iter().find(|c| c.id == api.name);
        let given = &component.unwrap().variables;
        for name in api.own_variables() {
            assert!(given.contains_key(name), "{}: {name}", api.name);
        }
        for rate in api.limits() {
            let declared = &manifest.variables[rate.variable].default;
            let wanted = rate.default.to_string();
            assert_eq!(declared.as_deref(), Some(wanted.as_str()), "{}", rate.variable);
        }
    }
}

#[test]
fn the_text_names_what_takes_a_key() {
    let document: Value = serde_json::from_str(&made()).unwrap();
    let about = document["info"]["description"].as_str().unwrap();
    assert!(about.contains("`sendMessage`"), "{about}");
    assert!(!about.contains("`signUp`"), "{about}");
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
