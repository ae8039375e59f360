//! The model is the facts: every name, type, size, default, element, index and bucket.

#![allow(clippy::expect_used)] // In helpers: clippy only spares the tests themselves.

use serde_json::{Map, Value, json};
use whisper_schema::{
    Attribute, Collection, Index, Kind, buckets, collections, databases, stats, system_collections,
};

fn facts() -> Value {
    serde_json::from_str(include_str!("facts.json")).expect("the facts are JSON")
}

#[test]
fn five_numbers() {
    let stats = stats();
    let numbers = [
        stats.databases,
        stats.collections,
        stats.attributes,
        stats.indexes,
        stats.buckets,
    ];
    assert_eq!(numbers, [5, 30, 394, 66, 12]);
}

/// Attributes and indexes of each collection, written down once more by hand: a mistake in the
/// facts' copy can't hide here.
#[test]
fn numbers_per_collection() {
    let expected = [
        ("profiles", 34, 4),
        ("conversations", 29, 3),
        ("messages", 28, 3),
        ("messageQueue", 12, 2),
        ("contacts", 11, 2),
        ("typingIndicators", 4, 2),
        ("presence", 5, 2),
        ("stories", 22, 2),
        ("storyViews", 5, 2),
        ("posts", 20, 2),
        ("postReactions", 4, 2),
        ("comments", 9, 2),
        ("follows", 6, 2),
        ("wallets", 12, 2),
        ("nfts", 16, 2),
        ("cryptoTransactions", 18, 3),
        ("tokenGifts", 19, 3),
        ("contractHooks", 13, 2),
        ("tokenHoldings", 11, 2),
        ("stickers", 15, 3),
        ("stickerPacks", 14, 2),
        ("userStickers", 5, 2),
        ("gifs", 12, 2),
        ("polls", 11, 2),
        ("arFilters", 13, 2),
        ("mediaLibrary", 16, 2),
        ("userActivity", 6, 2),
        ("notifications", 12, 2),
        ("appAnalytics", 4, 1),
        ("errorLogs", 8, 2),
    ];
    let count = |c: &&Collection| (c.id, c.attributes.len(), promised(c).count());
    assert_eq!(
        collections().iter().map(count).collect::<Vec<_>>(),
        expected
    );
}

#[test]
fn databases_are_the_facts() {
    let ours: Vec<_> = databases()
        .iter()
        .map(|d| json!({ "id": d.id, "name": d.name }))
        .collect();
    assert_eq!(Value::from(ours), facts()["databases"]);
}

#[test]
fn collections_are_the_facts() {
    let facts = facts();
    let theirs = facts["collections"].as_array().expect("a list");
    assert_eq!(theirs.len(), collections().len());
    for (ours, theirs) in collections().iter().zip(theirs) {
        assert_eq!(collection(ours), *theirs, "{}", ours.id);
    }
}

#[test]
fn buckets_are_the_facts() {
    let ours = buckets().iter().map(|b| {
        json!({
            "id": b.id,
            "name": b.name,
            "maximumFileSize": b.maximum_file_size,
            "compression": b.compression,
            "encryption": b.encryption,
            "antivirus": b.antivirus,
        })
    });
    assert_eq!(Value::from(ours.collect::<Vec<_>>()), facts()["buckets"]);
}

/// The seven columns that a real Appwrite accepts only outside the row.
#[test]
fn columns_stored_outside_the_row() {
    let stored = |c: &&'static Collection| {
        let stored = c
            .attributes
            .iter()
            .filter_map(|a| Some((a.key, a.stored_size?)));
        let id = c.id;
        stored
            .map(move |(key, size)| (id, key, size))
            .collect::<Vec<_>>()
    };
    let expected = [
        ("profiles", "preferences", 16383),
        ("conversations", "unreadCount", 16383),
        ("messages", "content", 16383),
        ("messages", "metadata", 16383),
        ("nfts", "attributes", 16383),
        ("polls", "votes", 16383),
        ("errorLogs", "stackTrace", 16383),
    ];
    assert_eq!(
        collections().iter().flat_map(stored).collect::<Vec<_>>(),
        expected
    );
}

