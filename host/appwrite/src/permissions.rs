//! Permissions of users, who call without the server's key: as few as possible.
//!
//! Only components write rows, with a key, to which permissions don't apply. The schema says which rows a user may
//! read: every row of a table, by a permission of the table; or the rows that name the user, by permissions that the
//! store gives each of them, which its table looks at by row security.

use whisper_schema::Access;

/// Permissions of a table.
pub fn of_table(access: Access) -> Vec<String> {
    match access {
        Access::Users => vec![r#"read("users")"#.to_owned()],
        Access::Server { .. } | Access::Readers { .. } => Vec::new(),
    }
}

/// Permissions of a bucket; each file has its own besides. The uploader of a file may read, change and delete it, and
/// lets others do so. Catalogues are filled by the operator, who lets users see the files of public entries; in the
/// bucket of GIFs every file is public.
pub fn of_bucket(id: &str) -> Vec<String> {
    let permission = match id {
        "stickers" | "filters" => return Vec::new(),
        "gifs" => r#"read("users")"#,
        _ => r#"create("users")"#,
    };
    vec![permission.to_owned()]
}
