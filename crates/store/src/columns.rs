//! The columns of a collection's table: its attributes, and three of the store's own.

use std::fmt;
use std::hash::{Hash, Hasher};

use whisper_schema::{Collection, Index, IndexKind, Kind, Rule, Violation};

/// A collection's table. Equal by id: constants may live at several addresses.
#[derive(Clone, Copy)]
pub(crate) struct Table(pub &'static Collection);

impl PartialEq for Table {
    fn eq(&self, other: &Self) -> bool {
        self.0.id == other.0.id
    }
}

impl Eq for Table {}

impl Hash for Table {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.id.hash(state);
    }
}

impl fmt::Debug for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.id)
    }
}

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

/// Whether the column holds bytes, which are equal or not and have no order.
pub(crate) fn is_bytes(collection: &Collection, column: &str) -> bool {
    let attribute = collection.attribute(column);
    attribute.is_some_and(|attribute| matches!(attribute.kind, Kind::Bytes { .. }))
}

/// The index of a column's words, with the keys of its scope and its place.
pub(crate) fn words_index(
    collection: &Collection,
    column: &str,
) -> Option<(&'static Index, &'static str, &'static str)> {
    collection
        .indexes
        .iter()
        .find_map(|index| match index.columns {
            [words, scope, place]
                if index.kind == IndexKind::Words && words.attribute == column =>
            {
                Some((index, scope.attribute, place.attribute))
            }
            _ => None,
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