#[test]
fn system_collections_stand_apart() {
    assert!(collections().iter().all(|c| !c.system));
    assert!(
        system_collections()
            .iter()
            .all(|c| c.system && c.database == "systemDB")
    );
}

#[test]
fn everything_is_documented() {
    for collection in collections().iter().chain(system_collections()) {
        assert!(!collection.doc.is_empty(), "{}", collection.id);
        for attribute in collection.attributes {
            assert!(
                !attribute.doc.is_empty(),
                "{}.{}",
                collection.id,
                attribute.key
            );
        }
    }
}

/// Ids and keys fit Appwrite's rule: 36 characters, the first one a letter or a digit.
#[test]
fn names_fit_every_target() {
    let fits = |name: &str| {
        let legal = |b: u8| b.is_ascii_alphanumeric() || b"_.-".contains(&b);
        name.len() <= 36 && name.as_bytes()[0].is_ascii_alphanumeric() && name.bytes().all(legal)
    };
    for collection in collections().iter().chain(system_collections()) {
        let attributes = collection.attributes.iter().map(|a| a.key);
        let indexes = collection.indexes.iter().map(|i| i.key);
        for name in attributes.chain(indexes).chain([collection.id]) {
            assert!(fits(name), "{}: {name}", collection.id);
        }
    }
}

#[test]
fn stats_print_the_five_numbers() {
    let text = stats().to_string();
    let lines: Vec<Vec<_>> = text
        .lines()
        .map(|l| l.split_whitespace().collect())
        .collect();
    assert_eq!(lines[0], ["databases", "5"]);
    assert_eq!(lines[1], ["collections", "30"]);
    assert_eq!(lines[2], ["attributes", "394"]);
    assert_eq!(lines[3], ["indexes", "66"]);
    assert_eq!(lines[4], ["buckets", "12"]);
}

/// The indexes that aren't the server's own.
fn promised(collection: &Collection) -> impl Iterator<Item = &'static Index> {
    collection.indexes.iter().filter(|index| !index.own)
}

/// A collection in the words of the facts.
fn collection(collection: &Collection) -> Value {
    json!({
        "id": collection.id,
        "name": collection.name,
        "database": collection.database,
        "documentSecurity": collection.document_security,
        "attributes": collection.attributes.iter().map(attribute).collect::<Vec<_>>(),
        "indexes": promised(collection).map(index).collect::<Vec<_>>(),
    })
}

fn attribute(attribute: &Attribute) -> Value {
    let mut fact = Map::new();
    fact.insert("key".into(), attribute.key.into());
    fact.insert("type".into(), attribute.kind.as_str().into());
    fact.insert("required".into(), attribute.required.into());
    fact.insert("array".into(), attribute.array.into());
    match attribute.kind {
        Kind::String { size } => {
            fact.insert("size".into(), size.into());
        }
        Kind::Enum { elements } => {
            fact.insert("elements".into(), elements.into());
        }
        // The facts have no bounds; one of ours would fail the comparison.
        Kind::Integer { min, max } if min.is_some() || max.is_some() => {
            fact.insert("bounds".into(), json!([min, max]));
        }
        Kind::Double { min, max } if min.is_some() || max.is_some() => {
            fact.insert("bounds".into(), json!([min, max]));
        }
        _ => {}
    }
    if let Some(default) = attribute.default {
        // The facts write a double's default as `0`.
        let default = match default.to_json() {
            Value::Number(n) if n.as_f64() == Some(0.0) => json!(0),
            other => other,
        };
        fact.insert("default".into(), default);
    }
    fact.into()
}

fn index(index: &Index) -> Value {
    json!({
        "key": index.key,
        "type": index.kind.as_str(),
        "attributes": index.columns.iter().map(|c| c.attribute).collect::<Vec<_>>(),
        "orders": index.columns.iter().map(|c| c.order.as_str()).collect::<Vec<_>>(),
    })
}
