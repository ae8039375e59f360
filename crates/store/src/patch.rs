//! Changes to some attributes of a document.

use std::fmt;
use std::marker::PhantomData;

use serde_json::Value;
use whisper_schema::Column;

/// The changes of an update; attributes it doesn't name stay as they are.
pub struct Patch<D> {
    pub(crate) changes: Vec<(&'static str, Change)>,
    document: PhantomData<fn() -> D>,
}

/// The change of one attribute.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Change {
    Set(Value),
    /// By how much, and the bounds of the result on top of the attribute's own.
    Add {
        by: Value,
        min: Option<Value>,
        max: Option<Value>,
    },
}

impl<D> Patch<D> {
    /// Changes nothing yet.
    pub fn new() -> Self {
        Patch {
            changes: Vec::new(),
            document: PhantomData,
        }
    }

    /// Gives attributes the values that [`whisper_schema::Changes::apply`] found to differ.
    pub fn of(changed: Vec<(Column<D>, Value)>) -> Self {
        let set = |patch: Self, (column, value)| patch.set(column, value);
        changed.into_iter().fold(Patch::new(), set)
    }

    /// Whether it changes nothing.
    pub fn is_empty(&self) -> bool {
        self.changes.is_empty()
    }

    /// Gives the attribute a value; `None` takes it away.
    #[must_use]
    pub fn set(self, column: Column<D>, value: impl Into<Value>) -> Self {
        self.change(column, Change::Set(value.into()))
    }

    /// Takes the attribute's value away.
    #[must_use]
    pub fn unset(self, column: Column<D>) -> Self {
        self.change(column, Change::Set(Value::Null))
    }

    /// Adds to a number, in the database: no reading before, no lost update. A missing value counts
    /// as the attribute's default or 0. A result outside the attribute's bounds fails the batch.
    #[must_use]
    pub fn add(self, column: Column<D>, by: impl Into<Value>) -> Self {
        self.change(
            column,
            Change::Add {
                by: by.into(),
                min: None,
                max: None,
            },
        )
    }

    /// As [`Patch::add`]; a result outside `min..=max` fails the batch.
    #[must_use]
    pub fn add_within(
        self,
        column: Column<D>,
        by: impl Into<Value>,
        min: impl Into<Value>,
        max: impl Into<Value>,
    ) -> Self {
        let change = Change::Add {
            by: by.into(),
            min: Some(min.into()),
            max: Some(max.into()),
        };
        self.change(column, change)
    }

    /// A later change of an attribute takes the place of an earlier one.
    fn change(mut self, column: Column<D>, change: Change) -> Self {
        self.changes.retain(|(key, _)| *key != column.key());
        self.changes.push((column.key(), change));
        self
    }
}

impl<D> Default for Patch<D> {
    fn default() -> Self {
        Patch::new()
    }
}

impl<D> Clone for Patch<D> {
    fn clone(&self) -> Self {
        Patch {
            changes: self.changes.clone(),
            document: PhantomData,
        }
    }
}

impl<D> fmt::Debug for Patch<D> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map()
            .entries(self.changes.iter().map(|(key, change)| (key, change)))
            .finish()
    }
}
