//! The documents that a query, a condition or a bounded delete is about.

use std::fmt;
use std::marker::PhantomData;

use serde_json::Value;
use whisper_schema::{Attribute, Column, Document, Ephemeral, Order as Direction, Timestamp};
use whisper_words::Phrase;

use crate::columns::Table;

pub(crate) use crate::columns::REVISION;

/// A condition on the documents of `D`'s collection.
///
/// Comparisons with NULL are false, `ne` too. Text compares by code point.
pub struct Filter<D> {
    pub(crate) node: Node,
    // As Column: a filter owns no document.
    document: PhantomData<fn() -> D>,
}

/// A filter without its type.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Node {
    /// Column, operator, value.
    Compare(&'static str, Compare, Value),
    Null(&'static str),
    NotNull(&'static str),
    In(&'static str, Vec<Value>),
    StartsWith(&'static str, String),
    Contains(&'static str, Value),
    Among(Box<Among>),
    Matches(Box<Matches>),
    And(Vec<Node>),
    Or(Vec<Node>),
}

/// Whether a column's value stands in a column of other documents.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Among {
    pub column: &'static str,
    /// The table of the other documents, the column `of` theirs, and the filter for those that count.
    pub table: Table,
    pub of: &'static str,
    pub filter: Node,
    /// Whether it has to stand there, or must not.
    pub inside: bool,
}

/// Whether a column's words have all of some phrases.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Matches {
    pub column: &'static str,
    pub scopes: Vec<String>,
    pub phrases: Vec<Phrase>,
}

/// How two values compare.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Compare {
    Eq,
    Ne,
    Lt,
    Le,
    Gt,
    Ge,
}

impl<D> Filter<D> {
    pub(crate) fn new(node: Node) -> Self {
        Filter {
            node,
            document: PhantomData,
        }
    }

    fn compare(column: Column<D>, how: Compare, value: impl Into<Value>) -> Self {
        Filter::new(Node::Compare(column.key(), how, value.into()))
    }

    /// The value is equal.
    pub fn eq(column: Column<D>, value: impl Into<Value>) -> Self {
        Filter::compare(column, Compare::Eq, value)
    }

    /// The value is there and differs.
    pub fn ne(column: Column<D>, value: impl Into<Value>) -> Self {
        Filter::compare(column, Compare::Ne, value)
    }

    /// Less than.
    pub fn lt(column: Column<D>, value: impl Into<Value>) -> Self {
        Filter::compare(column, Compare::Lt, value)
    }

    /// Less than or equal.
    pub fn le(column: Column<D>, value: impl Into<Value>) -> Self {
        Filter::compare(column, Compare::Le, value)
    }

    /// Greater than.
    pub fn gt(column: Column<D>, value: impl Into<Value>) -> Self {
        Filter::compare(column, Compare::Gt, value)
    }

    /// Greater than or equal.
    pub fn ge(column: Column<D>, value: impl Into<Value>) -> Self {
        Filter::compare(column, Compare::Ge, value)
    }

    /// There is no value.
    pub fn is_null(column: Column<D>) -> Self {
        Filter::new(Node::Null(column.key()))
    }

    /// There is a value.
    pub fn is_not_null(column: Column<D>) -> Self {
        Filter::new(Node::NotNull(column.key()))
    }

    /// One of these values; none of an empty list.
    pub fn is_in<V: Into<Value>>(column: Column<D>, values: impl IntoIterator<Item = V>) -> Self {
        Filter::new(Node::In(
            column.key(),
            values.into_iter().map(Into::into).collect(),
        ))
    }

    /// Text that begins with exactly this.
    pub fn starts_with(column: Column<D>, prefix: impl Into<String>) -> Self {
        Filter::new(Node::StartsWith(column.key(), prefix.into()))
    }

    /// A list that has this element.
    pub fn contains(column: Column<D>, element: impl Into<Value>) -> Self {
        Filter::new(Node::Contains(column.key(), element.into()))
    }

    /// The value is one that `of` has in a document that meets the filter. However many such documents there are,
    /// none of them is bound as a value. `of` must be a text that every document has. For reads alone.
    pub fn is_among<R: Document>(column: Column<D>, of: Column<R>, filter: Filter<R>) -> Self {
        Filter::among(column, of, filter, true)
    }

    /// The value is there, and none that `of` has in a document that meets the filter; see [`Filter::is_among`].
    pub fn is_not_among<R: Document>(column: Column<D>, of: Column<R>, filter: Filter<R>) -> Self {
        Filter::among(column, of, filter, false)
    }

    fn among<R: Document>(
        column: Column<D>,
        of: Column<R>,
        filter: Filter<R>,
        inside: bool,
    ) -> Self {
        Filter::new(Node::Among(Box::new(Among {
            column: column.key(),
            table: Table(R::COLLECTION),
            of: of.key(),
            filter: filter.node,
            inside,
        })))
    }

    /// The words of a text have all of these phrases, in one of these scopes: columns and scopes are those of an index of
    /// words ([`IndexKind::Words`](whisper_schema::IndexKind::Words)), scopes are ids, and the phrases are made by
    /// [`whisper_words::phrases`]. The cost grows with the finds in these scopes, and in the order of the index's place is no
    /// more than a page's. For reads alone.
    pub fn matches(
        column: Column<D>,
        scopes: impl IntoIterator<Item = impl Into<String>>,
        phrases: impl IntoIterator<Item = Phrase>,
    ) -> Self {
        Filter::new(Node::Matches(Box::new(Matches {
            column: column.key(),
            scopes: scopes.into_iter().map(Into::into).collect(),
            phrases: phrases.into_iter().collect(),
        })))
    }

    /// All of these; an empty list holds for every document.
    pub fn and(filters: impl IntoIterator<Item = Filter<D>>) -> Self {
        Filter::new(Node::And(
            filters.into_iter().map(|filter| filter.node).collect(),
        ))
    }

    /// At least one of these; an empty list holds for none.
    pub fn or(filters: impl IntoIterator<Item = Filter<D>>) -> Self {
        Filter::new(Node::Or(
            filters.into_iter().map(|filter| filter.node).collect(),
        ))
    }

    /// The row is at this revision: for a change that depends on the row as it was read.
    pub fn revision(revision: i64) -> Self {
        Filter::new(Node::Compare(REVISION, Compare::Eq, revision.into()))
    }
}

impl<D: Ephemeral> Filter<D> {
    /// The documents whose time hasn't come, as [`Ephemeral::lasts`] says of one. At the time of the commit an end isn't held
    /// against the longest time.
    pub fn lasts(now: Timestamp) -> Self {
        let later = Filter::gt(D::ENDS, now);
        let latest = D::latest_end(now).filter(|_| now != Timestamp::AT_COMMIT);
        let later = match latest {
            Some(latest) => Filter::and([later, Filter::le(D::ENDS, latest)]),
            None => later,
        };
        if D::ENDS.attribute().is_some_and(Attribute::not_null) {
            return later;
        }
        Filter::or([Filter::is_null(D::ENDS), later])
    }

    /// The documents that last and weren't taken back, as [`Ephemeral::stands`] says of one.
    pub fn stands(now: Timestamp) -> Self {
        match D::TAKEN_BACK {
            Some(column) => Filter::and([Filter::is_null(column), Filter::lasts(now)]),
            None => Filter::lasts(now),
        }
    }
}

impl<D> Clone for Filter<D> {
    fn clone(&self) -> Self {
        Filter::new(self.node.clone())
    }
}

impl<D> fmt::Debug for Filter<D> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.node.fmt(f)
    }
}

