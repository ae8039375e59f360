//! Attributes of bytes: their documents, rules and columns.

#![allow(clippy::expect_used)] // In helpers: clippy only spares the tests themselves.

use serde_json::{Map, Value, json};
use whisper_schema::{
    Collection, Document, Hex, Kind, ddl, system_collections, validate, validate_patch,
};

/// A collection of the server's own with bytes.
#[derive(Clone, Debug, PartialEq, Collection)]
#[collection(database = "testDB", id = "chunks", name = "Chunks", system)]
#[access(server = "Nobody asks.")]
#[retention(forever = "Nothing is kept.")]
struct Chunk {
    /// Id of the document.
    id: String,
    #[attr(bytes = 4)]
    bytes: Vec<u8>,
    #[attr(bytes = 2)]
    state: Option<Vec<u8>>,
}

fn chunk(changes: Value) -> Map<String, Value> {
    let mut document = json!({ "id": "a", "bytes": "00ff" });
    let changes = changes.as_object().expect("an object").clone();
    document.as_object_mut().expect("an object").extend(changes);
    document.as_object().expect("an object").clone()
}

#[test]
fn the_metadata_says_that_they_are_bytes() {
    let kind = |key| {
        Chunk::COLLECTION
            .attribute(key)
            .map(|a| (a.kind, a.array, a.required))
    };
    assert_eq!(kind("bytes"), Some((Kind::Bytes { size: 4 }, false, true)));
    assert_eq!(kind("state"), Some((Kind::Bytes { size: 2 }, false, false)));
    assert!(Chunk::COLLECTION.has_bytes());
    let own = system_collections().iter().find(|each| each.id == "events");
    assert!(!own.expect("events").has_bytes());
}

#[test]
fn documents_have_hexadecimal_digits_in_json() {
    let full = Chunk {
        id: "a".into(),
        bytes: vec![0, 255, 16],
        state: Some(vec![1]),
    };
    let without = Chunk {
        bytes: Vec::new(),
        state: None,
        ..full.clone()
    };
    for (document, expected) in [
        (full, json!({"id": "a", "bytes": "00ff10", "state": "01"})),
        (without, json!({"id": "a", "bytes": ""})),
    ] {
        let written = serde_json::to_value(&document).expect("JSON");
        assert_eq!(written, expected);
        assert_eq!(
            serde_json::from_value::<Chunk>(written).expect("a document"),
            document
        );
    }
    let null: Chunk = serde_json::from_value(json!({"id": "a", "bytes": "FF", "state": null}))
        .expect("a document");
    assert_eq!((null.bytes, null.state), (vec![255], None));
    let broken = serde_json::from_value::<Chunk>(json!({"id": "a", "bytes": "secret"}));
    assert!(!broken.expect_err("no bytes").to_string().contains("secret"));
}

#[test]
fn validation_counts_bytes() {
    for (changes, expected) in [
        (json!({}), None),
        (json!({"bytes": "00112233", "state": "0011"}), None),
        (json!({"bytes": ""}), None),
        (
            json!({"bytes": "0011223344"}),
            Some("bytes: must be at most 4 bytes (has 5)"),
        ),
        (
            json!({"state": "001122"}),
            Some("state: must be at most 2 bytes (has 3)"),
        ),
        (
            json!({"bytes": "001"}),
            Some("bytes: must be bytes as hexadecimal digits"),
        ),
        (
            json!({"bytes": [0, 1]}),
            Some("bytes: must be a string, not a list"),
        ),
        (
            json!({"bytes": null}),
            Some("bytes: is required and must not be null"),
        ),
    ] {
        let found = validate(Chunk::COLLECTION, &chunk(changes)).pop();
        assert_eq!(
            found.map(|violation| violation.to_string()).as_deref(),
            expected
        );
    }
    let patch = json!({"state": Hex(&[1, 2, 3]), "bytes": Hex(&[9])});
    let found = validate_patch(Chunk::COLLECTION, patch.as_object().expect("an object"));
    assert_eq!(found.len(), 1, "{found:?}");
}

#[test]
fn columns_hold_bytes_in_both_databases() {
    let sqlite = ddl::sqlite_collection(Chunk::COLLECTION).join("\n");
    assert!(sqlite.contains("\"bytes\" BLOB NOT NULL"), "{sqlite}");
    assert!(sqlite.contains("\"state\" BLOB\n"), "{sqlite}");
    let postgres = ddl::postgres_collection(Chunk::COLLECTION).join("\n");
    assert!(postgres.contains("\"bytes\" BYTEA NOT NULL"), "{postgres}");
    assert!(postgres.contains("\"state\" BYTEA\n"), "{postgres}");
}
