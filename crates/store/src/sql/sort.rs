//! Sorts of values, as databases with strict types tell them apart.

use whisper_schema::{Attribute, Collection, Kind};

use crate::columns::{ID, REVISION, SEQ};

/// The sort of a value. Booleans are numbers until the database has them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sort {
    Integer,
    Text,
    Double,
    Boolean,
    Bytes,
}

impl Sort {
    /// The sort of a column's values; of a list as a whole it is text.
    pub fn of(collection: &Collection, column: &str) -> Sort {
        match collection.attribute(column) {
            Some(attribute) if attribute.array => Sort::Text,
            Some(attribute) => Sort::of_element(attribute),
            None if column == ID => Sort::Text,
            None => {
                debug_assert!([SEQ, REVISION].contains(&column), "{column} is no column");
                Sort::Integer
            }
        }
    }

    /// The sort of an attribute's value, or of an element of its list.
    pub fn of_element(attribute: &Attribute) -> Sort {
        match attribute.kind {
            Kind::Integer { .. } | Kind::Datetime => Sort::Integer,
            Kind::Double { .. } => Sort::Double,
            Kind::Boolean => Sort::Boolean,
            Kind::String { .. } | Kind::Enum { .. } | Kind::Email | Kind::Url | Kind::Ip => {
                Sort::Text
            }
            Kind::Bytes { .. } => Sort::Bytes,
        }
    }

    pub(super) fn numbered(number: u64) -> Sort {
        let all = [
            Sort::Integer,
            Sort::Text,
            Sort::Double,
            Sort::Boolean,
            Sort::Bytes,
        ];
        let found = all.into_iter().find(|sort| *sort as u64 == number);
        found.unwrap_or(Sort::Integer)
    }

    /// PostgreSQL's type of the value as it is handed over.
    fn as_handed_over(self) -> &'static str {
        match self {
            Sort::Integer | Sort::Boolean => "bigint",
            Sort::Text => "text",
            Sort::Double => "double precision",
            Sort::Bytes => "bytea",
        }
    }

    /// A value of a statement in PostgreSQL, as one of this sort.
    pub(super) fn typed(self, expression: &str) -> String {
        let typed = format!("{expression}::{}", self.as_handed_over());
        match self {
            Sort::Boolean => format!("({typed} <> 0)"),
            Sort::Text | Sort::Integer | Sort::Double | Sort::Bytes => typed,
        }
    }

    /// An element of the list of texts that a function of PostgreSQL's is called with, as one of this sort.
    pub(super) fn read(self, element: &str) -> String {
        match self {
            Sort::Bytes => format!("decode({element}, 'hex')"),
            other => other.typed(element),
        }
    }

    /// PostgreSQL's type for an element of JSON, taken out as text.
    pub(super) fn element_type(self) -> &'static str {
        match self {
            Sort::Boolean => "boolean",
            other => other.as_handed_over(),
        }
    }
}
