//! Changes that a body makes to a document.

use serde_json::Value;

use super::{Distinct, JsonText};
use crate::Column;

/// A field of a change: left out, null, or a value.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Change<T> {
    /// Left out: the attribute stays as it is.
    #[default]
    Keep,
    /// Null: the attribute loses its value.
    Clear,
    /// A value in its place.
    Set(T),
}

/// A body that changes a document; implemented by `#[derive(Body)]` with `#[body(changes = …)]`.
pub trait Changes<D> {
    /// The columns that it may change.
    fn columns() -> Vec<Column<D>>;

    /// Changes the document; gives the columns that differ now, with their values.
    fn apply(self, document: &mut D) -> Vec<(Column<D>, Value)>;
}

/// An attribute of a document that a value of a body can be put into.
pub trait Slot<T> {
    /// Puts it there; gives it as JSON if that made a difference.
    fn put(&mut self, value: T) -> Option<Value>;
}

impl<T: PartialEq + Clone + Into<Value>> Slot<T> for T {
    fn put(&mut self, value: T) -> Option<Value> {
        if *self == value {
            return None;
        }
        self.clone_from(&value);
        Some(value.into())
    }
}

impl<T: PartialEq + Clone + Into<Value>> Slot<T> for Option<T> {
    fn put(&mut self, value: T) -> Option<Value> {
        if self.as_ref() == Some(&value) {
            return None;
        }
        *self = Some(value.clone());
        Some(value.into())
    }
}

impl<T: PartialEq + Clone + Into<Value>> Slot<Change<T>> for Option<T> {
    fn put(&mut self, value: Change<T>) -> Option<Value> {
        match value {
            Change::Keep => None,
            Change::Clear => self.take().map(|_| Value::Null),
            Change::Set(value) => Slot::<T>::put(self, value),
        }
    }
}

/// A list in which nothing stands twice.
impl<T: PartialEq + Clone> Slot<Distinct<T>> for Vec<T>
where
    Vec<T>: Into<Value>,
{
    fn put(&mut self, value: Distinct<T>) -> Option<Value> {
        Slot::<Vec<T>>::put(self, value.0)
    }
}

/// A value of a body that a document keeps as text.
pub trait KeptAsText {
    /// The text.
    fn into_text(self) -> String;
}

impl KeptAsText for JsonText {
    fn into_text(self) -> String {
        JsonText::into_text(self)
    }
}

impl<T: KeptAsText> Slot<T> for String {
    fn put(&mut self, value: T) -> Option<Value> {
        Slot::<String>::put(self, value.into_text())
    }
}

impl<T: KeptAsText> Slot<T> for Option<String> {
    fn put(&mut self, value: T) -> Option<Value> {
        Slot::<String>::put(self, value.into_text())
    }
}

impl<T: KeptAsText> Slot<Change<T>> for Option<String> {
    fn put(&mut self, value: Change<T>) -> Option<Value> {
        match value {
            Change::Keep => None,
            Change::Clear => self.take().map(|_| Value::Null),
            Change::Set(value) => Slot::<String>::put(self, value.into_text()),
        }
    }
}
