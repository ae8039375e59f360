//! Who may do what without the server's key: as little as possible.
//!
//! Components write with a key, to which permissions don't apply; nobody else writes rows. Who may read which is the schema's to
//! say: every row of a table, by a permission of the table; or the rows that name a user, by permissions that the store gives each
//! of them, which its table looks at by row security.

use whisper_schema::Access;

/// Permissions of a table.
pub fn of_table(access: Access) -> Vec<String> {
    match access {
        Access::Users => vec![r#"read("users")"#.to_owned()],
        Access::Server { .. } | Access::Readers { .. } => Vec::new(),
    }
}

/// Permissions of a bucket; each file has its own besides. Who uploads one gets to read, change and delete it, and nobody else but
/// whom they let. Catalogues are the operator's to fill, who lets users see the files of what is public; of GIFs that is every one.
pub fn of_bucket(id: &str) -> Vec<String> {
    let permission = match id {
        "stickers" | "filters" => return Vec::new(),
        "gifs" => r#"read("users")"#,
        _ => r#"create("users")"#,
    };
    vec![permission.to_owned()]
}
