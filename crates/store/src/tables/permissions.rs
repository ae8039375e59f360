//! Permissions of rows: the users that may read a row without the server between, as Appwrite keeps them.
//!
//! They follow from attributes that the schema names. They never allow more than to read.

use whisper_schema::{Access, Collection};

use super::record::{Record, position};
use crate::SqlValue;

/// The key of a row's permissions in the data that is sent of it.
pub(super) const PERMISSIONS: &str = "$permissions";

/// Most characters of a user's id on a server of Appwrite's.
const USER: usize = 36;

/// The permissions of a row; none where its table doesn't look at them.
pub(super) fn of(table: &Collection, row: &Record) -> Option<Vec<String>> {
    let Access::Readers { attributes, public } = table.access else {
        return None;
    };
    if public.is_some_and(|flag| row.value(table, flag) == SqlValue::Integer(1)) {
        return Some(vec![r#"read("users")"#.to_owned()]);
    }
    let mut permissions = Vec::new();
    for key in attributes {
        let user = match *key {
            "id" => SqlValue::Text(row.id.clone()),
            key => row.value(table, key),
        };
        if let SqlValue::Text(user) = user
            && is_user(&user)
        {
            let permission = format!("read(\"user:{user}\")");
            if !permissions.contains(&permission) {
                permissions.push(permission);
            }
        }
    }
    Some(permissions)
}

/// Whether giving these attributes a value decides the readers anew.
pub(super) fn decided_by(table: &Collection, set: &[bool]) -> bool {
    let Access::Readers { attributes, public } = table.access else {
        return false;
    };
    let mut keys = attributes.iter().copied().chain(public);
    keys.any(|key| position(table, key).is_some_and(|at| set.get(at) == Some(&true)))
}

/// Whether the readers of a row can change in its life.
pub(super) fn may_change(table: &Collection) -> bool {
    matches!(
        table.access,
        Access::Readers {
            public: Some(_),
            ..
        }
    )
}

/// Whether a text can be the id of a user there. Any other would have the server refuse the whole row.
fn is_user(id: &str) -> bool {
    let allowed = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.' | b'-');
    (1..=USER).contains(&id.len())
        && id.bytes().all(allowed)
        && id.starts_with(|c: char| c.is_ascii_alphanumeric())
}
