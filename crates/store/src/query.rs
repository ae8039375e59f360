//! Queries: which documents, in which order, from where, how many.

use std::fmt;
use std::marker::PhantomData;

use whisper_schema::{Column, Document, Order as Direction};

use crate::doc::Cursor;
use crate::filter::{Filter, Node, Order};

/// How many documents a query gives when it doesn't say.
pub const DEFAULT_LIMIT: u32 = 25;
/// The most documents a query gives at once.
pub const MAX_LIMIT: u32 = 1000;

/// A query without its type.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Selection {
    pub filters: Vec<Node>,
    pub orders: Vec<(&'static str, Direction)>,
    pub from: Option<(Way, Cursor)>,
    pub limit: u32,
    /// Behind which place of the commit order everything must be there.
    pub gapless_behind: Option<i64>,
    /// Only documents before which none comes in any more.
    pub is_settled: bool,
}

/// On which side of a cursor to look.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Way {
    After,
    Before,
}

/// A query of `D`'s collection, to be run by [`Store::read`](crate::Store::read).
///
/// Ties of the order are broken by the commit order, in the direction of the last column: newest
/// last if that is ascending. Without an order it is the commit order.
pub struct Query<D> {
    pub(crate) selection: Selection,
    document: PhantomData<fn() -> D>,
}

impl<D: Document> Query<D> {
    /// All documents, in commit order, at most [`DEFAULT_LIMIT`].
    pub fn new() -> Self {
        let selection = Selection {
            filters: Vec::new(),
            orders: Vec::new(),
            from: None,
            limit: DEFAULT_LIMIT,
            gapless_behind: None,
            is_settled: false,
        };
        Query {
            selection,
            document: PhantomData,
        }
    }

    /// Only documents that meet this too.
    #[must_use]
    pub fn filter(mut self, filter: Filter<D>) -> Self {
        self.selection.filters.push(filter.node);
        self
    }

    /// Sorts by this column; further ones sort documents that the former leave equal.
    #[must_use]
    pub fn order(mut self, order: Order<D>) -> Self {
        self.selection.orders.push((order.column, order.direction));
        self
    }

    /// The documents committed behind this place (0: all), in commit order, up to where another may still come in
    /// between: a consumer that remembers the last document's place misses none.
    ///
    /// SQLite gives places at the commit, so there it is only a filter and an order. PostgreSQL and TablesDB give them before,
    /// and a commit may take longer than the next one. PostgreSQL tells which ones still run; on TablesDB a document behind a gap is
    /// given when it is 20 s old.
    #[must_use]
    pub fn in_commit_order(mut self, behind: i64) -> Self {
        self = self.filter(Filter::gt(Column::seq(), behind));
        self.selection.orders = vec![(Column::<D>::seq().key(), Direction::Asc)];
        self.selection.gapless_behind = Some(behind);
        self.selection.is_settled = true;
        self
    }

    /// Only documents up to where another may still come in between: what is remembered as the end of the commit order has to be one of them.
    ///
    /// PostgreSQL gives places before a commit is done, and leaves out those that a running one may still precede. SQLite gives
    /// them at the commit: there it says nothing. On TablesDB it says nothing either; go by times there.
    #[must_use]
    pub fn settled(mut self) -> Self {
        self.selection.is_settled = true;
        self
    }

    /// Starts behind this place. Takes the place of an earlier `after` or `before`; `None` starts
    /// at the beginning.
    #[must_use]
    pub fn after(mut self, cursor: impl Into<Option<Cursor>>) -> Self {
        self.selection.from = cursor.into().map(|cursor| (Way::After, cursor));
        self
    }

    /// Takes the documents that end just before this place. Takes the place of an earlier `after`
    /// or `before`; `None` starts at the beginning.
    #[must_use]
    pub fn before(mut self, cursor: impl Into<Option<Cursor>>) -> Self {
        self.selection.from = cursor.into().map(|cursor| (Way::Before, cursor));
        self
    }

    /// At most this many documents, 1 to [`MAX_LIMIT`].
    #[must_use]
    pub fn limit(mut self, limit: u32) -> Self {
        self.selection.limit = limit;
        self
    }

    /// As a part of [`Store::read`](crate::Store::read): the documents with the cursors around them.
    pub fn page(self) -> Paged<D> {
        Paged(self)
    }

    /// As a part of [`Store::read`](crate::Store::read): the first document.
    pub fn first(self) -> First<D> {
        First(self.limit(1))
    }

    /// As a part of [`Store::read`](crate::Store::read): how many there are, counted up to `max`. Limit, order and
    /// cursor don't matter.
    pub fn count(self, max: u64) -> Count<D> {
        Count { query: self, max }
    }
}

impl<D: Document> Default for Query<D> {
    fn default() -> Self {
        Query::new()
    }
}

impl<D> Clone for Query<D> {
    fn clone(&self) -> Self {
        Query {
            selection: self.selection.clone(),
            document: PhantomData,
        }
    }
}

impl<D> fmt::Debug for Query<D> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.selection.fmt(f)
    }
}

/// One document by its id, as a part of [`Store::read`](crate::Store::read).
pub struct Get<D> {
    pub(crate) id: String,
    document: PhantomData<fn() -> D>,
}

impl<D: Document> Get<D> {
    /// The document with this id.
    pub fn id(id: impl Into<String>) -> Self {
        Get {
            id: id.into(),
            document: PhantomData,
        }
    }
}

/// See [`Query::page`].
pub struct Paged<D>(pub(crate) Query<D>);

/// See [`Query::first`].
pub struct First<D>(pub(crate) Query<D>);

/// See [`Query::count`].
pub struct Count<D> {
    pub(crate) query: Query<D>,
    pub(crate) max: u64,
}
