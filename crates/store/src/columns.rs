//! The columns of a collection's table: its attributes, and three of the store's own.

use whisper_schema::{Collection, Kind, Rule, Violation};

/// The document's own id in the table.
pub(crate) const ID: &str = "_id";
/// The commit order in the table.
pub(crate) const SEQ: &str = "_seq";
/// Column that counts the changes of a row.
pub(crate) const REVISION: &str = "_revision";

/// Whether the collection's table has this column.
pub(crate) fn is_column(collection: &Collection, column: &str) -> bool {
    [ID, SEQ, REVISION].contains(&column) || collection.attribute(column).is_some()
}

/// Whether the column can hold NULL.
pub(crate) fn is_nullable(collection: &Collection, column: &str) -> bool {
    collection
        .attribute(column)
        .is_some_and(|attribute| !attribute.array && !attribute.not_null())
}

/// Whether the column holds text.
pub(crate) fn is_text(collection: &Collection, column: &str) -> bool {
    column == ID
        || collection.attribute(column).is_some_and(|attribute| {
            !attribute.array
                && matches!(
                    attribute.kind,
                    Kind::String { .. } | Kind::Enum { .. } | Kind::Email | Kind::Url | Kind::Ip
                )
        })
}

/// A violation in the words of the store.
pub(crate) fn violation(field: &str, rule: Rule, message: &str) -> Violation {
    Violation {
        field: field.to_owned(),
        rule,
        message: message.to_owned(),
    }
}