/// A column to sort by. Documents without a value come first in ascending order, last in descending.
pub struct Order<D> {
    pub(crate) column: &'static str,
    pub(crate) direction: Direction,
    document: PhantomData<fn() -> D>,
}

impl<D> Order<D> {
    /// Least first.
    pub fn asc(column: Column<D>) -> Self {
        Order {
            column: column.key(),
            direction: Direction::Asc,
            document: PhantomData,
        }
    }

    /// Greatest first.
    pub fn desc(column: Column<D>) -> Self {
        Order {
            column: column.key(),
            direction: Direction::Desc,
            document: PhantomData,
        }
    }
}

impl<D> Clone for Order<D> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<D> Copy for Order<D> {}

impl<D> fmt::Debug for Order<D> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.column, self.direction.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use whisper_schema::prelude::{MessageExpiry, Notification, Story};

    #[test]
    fn an_end_that_is_always_there_is_one_comparison() {
        let now = Timestamp::from_millis(7);
        let end = Filter::<MessageExpiry>::stands(now);
        assert_eq!(end.node, Filter::gt(MessageExpiry::EXPIRES_AT, now).node);
        let now_or_then = Timestamp::AT_COMMIT;
        let story = Filter::<Story>::stands(now_or_then);
        assert_eq!(story.node, Filter::gt(Story::EXPIRES_AT, now_or_then).node);
        let notification = Filter::<Notification>::stands(now);
        assert!(matches!(notification.node, Node::Or(_)));
    }

    #[test]
    fn an_end_that_no_clock_of_now_can_have_made_is_past() {
        const DAY: i64 = 24 * 60 * 60 * 1000;
        let now = Timestamp::from_millis(7);
        let bounds = [
            Filter::gt(Story::EXPIRES_AT, now),
            Filter::le(Story::EXPIRES_AT, now.plus(3 * DAY)),
        ];
        assert_eq!(Filter::<Story>::stands(now).node, Filter::and(bounds).node);
        for (days, stands) in [(0, false), (1, true), (3, true), (4, false), (365, false)] {
            let story = Story {
                expires_at: now.plus(days * DAY),
                ..Story::default()
            };
            assert_eq!(story.stands(now), stands, "{days}");
        }
    }
}
