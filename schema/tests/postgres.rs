//! The script for PostgreSQL, and the migrations that lead to the same tables.

#![allow(clippy::expect_used)] // In helpers: clippy only spares the tests themselves.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Once;

use whisper_schema::{POSTGRES_MIGRATIONS, Retention, collections, ddl, system_collections};

fn here(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

/// Rewrites the checked-in files, if `WHISPER_BLESS` asks for it: `1` for the script, `initial-postgres` for the first migration
/// too, which is only right while no release has run it.
fn bless() {
    static ONCE: Once = Once::new();
    let bless = std::env::var("WHISPER_BLESS").unwrap_or_default();
    ONCE.call_once(|| {
        let script = ddl::postgres();
        if bless == "1" || bless == "initial-postgres" {
            fs::write(here("generated/postgres.sql"), &script).expect("the script is written");
        }
        if bless == "initial-postgres" {
            let (_, statements) = script.split_once("\n\n").expect("a header");
            let frozen = format!(
                "-- The functions and tables of the first release on PostgreSQL. Frozen: databases have run it.\n\n{statements}"
            );
            fs::write(here("migrations/postgres/0001_initial.sql"), frozen)
                .expect("the migration is written");
        }
    });
}

#[test]
fn checked_in_script_is_fresh() {
    bless();
    let checked_in = fs::read_to_string(here("generated/postgres.sql")).expect("the script");
    let remedy = "schema/generated/postgres.sql is stale: run `WHISPER_BLESS=1 cargo test -p whisper-schema`";
    assert!(checked_in == ddl::postgres(), "{remedy}");
}

#[test]
fn each_file_is_a_migration() {
    let mut files: Vec<String> = fs::read_dir(here("migrations/postgres"))
        .expect("the folder")
        .map(|entry| {
            entry
                .expect("an entry")
                .file_name()
                .into_string()
                .expect("a name")
        })
        .collect();
    files.sort();
    let known = POSTGRES_MIGRATIONS
        .iter()
        .map(|each| format!("{:04}_{}.sql", each.number, each.name));
    assert_eq!(files, known.collect::<Vec<_>>());
    for (at, migration) in POSTGRES_MIGRATIONS.iter().enumerate() {
        assert_eq!(migration.number as usize, at + 1);
    }
}

/// PostgreSQL cuts longer names off, and takes 100 arguments for the function that makes a row.
#[test]
fn names_and_rows_are_short_enough() {
    for collection in collections().iter().chain(system_collections()) {
        for index in collection.indexes {
            let name = format!("{}_{}_place", collection.id, index.key);
            assert!(name.len() <= 63, "{name}");
        }
        assert!(collection.attributes.len() + 3 <= 100, "{}", collection.id);
    }
}

/// A part is dropped without a look at what is in it.
#[test]
fn nothing_goes_with_a_document_that_is_in_a_part() {
    let all = || collections().iter().chain(system_collections());
    let in_parts: Vec<&str> = all().filter(|c| c.parts.is_some()).map(|c| c.id).collect();
    assert_eq!(in_parts, ["userActivity", "events"]);
    for collection in all() {
        for retention in collection.retention {
            let with = match retention {
                Retention::With { collection, .. } => *collection,
                _ => continue,
            };
            assert!(
                !in_parts.contains(&with),
                "{} goes with {with}",
                collection.id
            );
        }
    }
}

#[test]
fn migrations_lead_to_the_same_tables() {
    bless();
    let Some(server) = postgres_server::shared() else {
        return;
    };
    let made = |script: &str| {
        let url = server.fresh_database();
        server.sql(&url, script).expect("the script runs");
        [
            "SELECT table_name, column_name, data_type, is_nullable, column_default, collation_name \
             FROM information_schema.columns WHERE table_schema = 'public' ORDER BY 1, 2",
            "SELECT indexdef FROM pg_indexes WHERE schemaname = 'public' ORDER BY 1",
            "SELECT proname, pg_get_functiondef(oid) FROM pg_proc WHERE pronamespace = 'public'::regnamespace ORDER BY 1",
            "SELECT sequencename, min_value, start_value FROM pg_sequences ORDER BY 1",
            "SELECT inhparent::regclass, inhrelid::regclass, pg_get_partkeydef(inhparent), substr(pg_get_expr(relpartbound, inhrelid), 1, 26) \
             FROM pg_inherits JOIN pg_class ON pg_class.oid = inhrelid WHERE relkind = 'r' ORDER BY inhrelid::regclass::text",
        ]
        .map(|question| server.sql(&url, question).expect("an answer"))
    };
    let migrations = POSTGRES_MIGRATIONS.iter().map(|each| {
        fs::read_to_string(here(&format!(
            "migrations/postgres/{:04}_{}.sql",
            each.number, each.name
        )))
        .expect("the migration")
    });
    let migrated = made(&migrations.collect::<Vec<_>>().join("\n"));
    let remedy =
        "the structs and the migrations differ: add a migration (schema/README.md says how)";
    assert!(migrated[0].contains("messages|content"), "{}", migrated[0]);
    assert!(migrated[4].contains("events|events_p1|"), "{}", migrated[4]);
    for (declared, migrated) in made(&ddl::postgres()).iter().zip(&migrated) {
        assert_eq!(declared, migrated, "{remedy}");
    }
}
