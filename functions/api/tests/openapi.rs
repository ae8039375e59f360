//! The document that is served is the one the endpoint tables make.
#![allow(clippy::unwrap_used)]

use std::path::Path;

use whisper_kit::openapi::document;

const ABOUT: &str = "Backend for chat and social apps. Errors are problem documents (RFC 9457); branch on their `code`. \
    Lists have `limit`, `after` and `before`; creates take an `Idempotency-Key`.";

fn made() -> String {
    let apis = [
        accounts::api(),
        follows::api(),
        conversations::api(),
        message_send::api(),
        notification_push::api(),
        stories::api(),
        story_expiry::api(),
        xp_badges::api(),
        error_logging::api(),
        operator::api(),
        api::api(),
    ];
    let document = document("Whisper", env!("CARGO_PKG_VERSION"), ABOUT, &apis);
    let mut text = serde_json::to_string_pretty(&document).unwrap();
    text.push('\n');
    text
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
    let document: serde_json::Value = serde_json::from_str(&made()).unwrap();
    let mut operations = std::collections::BTreeSet::new();
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
