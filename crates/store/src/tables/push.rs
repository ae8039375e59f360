//! From conditions to the server's queries.
//!
//! The server's answer may hold more rows than were asked for, never fewer: its database may compare text without case,
//! and orders it in a way of its own. So conditions that depend on that are left out or asked for loosely, and decided
//! here, by [`holds`](super::holds).

use serde_json::{Value, json};
use whisper_schema::{Collection, Kind};

use super::guard::{self, MARK};
use super::record::{self, FIRST_MOMENT, LAST_MOMENT, REVISION_COLUMN};
use crate::SqlValue;
use crate::encode::{self, ID, SEQ};
use crate::filter::{Compare, REVISION};
use crate::sql::lowering::successor;
use crate::sql::{Cond, Slot, question};

/// Most characters of one query.
pub(super) const MAX_QUERY: usize = 4096;
/// Most values of one query.
pub(super) const MAX_VALUES: usize = 500;
/// How far from a double the same one may be on a server: more than the digits that it doesn't keep, and than the decimals that it
/// doesn't compare.
const NEAR: f64 = 1e-13;
const LEAST: f64 = 1e-16;

/// The query that a condition becomes for the server.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Pushed {
    /// Nothing: every row may do.
    Any,
    /// No row can do.
    Never,
    /// A query.
    Query(Value),
}

/// Makes queries for a collection.
pub(super) struct Pushing<'a> {
    pub collection: &'static Collection,
    pub slots: &'a [SqlValue],
    /// Whether text compares as the server does: for the place a cursor names in the server's own order.
    pub as_ordered: bool,
    /// Whether the server's answer has exactly the rows that meet the condition.
    pub exact: bool,
}

