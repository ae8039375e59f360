//! Statements: their shape apart from their values, so that the text of each shape is made once.

mod build;
mod cache;
pub(crate) mod cond;
pub(crate) mod list;
pub(crate) mod select;
mod write;

use std::fmt;
use std::hash::{Hash, Hasher};

use whisper_schema::{Collection, Order as Direction};

pub(crate) use cache::{Cache, Prepared};
pub(crate) use cond::Cond;

use crate::SqlValue;

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

/// Number of a value among the [`Binds`] of its statement.
pub(crate) type Slot = usize;

/// A value of a statement, perhaps not known yet.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Bind {
    Value(SqlValue),
    /// The time of the commit, in milliseconds.
    AtCommit,
}

/// The values of a statement.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Binds(pub Vec<Bind>);

impl Binds {
    pub fn push(&mut self, bind: Bind) -> Slot {
        self.0.push(bind);
        self.0.len() - 1
    }

    pub fn value(&mut self, value: SqlValue) -> Slot {
        self.push(Bind::Value(value))
    }

    pub fn text(&mut self, text: &str) -> Slot {
        self.value(SqlValue::Text(text.to_owned()))
    }

    /// A number of rows; more than a table can have is as good as any.
    pub fn count(&mut self, count: u64) -> Slot {
        self.value(SqlValue::Integer(i64::try_from(count).unwrap_or(i64::MAX)))
    }
}

/// A statement without its values.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Shape {
    /// One row with an answer in each column, for so many reads that have `each` so many values.
    Read {
        answers: Vec<Answer>,
        times: usize,
        each: usize,
    },
    /// One row with 1 in each column whose expectation holds, else 0.
    Expect(Vec<Expectation>),
    /// Documents with all their columns; the values lie row by row from slot 0, then those that
    /// `existing` needs for all rows.
    Insert {
        table: Table,
        rows: usize,
        existing: OnExisting,
    },
    /// The same whatever the number of documents: they are a JSON array of arrays in the slot of the
    /// last column, with nothing in those before it.
    InsertList {
        table: Table,
        existing: OnExisting,
        gives_rows: bool,
    },
    Update {
        table: Table,
        id: Slot,
        sets: Vec<Set>,
        condition: Option<Cond>,
    },
    /// Updates by id that set the same columns. The values lie row by row from slot 0: one per
    /// column, the id, and by how much the revision grows.
    UpdateMany {
        table: Table,
        columns: Vec<&'static str>,
        rows: usize,
    },
    /// The same whatever the number of updates: they are a JSON array of arrays in slot 0.
    UpdateList {
        table: Table,
        columns: Vec<&'static str>,
        gives_rows: bool,
    },
    Delete {
        table: Table,
        id: Slot,
        condition: Option<Cond>,
    },
    DeleteSome {
        table: Table,
        condition: Cond,
        limit: Slot,
    },
    /// How many rows the last statement of this connection wrote.
    Changes,
}

impl Shape {
    /// A read's shape for so many reads of it; no other has one.
    pub fn times(&self, times: usize) -> Shape {
        match self.clone() {
            Shape::Read { answers, each, .. } => Shape::Read {
                answers,
                times,
                each,
            },
            other => other,
        }
    }
}

/// Whether a statement that writes so many documents gives a row for each. Beyond a few, asking how
/// many there were is cheaper than their rows.
pub(crate) fn gives_rows(documents: usize) -> bool {
    documents <= 4
}

/// How many values a new document of this table has.
pub(crate) fn width(table: Table) -> usize {
    table.0.attributes.len() + 1
}

/// One column of a [`Shape::Read`].
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Answer {
    /// A JSON array of the document's columns, or NULL.
    One { table: Table, id: Slot },
    /// A JSON array of such arrays.
    Rows(Rows),
    /// A number.
    Count {
        table: Table,
        condition: Cond,
        limit: Slot,
    },
}

impl Answer {
    /// The same with its values so many slots further on.
    pub fn moved(&self, by: usize) -> Answer {
        match self {
            Answer::One { table, id } => Answer::One {
                table: *table,
                id: id + by,
            },
            Answer::Rows(rows) => Answer::Rows(Rows {
                condition: rows.condition.moved(by),
                tail: rows.tail.as_ref().map(|tail| tail.moved(by)),
                orders: rows.orders.clone(),
                limit: rows.limit + by,
                settled: rows.settled.map(|slot| slot + by),
                ..*rows
            }),
            Answer::Count {
                table,
                condition,
                limit,
            } => Answer::Count {
                table: *table,
                condition: condition.moved(by),
                limit: limit + by,
            },
        }
    }
}

/// Some documents in an order.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Rows {
    pub table: Table,
    pub condition: Cond,
    /// Documents that come after all of these: they lack the first column of the order. Asked for
    /// apart, because a range of an index can't have them in it too.
    pub tail: Option<Cond>,
    pub orders: Vec<(&'static str, Descending)>,
    pub limit: Slot,
    /// How many of the condition's parts are the query's filters; the others say where it begins.
    pub filters: usize,
    /// Behind which place documents must be there without a gap; see [`Query::in_commit_order`](crate::Query).
    pub settled: Option<Slot>,
}

/// Whether the greatest comes first. (The schema's `Order` has no `Hash`.)
pub(crate) type Descending = bool;

pub(crate) fn descending(direction: Direction) -> Descending {
    direction == Direction::Desc
}

/// One column of a [`Shape::Expect`].
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Expectation {
    pub table: Table,
    pub condition: Cond,
    pub some: bool,
}

impl Expectation {
    /// The same with its values so many slots further on.
    pub fn moved(&self, by: usize) -> Expectation {
        Expectation {
            condition: self.condition.moved(by),
            ..self.clone()
        }
    }
}

/// What an insert does when a document with its id exists.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum OnExisting {
    Conflict,
    Replace,
    Patch {
        sets: Vec<Set>,
        condition: Option<Cond>,
    },
}

impl OnExisting {
    /// The same with its values so many slots further on.
    pub fn moved(&self, by: usize) -> OnExisting {
        match self {
            OnExisting::Conflict | OnExisting::Replace => self.clone(),
            OnExisting::Patch { sets, condition } => OnExisting::Patch {
                sets: sets.iter().map(|set| set.moved(by)).collect(),
                condition: condition.as_ref().map(|condition| condition.moved(by)),
            },
        }
    }
}

impl Set {
    fn moved(&self, by: usize) -> Set {
        match *self {
            Set::Value { column, value } => Set::Value {
                column,
                value: value + by,
            },
            Set::Add {
                column,
                by: sum,
                least,
                greatest,
            } => Set::Add {
                column,
                by: sum + by,
                least: least + by,
                greatest: greatest + by,
            },
        }
    }
}

/// A column of an update.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Set {
    Value {
        column: &'static str,
        value: Slot,
    },
    /// Fails to match the row when the sum lies outside the bounds.
    Add {
        column: &'static str,
        by: Slot,
        least: Slot,
        greatest: Slot,
    },
}
