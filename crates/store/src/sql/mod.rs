//! Statements: their shape apart from their values, so that the text of each shape is made once.

mod build;
mod cache;
mod cond;
mod condition;
pub(crate) mod list;
pub(crate) mod lowering;
mod postgres;
mod prepared;
mod program;
pub(crate) mod question;
pub(crate) mod select;
mod sort;
mod text;
mod write;

use whisper_schema::Order as Direction;

pub(crate) use cache::Cache;
pub(crate) use cond::Cond;
pub(crate) use postgres::{MOST_BATCHES, Routine, as_text};
pub(crate) use prepared::Prepared;
pub(crate) use program::{Made, Program, Stage, time_under_lock, unmet};

pub(crate) use crate::bind::{Bind, Slot};
pub(crate) use crate::columns::Table;

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
    /// The same for any number of documents: they are a JSON array of arrays in slot 0, and the values that
    /// `existing` needs follow.
    InsertList {
        table: Table,
        existing: OnExisting,
        timed: Timed,
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
    /// The same for any number of updates: they are a JSON array of arrays in slot 0.
    UpdateList {
        table: Table,
        columns: Vec<&'static str>,
        timed: Timed,
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
    /// Whether a statement of this shape gives a row when it has changed one.
    pub fn tells(&self) -> bool {
        match self {
            Shape::Insert { rows, existing, .. } => *rows == 1 && *existing != OnExisting::Conflict,
            Shape::Update { .. } | Shape::Delete { .. } => true,
            _ => false,
        }
    }

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

/// Places in the rows of a list at which the time of the commit may stand, as `true`.
pub(crate) type Timed = Vec<usize>;

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
    pub fn moved(&self, by: isize) -> Answer {
        match self {
            Answer::One { table, id } => Answer::One {
                table: *table,
                id: id.wrapping_add_signed(by),
            },
            Answer::Rows(rows) => Answer::Rows(Rows {
                condition: rows.condition.moved(by),
                tail: rows.tail.as_ref().map(|tail| tail.moved(by)),
                orders: rows.orders.clone(),
                limit: rows.limit.wrapping_add_signed(by),
                gapless_behind: rows.gapless_behind.map(|slot| slot.wrapping_add_signed(by)),
                ..*rows
            }),
            Answer::Count {
                table,
                condition,
                limit,
            } => Answer::Count {
                table: *table,
                condition: condition.moved(by),
                limit: limit.wrapping_add_signed(by),
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
    pub gapless_behind: Option<Slot>,
    /// Whether only documents count before which none comes in any more.
    pub is_settled: bool,
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
    pub fn moved(&self, by: isize) -> Expectation {
        Expectation {
            condition: self.condition.moved(by),
            ..self.clone()
        }
    }
}

/// The effect of an insert when a document with its id exists.
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
    pub fn moved(&self, by: isize) -> OnExisting {
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
    fn moved(&self, by: isize) -> Set {
        match *self {
            Set::Value { column, value } => Set::Value {
                column,
                value: value.wrapping_add_signed(by),
            },
            Set::Add {
                column,
                by: sum,
                least,
                greatest,
            } => Set::Add {
                column,
                by: sum.wrapping_add_signed(by),
                least: least.wrapping_add_signed(by),
                greatest: greatest.wrapping_add_signed(by),
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
