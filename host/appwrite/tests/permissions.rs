//! Permissions of users, who call without the server's key: as few as possible.
#![allow(clippy::unwrap_used, missing_docs)]

use serde_json::Value;
use whisper_appwrite::{from_schema, reference};
use whisper_schema::{Access, collection};

#[test]
fn tables_have_row_security_where_rows_name_their_readers() {
    for table in from_schema().tables {
        let access = collection(&table.id).unwrap().access;
        let (security, permissions) = match access {
            Access::Server { .. } => (false, vec![]),
            Access::Users => (false, vec![r#"read("users")"#]),
            Access::Readers { .. } => (true, vec![]),
        };
        let id = &table.id;
        assert_eq!(table.row_security, security, "{id}");
        assert_eq!(table.permissions, permissions, "{id}");
    }
    let open = from_schema()
        .tables
        .into_iter()
        .filter(|t| !t.permissions.is_empty());
    assert_eq!(open.map(|t| t.id).collect::<Vec<_>>(), ["gifs"]);
}

#[test]
fn the_file_that_is_pushed_says_so() {
    let file = include_str!("../../../schema/generated/appwrite.config.json");
    let file: Value = serde_json::from_str(file).unwrap();
    let table = |id: &str| {
        let tables = file["tables"].as_array().unwrap();
        tables.iter().find(|table| table["$id"] == id).unwrap()
    };
    for (id, security) in [
        ("notifications", true),
        ("profiles", true),
        ("wallets", true),
        ("stickers", true),
        ("sessions", false),
        ("messages", false),
    ] {
        assert_eq!(table(id)["rowSecurity"], security, "{id}");
        assert_eq!(table(id)["$permissions"], Value::Array(vec![]), "{id}");
    }
}

#[test]
fn users_fill_buckets_but_not_those_of_catalogues() {
    for bucket in from_schema().buckets {
        let expected = match bucket.id.as_str() {
            "stickers" | "filters" => vec![],
            "gifs" => vec![r#"read("users")"#],
            _ => vec![r#"create("users")"#],
        };
        assert_eq!(bucket.permissions, expected, "{}", bucket.id);
        assert!(bucket.file_security, "{}", bucket.id);
    }
}

#[test]
fn the_reference_tells_who_reads_and_why_not() {
    let page = reference();
    let under = |id: &str| {
        let section = page.split(&format!("### `{id}`\n")).nth(1).unwrap();
        let mut lines = section.lines();
        let line = lines.find(|line| line.starts_with("Read directly by "));
        line.unwrap()
            .trim_start_matches("Read directly by ")
            .to_owned()
    };
    assert_eq!(under("notifications"), "the user in `userId`.");
    assert_eq!(under("profiles"), "the user with its id.");
    let gift = "the user in `senderId` and the user in `recipientId`.";
    assert_eq!(under("tokenGifts"), gift);
    let sticker = "the user in `creatorId`; by every user while `isPublic` is true.";
    assert_eq!(under("stickers"), sticker);
    assert_eq!(under("gifs"), "every user.");
    assert!(under("sessions").starts_with("nobody. Secret: "));
    assert!(under("messages").starts_with("nobody. Its readers are all members"));
}
