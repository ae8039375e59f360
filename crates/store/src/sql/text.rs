//! The text of a statement, written through sea-query, and the placeholders or names of its values.

use std::fmt::{self, Write};

use sea_query::{Expr, QueryBuilder, QueryStatementWriter, SqlWriter, SqliteQueryBuilder, Value};

use super::Prepared;
use crate::bind::Slot;
use crate::driver::Dialect;

/// The slot that holds the time of the commit, in statements that only know it inside of the database.
pub(super) const TIME: Slot = usize::MAX - 1;

/// A statement's text.
///
/// Values are built as the numbers of their slots. This tells which slot stands at which placeholder; inside a
/// trigger, where there are none, each slot has a name instead.
#[derive(Debug)]
pub(super) struct Text<'a> {
    sql: String,
    slots: Vec<Slot>,
    name: Option<&'a dyn Name>,
}

/// The names of slots, for texts that have no placeholders.
pub(super) trait Name: fmt::Debug {
    /// Writes the name of a slot.
    fn write(&self, slot: Slot, sql: &mut String);
}

impl<'a> Text<'a> {
    pub fn with_placeholders() -> Self {
        Text {
            sql: String::with_capacity(256),
            slots: Vec::new(),
            name: None,
        }
    }

    pub fn with_names(name: &'a dyn Name) -> Self {
        Text {
            name: Some(name),
            ..Text::with_placeholders()
        }
    }

    pub fn write(&mut self, statement: &impl QueryStatementWriter, dialect: Dialect) {
        match dialect {
            Dialect::Sqlite => statement.build_collect_into(SqliteQueryBuilder, self),
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
        let slot = match value {
            Value::BigUnsigned(Some(slot)) => usize::try_from(slot).unwrap_or(usize::MAX),
            // Nothing else is ever bound; a slot that isn't there reads as NULL.
            _ => usize::MAX,
        };
        match self.name {
            Some(name) => name.write(slot, &mut self.sql),
            // A sign that changes nothing: SQLite looks at a bare placeholder's value when it plans, and so would plan
            // anew at each execution: the host would have to tell it not to, and Spin doesn't.
            None => {
                self.sql.push_str("+?");
                self.slots.push(slot);
            }
        }
    }

    fn as_writer(&mut self) -> &mut dyn Write {
        self
    }
}

/// The value of a slot.
pub(super) fn value(slot: Slot) -> Expr {
    Expr::val(number(slot))
}

/// A slot as sea-query's own clauses for numbers want it, such as LIMIT.
pub(super) fn number(slot: Slot) -> u64 {
    slot as u64
}

/// A number written out in the text.
pub(super) fn constant(number: i64) -> Expr {
    Expr::Constant(number.into())
}
