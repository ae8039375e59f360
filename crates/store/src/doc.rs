//! Results of reads: documents with their revision, pages, cursors.

use std::fmt;
use std::ops::Deref;

use serde_json::Value;

/// A document as it is stored.
#[derive(Clone, Debug, PartialEq)]
pub struct Doc<D> {
    /// The document.
    pub value: D,
    /// Grows by one with every change of the document: its ETag.
    pub revision: i64,
    /// Its place in the order in which documents were committed to the collection.
    pub seq: i64,
}

impl<D> Doc<D> {
    /// The document alone.
    pub fn into_inner(self) -> D {
        self.value
    }
}

impl<D> Deref for Doc<D> {
    type Target = D;

    fn deref(&self) -> &D {
        &self.value
    }
}

/// A place between two documents of an ordered query: just behind, or before, the one it was made of.
///
/// It names values, not a row: it stays good when that document changes or goes.
#[derive(Clone, PartialEq)]
pub struct Cursor {
    /// The document's values of the columns the query is ordered by, as JSON.
    pub values: Vec<Value>,
    /// Its place in the commit order, which breaks ties.
    pub seq: i64,
}

impl fmt::Debug for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Cursor({:?} #{})", self.values, self.seq)
    }
}

/// A part of a query's result, in the query's order, walked to from either side.
#[derive(Clone, Debug, PartialEq)]
pub struct Page<D> {
    /// The documents.
    pub items: Vec<Doc<D>>,
    /// The place to continue `after`, if there is more.
    pub next: Option<Cursor>,
    /// The place to continue `before`, if there is anything before it.
    pub previous: Option<Cursor>,
    /// Where the first item stands: `before` it are documents that came since, say.
    pub first: Option<Cursor>,
    /// Where the last item stands.
    pub last: Option<Cursor>,
}
