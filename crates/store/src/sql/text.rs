//! The text of a statement, written through sea-query, and the placeholders or names of its values.

use std::fmt::{self, Write};

use sea_query::{
    Expr, PostgresQueryBuilder, QueryBuilder, QueryStatementWriter, SqlWriter, SqliteQueryBuilder,
    Value,
};

use super::Prepared;
use super::sort::Sort;
use crate::bind::Slot;
use crate::driver::Dialect;

/// The slot that holds the time of the commit, in statements that only know it inside of the database.
pub(super) const TIME: Slot = u32::MAX as usize - 1;
/// A slot that isn't there; it reads as NULL.
const NOWHERE: Slot = u32::MAX as usize;
/// In the number that stands for a value, where its sort begins.
const SORT_FROM: u32 = 32;

/// A statement's text.
///
/// Values are built as the numbers of their slots. This tells which slot stands at which placeholder; inside a
/// trigger, where there are none, each slot has a name instead.
#[derive(Debug)]
pub(super) struct Text<'a> {
    dialect: Dialect,
    sql: String,
    slots: Vec<Slot>,
    name: Option<&'a dyn Name>,
}

/// The names of slots, for texts that have no placeholders.
pub(super) trait Name: fmt::Debug {
    /// Writes the name of a slot.
    fn write(&self, slot: Slot, sort: Sort, sql: &mut String);
}

impl<'a> Text<'a> {
    pub fn with_placeholders(dialect: Dialect) -> Self {
        Text {
            dialect,
            sql: String::with_capacity(256),
            slots: Vec::new(),
            name: None,
        }
    }

    pub fn with_names(name: &'a dyn Name, dialect: Dialect) -> Self {
        Text {
            name: Some(name),
            ..Text::with_placeholders(dialect)
        }
    }

    pub fn dialect(&self) -> Dialect {
        self.dialect
    }

    pub fn write(&mut self, statement: &impl QueryStatementWriter) {
        match self.dialect {
            Dialect::Sqlite => statement.build_collect_into(SqliteQueryBuilder, self),
            Dialect::Postgres => statement.build_collect_into(PostgresQueryBuilder, self),
        }
    }

    pub fn into_prepared(self) -> Prepared {
        Prepared::new(self.sql, self.slots)
    }
}

impl Write for Text<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.sql.write_str(text)
    }
}

impl fmt::Display for Text<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.sql)
    }
}

impl SqlWriter for Text<'_> {
    fn push_param<T: QueryBuilder>(&mut self, value: Value, _: &T) {
        let (slot, sort) = match value {
            Value::BigUnsigned(Some(number)) => taken_apart(number),
            // Nothing else is ever bound.
            _ => (NOWHERE, Sort::Integer),
        };
        if let Some(name) = self.name {
            return name.write(slot, sort, &mut self.sql);
        }
        self.slots.push(slot);
        match self.dialect {
            // A sign that changes nothing: SQLite looks at a bare placeholder's value when it plans, and so would plan
            // anew at each execution: the host would have to tell it not to, and Spin doesn't.
            Dialect::Sqlite => self.sql.push_str("+?"),
            Dialect::Postgres => {
                let placeholder = format!("${}", self.slots.len());
                self.sql.push_str(&sort.typed(&placeholder));
            }
        }
    }

    fn as_writer(&mut self) -> &mut dyn Write {
        self
    }
}

/// The value of a slot.
pub(super) fn value(slot: Slot, sort: Sort) -> Expr {
    Expr::val(sorted(slot, sort))
}

/// A slot with a number, as sea-query's own clauses for numbers want it, such as LIMIT.
pub(super) fn number(slot: Slot) -> u64 {
    sorted(slot, Sort::Integer)
}

/// A slot and the sort of its value as one number.
pub(super) fn sorted(slot: Slot, sort: Sort) -> u64 {
    let slot = u32::try_from(slot).unwrap_or(u32::MAX);
    (sort as u64) << SORT_FROM | u64::from(slot)
}

fn taken_apart(number: u64) -> (Slot, Sort) {
    let sort = Sort::numbered(number >> SORT_FROM);
    ((number & u64::from(u32::MAX)) as Slot, sort)
}

/// A number written out in the text.
pub(super) fn constant(number: i64) -> Expr {
    Expr::Constant(number.into())
}