impl Pushing<'_> {
    pub fn push(&mut self, condition: &Cond) -> Pushed {
        match condition {
            Cond::Compare(column, how, slot) => self.compare(column, *how, *slot),
            Cond::Null(column) if self.nullable(column) => query("isNull", column, json!([])),
            Cond::Null(_) => Pushed::Never,
            Cond::NotNull(column) => self.there(column),
            Cond::In(column, first, count) => match self.values(column, *first, *count) {
                values if values.is_empty() => Pushed::Never,
                _ if self.is_double(column) => self.loosely(column),
                values if values.len() > MAX_VALUES => self.loosely(column),
                values => self.bounded(column, query("equal", column, Value::Array(values))),
            },
            Cond::Contains(column, slot) => self.contains(column, *slot),
            Cond::Among { column, .. } | Cond::Listed(column, _) => self.loosely(column),
            Cond::Matches {
                column, phrases, ..
            } => self.matches(column, *phrases),
            Cond::And(all) => self.all(all),
            Cond::Or(some) => self.some(some),
        }
    }

    /// The different values of a list that the column can have.
    pub fn values(&mut self, column: &str, first: Slot, count: usize) -> Vec<Value> {
        let mut values = Vec::new();
        for at in first..first + count {
            let Some(value) = self.slots.get(at).filter(|value| can_be(value)) else {
                continue;
            };
            let fits = match value {
                SqlValue::Integer(number) => {
                    let (least, greatest) = self.bounds(column);
                    (least..=greatest).contains(number)
                }
                _ => true,
            };
            let value = self.operand(column, value);
            if fits && !values.contains(&value) {
                values.push(value);
            }
        }
        if encode::is_text(self.collection, column) {
            self.exact = false;
        }
        values
    }

    fn compare(&mut self, column: &str, how: Compare, slot: Slot) -> Pushed {
        let Some(value) = self.slots.get(slot).filter(|value| can_be(value)) else {
            // With NULL nothing compares; and no text holds U+0000.
            return match self.slots.get(slot) {
                Some(SqlValue::Text(_)) if how != Compare::Eq => self.loosely(column),
                _ => Pushed::Never,
            };
        };
        if encode::is_text(self.collection, column) && !self.as_ordered {
            self.exact = false;
            if how != Compare::Eq {
                return self.there(column);
            }
        }
        if let SqlValue::Integer(number) = value
            && let Some(known) = self.beyond(column, how, *number)
        {
            return known;
        }
        if let SqlValue::Real(number) = value {
            return self.double(column, how, *number);
        }
        let method = match how {
            Compare::Eq => "equal",
            Compare::Ne => "notEqual",
            Compare::Lt => "lessThan",
            Compare::Le => "lessThanEqual",
            Compare::Gt => "greaterThan",
            Compare::Ge => "greaterThanEqual",
        };
        let pushed = query(method, column, json!([self.operand(column, value)]));
        self.bounded(column, pushed)
    }

    /// Servers keep 14 digits of a double, and compare it with 17 decimals: so they are asked for values near it, never
    /// for values equal to it.
    fn double(&mut self, column: &str, how: Compare, number: f64) -> Pushed {
        self.exact = false;
        let near = (number.abs() * NEAR).max(LEAST);
        let (low, high) = ((number - near).max(f64::MIN), (number + near).min(f64::MAX));
        match how {
            Compare::Eq => query("between", column, json!([low, high])),
            Compare::Ne => self.there(column),
            Compare::Lt | Compare::Le => query("lessThanEqual", column, json!([high])),
            Compare::Gt | Compare::Ge => query("greaterThanEqual", column, json!([low])),
        }
    }

    /// A query, or a looser one if it is too long.
    fn bounded(&mut self, column: &str, pushed: Pushed) -> Pushed {
        match pushed {
            Pushed::Query(query) if length(&query) > MAX_QUERY => self.loosely(column),
            pushed => pushed,
        }
    }

    /// The server refuses numbers that a column can't have; then it is known how every value compares with them.
    fn beyond(&self, column: &str, how: Compare, number: i64) -> Option<Pushed> {
        let (least, greatest) = self.bounds(column);
        let met = if number > greatest {
            matches!(how, Compare::Lt | Compare::Le | Compare::Ne)
        } else if number < least {
            matches!(how, Compare::Gt | Compare::Ge | Compare::Ne)
        } else {
            return None;
        };
        Some(if met {
            self.there(column)
        } else {
            Pushed::Never
        })
    }

    /// The numbers that the server takes for a column: a bounded one has 32 bits.
    fn bounds(&self, column: &str) -> (i64, i64) {
        let kind = self
            .collection
            .attribute(column)
            .map(|attribute| attribute.kind);
        match kind {
            None => (1, i64::MAX),
            Some(Kind::Integer { max: Some(max), .. }) if max <= i64::from(i32::MAX) => {
                (i32::MIN.into(), i32::MAX.into())
            }
            Some(Kind::Datetime) => (FIRST_MOMENT, LAST_MOMENT),
            Some(_) => (-i64::MAX, i64::MAX),
        }
    }

    fn contains(&mut self, column: &str, slot: Slot) -> Pushed {
        match self.slots.get(slot).filter(|value| can_be(value)) {
            None => Pushed::Never,
            Some(value) => {
                self.exact = false;
                let element = json!([self.operand(column, value)]);
                self.bounded(column, query("contains", column, element))
            }
        }
    }

    /// By patterns, not by the server's own search: MariaDB's leaves out short words and frequent ones, PostgreSQL's goes by
    /// English, and neither finds the beginning of a word on both.
    fn matches(&mut self, column: &str, phrases: Slot) -> Pushed {
        self.exact = false;
        let Some(SqlValue::Text(phrases)) = self.slots.get(phrases) else {
            return Pushed::Never;
        };
        let patterns = question::parts(phrases).map(|phrase| {
            json!({"method": "contains", "attribute": name(column), "values": [question::needle(phrase)]})
        });
        self.joined("and", patterns.collect(), Pushed::Any)
    }

    fn all(&mut self, all: &[Cond]) -> Pushed {
        if let Some(pushed) = self.prefix(all) {
            return pushed;
        }
        let mut queries = Vec::new();
        for each in all {
            match self.push(each) {
                Pushed::Any => {}
                Pushed::Never => return Pushed::Never,
                Pushed::Query(query) => queries.push(query),
            }
        }
        self.joined("and", queries, Pushed::Any)
    }

    fn some(&mut self, some: &[Cond]) -> Pushed {
        let mut queries = Vec::new();
        for each in some {
            match self.push(each) {
                Pushed::Any => return Pushed::Any,
                Pushed::Never => {}
                Pushed::Query(query) => queries.push(query),
            }
        }
        self.joined("or", queries, Pushed::Never)
    }

    fn joined(&mut self, method: &str, mut queries: Vec<Value>, of_none: Pushed) -> Pushed {
        match queries.len() {
            0 => of_none,
            1 => queries.pop().map_or(of_none, Pushed::Query),
            _ => {
                let query = json!({"method": method, "values": queries});
                if length(&query) > MAX_QUERY {
                    self.exact = false;
                    return Pushed::Any;
                }
                Pushed::Query(query)
            }
        }
    }

    /// The range that stands for "begins with".
    fn prefix(&mut self, all: &[Cond]) -> Option<Pushed> {
        let [
            Cond::Compare(column, Compare::Ge, from),
            Cond::Compare(other, Compare::Lt, end),
        ] = all
        else {
            return None;
        };
        let (Some(SqlValue::Text(prefix)), Some(SqlValue::Text(end))) =
            (self.slots.get(*from), self.slots.get(*end))
        else {
            return None;
        };
        if column != other || successor(prefix).as_ref() != Some(end) {
            return None;
        }
        self.exact = false;
        if prefix.contains('\0') {
            return Some(Pushed::Never);
        }
        if prefix.chars().count() > MAX_VALUES {
            return Some(self.loosely(column));
        }
        // In a pattern a backslash gives the next character another meaning, and the server doesn't escape it: only the
        // text before it is asked for.
        let known = prefix.split('\\').next().unwrap_or_default();
        if known.is_empty() {
            return Some(self.loosely(column));
        }
        let starts = query("startsWith", column, json!([known]));
        if *column == ID || !guard::may_be_guarded(prefix) {
            return Some(starts);
        }
        let marked = query("startsWith", column, json!([MARK]));
        let both = [starts, marked]
            .into_iter()
            .filter_map(|pushed| match pushed {
                Pushed::Query(query) => Some(query),
                _ => None,
            });
        Some(self.joined("or", both.collect(), Pushed::Never))
    }

    /// Whether the values of a column are doubles.
    pub fn is_double(&self, column: &str) -> bool {
        let attribute = self.collection.attribute(column);
        attribute.is_some_and(|attribute| matches!(attribute.kind, Kind::Double { .. }))
    }

    fn loosely(&mut self, column: &str) -> Pushed {
        self.exact = false;
        self.there(column)
    }

    fn there(&self, column: &str) -> Pushed {
        if self.nullable(column) {
            query("isNotNull", column, json!([]))
        } else {
            Pushed::Any
        }
    }

    fn nullable(&self, column: &str) -> bool {
        encode::is_nullable(self.collection, column)
    }

    fn operand(&self, column: &str, value: &SqlValue) -> Value {
        match (self.collection.attribute(column), value) {
            (Some(attribute), value) => record::scalar(attribute, value),
            (None, SqlValue::Text(text)) => text.as_str().into(),
            // A place is text to servers before 1.9, and may be to those after.
            (None, SqlValue::Integer(number)) if column == SEQ => number.to_string().into(),
            (None, SqlValue::Integer(number)) => (*number).into(),
            (None, _) => Value::Null,
        }
    }
}

