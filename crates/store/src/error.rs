//! The errors of a read or a commit.

use std::fmt;

use whisper_schema::Violation;

/// A refusal of the store.
///
/// A caller that only uses `?` means "a bug or an outage": the errors that are the client's fault must be picked out by
/// name.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum StoreError {
    /// There is no such document.
    NotFound,
    /// A second document with the same unique values.
    Conflict {
        /// Id of the collection.
        collection: String,
        /// Key of the unique index, or `_id` for the document's own id.
        index: String,
    },
    /// A condition of the batch didn't hold, or a document it changes is missing. Nothing was written.
    ConditionFailed {
        /// Position of the operation in its batch, from 0.
        op: usize,
        /// The name the batch gave it.
        label: Option<&'static str>,
    },
    /// The document, the change, the filter or the cursor doesn't fit the collection.
    Invalid(Vec<Violation>),
    /// The batch has more operations than the database does together. Nothing was sent.
    TooLarge {
        /// How many operations of the database's it would take.
        operations: usize,
        /// How many it does.
        most: usize,
    },
    /// Others kept the database locked for as long as a request may wait. Nothing was written.
    Busy,
    /// The database can't be reached or can't work. After a commit: whether it took place is unknown.
    Unavailable(String),
    /// A bug, or a database that is not as this version left it.
    Internal(String),
}

impl StoreError {
    /// Whether it is a conflict on this unique index of this collection.
    pub fn is_conflict(&self, of: &whisper_schema::Collection, on: &str) -> bool {
        matches!(self, StoreError::Conflict { collection, index } if collection == of.id && index == on)
    }

    /// Whether the operation with this label didn't hold.
    pub fn failed_at(&self, name: &str) -> bool {
        matches!(self, StoreError::ConditionFailed { label: Some(label), .. } if *label == name)
    }
}

impl fmt::Display for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            StoreError::NotFound => f.write_str("no such document"),
            StoreError::Conflict { collection, index } => {
                write!(
                    f,
                    "{collection} already has a document with the same values of {index}"
                )
            }
            StoreError::ConditionFailed {
                op,
                label: Some(label),
            } => {
                write!(f, "condition `{label}` (operation {op}) does not hold")
            }
            StoreError::ConditionFailed { op, label: None } => {
                write!(f, "operation {op} does not hold")
            }
            StoreError::Invalid(violations) => {
                f.write_str("invalid")?;
                for (i, violation) in violations.iter().enumerate() {
                    let separator = if i == 0 { ": " } else { "; " };
                    write!(f, "{separator}{} {}", violation.field, violation.message)?;
                }
                Ok(())
            }
            StoreError::TooLarge { operations, most } => {
                write!(
                    f,
                    "the batch takes {operations} operations of at most {most}"
                )
            }
            StoreError::Busy => f.write_str("the database is busy"),
            StoreError::Unavailable(why) => write!(f, "the database is unavailable: {why}"),
            StoreError::Internal(why) => write!(f, "internal error of the store: {why}"),
        }
    }
}

impl std::error::Error for StoreError {}
