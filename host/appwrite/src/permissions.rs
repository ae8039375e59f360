//! Who may do what without the server's key: as little as possible.
//!
//! Components write with a key, to which permissions don't apply. So no table is open to anybody, but for catalogues that every user
//! may read. Rows that only their owner may see directly (realtime, Appwrite's own SDKs) carry `read("user:<id>")` of their own,
//! which whoever writes them sets; their tables have row security. Files are uploaded by users and belong to them.

/// Catalogues: the same for all, and nobody's secret.
const CATALOGUES: [&str; 4] = ["stickers", "stickerPacks", "gifs", "arFilters"];

/// Permissions of a table.
pub fn of_table(id: &str) -> Vec<String> {
    if CATALOGUES.contains(&id) {
        return vec![r#"read("users")"#.to_owned()];
    }
    Vec::new()
}

/// Permissions of every bucket; each file has those of its owner.
pub fn of_bucket() -> Vec<String> {
    vec![r#"create("users")"#.to_owned()]
}