/// Whether a column can have this value. NULL, bytes and a text with U+0000 equal no value of a column.
fn can_be(value: &SqlValue) -> bool {
    match value {
        SqlValue::Null | SqlValue::Blob(_) | SqlValue::Texts(_) => false,
        SqlValue::Text(text) => !text.contains('\0'),
        SqlValue::Integer(_) | SqlValue::Real(_) => true,
    }
}

fn query(method: &str, column: &str, values: Value) -> Pushed {
    Pushed::Query(json!({"method": method, "attribute": name(column), "values": values}))
}

/// The server's name for a column.
pub(super) fn name(column: &str) -> &str {
    match column {
        ID => "$id",
        SEQ => "$sequence",
        REVISION => REVISION_COLUMN,
        attribute => attribute,
    }
}

/// A query's length in characters.
pub(super) fn length(query: &Value) -> usize {
    query.to_string().chars().count()
}

/// The rest of a condition when it is known which of some columns are NULL.
pub(super) fn known(condition: &Cond, nulls: &[(&'static str, bool)]) -> Cond {
    let null = |column: &str| {
        let found = nulls.iter().find(|(known, _)| *known == column);
        found.map(|(_, null)| *null)
    };
    let always = || Cond::And(Vec::new());
    match condition {
        Cond::Null(column) => match null(column) {
            Some(true) => always(),
            Some(false) => Cond::NEVER,
            None => condition.clone(),
        },
        Cond::NotNull(column) => match null(column) {
            Some(true) => Cond::NEVER,
            Some(false) => always(),
            None => condition.clone(),
        },
        Cond::Compare(column, ..) | Cond::In(column, ..) if null(column) == Some(true) => {
            Cond::NEVER
        }
        Cond::And(all) => Cond::And(all.iter().map(|each| known(each, nulls)).collect()),
        Cond::Or(some) => Cond::Or(some.iter().map(|each| known(each, nulls)).collect()),
        other => other.clone(),
    }
}
