//! Values of a statement, perhaps not known yet.

use whisper_schema::Timestamp;

use crate::driver::SqlValue;

/// Number of a value among the [`Binds`] of its statement.
pub(crate) type Slot = usize;

/// A value of a statement, perhaps not known yet.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Bind {
    Value(SqlValue),
    /// The time of the commit, in milliseconds.
    AtCommit,
}

impl Bind {
    /// The value at this time.
    pub fn at(self, at: Timestamp) -> SqlValue {
        match self {
            Bind::Value(value) => value,
            Bind::AtCommit => SqlValue::Integer(at.as_millis()),
        }
    }
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

    /// The values at this time.
    pub fn at(self, at: Timestamp) -> Vec<SqlValue> {
        self.0.into_iter().map(|bind| bind.at(at)).collect()
    }
}
