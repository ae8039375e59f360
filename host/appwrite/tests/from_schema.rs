//! Our own schema is accepted, but for buckets that need a server with more storage.
#![allow(clippy::unwrap_used, missing_docs)]

use whisper_appwrite::{Kind, Options, Rule, check, from_schema, row};
use whisper_schema::{Collection, collections, stats, system_collections};

/// The collections that a server has tables for.
fn kept() -> impl Iterator<Item = &'static Collection> {
    let all = collections().iter().chain(system_collections());
    all.copied().filter(|collection| !collection.has_bytes())
}

#[test]
fn a_server_accepts_the_schema() {
    let found = check(&from_schema(), Options::default());
    assert!(
        found.iter().all(|v| v.rule == Rule::StorageLimit),
        "{found:#?}"
    );
    assert_eq!(found.len(), 7);
    let options = Options {
        storage_limit: 500_000_000,
    };
    assert_eq!(check(&from_schema(), options), []);
}

#[test]
fn all_of_it_is_there_with_its_ids_but_collections_with_bytes() {
    let (config, stats) = (from_schema(), stats());
    assert_eq!(config.databases.len(), stats.databases + 1);
    let all: Vec<&Collection> = kept().collect();
    assert_eq!(config.tables.len(), all.len());
    assert_eq!(config.buckets.len(), stats.buckets);
    let columns: usize = config.tables.iter().map(|table| table.columns.len()).sum();
    // And the revision of each.
    let attributes: usize = all.iter().map(|each| each.attributes.len()).sum();
    assert_eq!(columns, attributes + config.tables.len());
    for (table, collection) in config.tables.iter().zip(all) {
        assert_eq!(
            (table.id.as_str(), table.database.as_str()),
            (collection.id, collection.database)
        );
        let revision = table.columns.last().unwrap();
        assert_eq!(revision.key, "revision");
        assert_eq!((&revision.default, revision.required), (&1.into(), false));
        for (column, attribute) in table.columns.iter().zip(collection.attributes) {
            assert_eq!(column.key, attribute.key);
            assert_ne!(
                column.kind,
                Kind::Unknown(attribute.kind.as_str().to_owned())
            );
        }
    }
}

#[test]
fn three_indexes_on_lists_are_collections_of_their_own() {
    let config = from_schema();
    let count = config.tables.iter().map(|table| table.indexes.len());
    let declared = kept().map(|each| each.indexes.len());
    assert_eq!(count.sum::<usize>(), declared.sum::<usize>() - 3);
    for id in ["postHashtags", "stickerTags", "gifTags"] {
        assert!(config.tables.iter().any(|table| table.id == id), "{id}");
    }
}

#[test]
fn an_index_of_words_has_the_scope_and_the_place() {
    let config = from_schema();
    let entries = config
        .tables
        .iter()
        .find(|table| table.id == "searchEntries");
    let indexes = &entries.unwrap().indexes;
    let words = indexes
        .iter()
        .find(|index| index.key == "idx_words")
        .unwrap();
    assert_eq!(words.kind, "key");
    assert_eq!(words.columns, ["conversationId", "position"]);
}

#[test]
fn rows_have_room_left() {
    for table in from_schema().tables {
        assert!(row(&table.columns) < 65_535, "{}", table.place());
    }
}
