//! Queries, lowered: filters, order, cursor and limit.

use serde_json::Value;
use whisper_schema::{Collection, Order as Direction, Rule, Violation};

use super::cond::Cond;
use super::lowering;
use super::{Descending, Rows, Table, descending};
use crate::bind::{Bind, Binds, Slot};
use crate::columns::{SEQ, is_bytes, is_column, is_nullable, violation};
use crate::doc::Cursor;
use crate::driver::SqlValue;
use crate::encode;
use crate::error::StoreError;
use crate::filter::{Compare, Node};
use crate::query::{MAX_LIMIT, Selection, Way};

/// Lowers a query that reads `extra` documents over its limit.
pub(crate) fn lower(
    collection: &'static Collection,
    selection: &Selection,
    extra: u32,
    binds: &mut Binds,
) -> Result<Rows, StoreError> {
    let mut problems = Vec::new();
    if !(1..=MAX_LIMIT).contains(&selection.limit) {
        problems.push(violation(
            "limit",
            Rule::Range,
            &format!("must be 1 to {MAX_LIMIT}"),
        ));
    }
    let mut orders = lower_orders(collection, &selection.orders, &mut problems);
    let mut condition = conjunction(collection, &selection.filters, binds, &mut problems);
    let mut tail = None;
    if problems.is_empty()
        && let Some((way, cursor)) = &selection.from
    {
        if *way == Way::Before {
            // Walked backwards; the reader of the rows turns them round again.
            for (_, descending) in &mut orders {
                *descending = !*descending;
            }
        }
        let keyset = Keyset {
            collection,
            orders: &orders,
            own: selection.orders.len(),
            binds,
        };
        let behind = keyset.lower(cursor, &mut problems);
        tail = behind.tail.map(|tail| condition.clone().and(tail));
        condition = condition.and(behind.condition);
    }
    no_problems(problems)?;
    let limit = binds.count((selection.limit + extra).into());
    let behind = selection.gapless_behind;
    Ok(Rows {
        table: Table(collection),
        condition,
        tail,
        orders,
        limit,
        filters: selection.filters.len(),
        is_settled: selection.is_settled,
        gapless_behind: behind.map(|behind| binds.value(SqlValue::Integer(behind))),
    })
}

/// Lowers filters that must all hold.
pub(crate) fn lower_filters(
    collection: &'static Collection,
    filters: &[Node],
    binds: &mut Binds,
) -> Result<Cond, StoreError> {
    let mut problems = Vec::new();
    let condition = conjunction(collection, filters, binds, &mut problems);
    no_problems(problems)?;
    Ok(condition)
}

fn conjunction(
    collection: &'static Collection,
    filters: &[Node],
    binds: &mut Binds,
    problems: &mut Vec<Violation>,
) -> Cond {
    Cond::And(
        filters
            .iter()
            .map(|node| lowering::lower_read(node, collection, binds, problems))
            .collect(),
    )
}

fn no_problems(problems: Vec<Violation>) -> Result<(), StoreError> {
    if problems.is_empty() {
        Ok(())
    } else {
        Err(StoreError::Invalid(problems))
    }
}

/// The order with its tie-break: always by `_seq` in the end, after which no column can refine it.
fn lower_orders(
    collection: &Collection,
    orders: &[(&'static str, Direction)],
    problems: &mut Vec<Violation>,
) -> Vec<(&'static str, Descending)> {
    let mut lowered = Vec::with_capacity(orders.len() + 1);
    for (i, (column, direction)) in orders.iter().enumerate() {
        if orders[..i].iter().any(|(earlier, _)| earlier == column) {
            problems.push(violation(column, Rule::Unknown, "is already in the order"));
        }
        if !is_column(collection, column) {
            problems.push(violation(
                column,
                Rule::Unknown,
                "is no column of the collection",
            ));
        }
        if collection
            .attribute(column)
            .is_some_and(|attribute| attribute.array)
        {
            problems.push(violation(
                column,
                Rule::Type,
                "is a list, which has no order",
            ));
        }
        if is_bytes(collection, column) {
            problems.push(violation(
                column,
                Rule::Type,
                "has bytes, which have no order",
            ));
        }
        lowered.push((*column, descending(*direction)));
    }
    if !orders.iter().any(|(column, _)| *column == SEQ) {
        let last = lowered.last().is_some_and(|(_, descending)| *descending);
        lowered.push((SEQ, last));
    }
    lowered
}

/// The rows behind a cursor: those that differ from it first in some column, and there come later.
struct Keyset<'a> {
    collection: &'a Collection,
    orders: &'a [(&'static str, Descending)],
    /// How many of the orders the query itself names: the cursor has a value for each.
    own: usize,
    binds: &'a mut Binds,
}

/// The rows behind a cursor.
struct Behind {
    condition: Cond,
    /// The rows after all of these: those with NULL in the first column, see [`Rows::tail`].
    tail: Option<Cond>,
}

/// A column of the order with the cursor's value; none is NULL.
struct Key {
    column: &'static str,
    descending: Descending,
    value: Option<Slot>,
}

impl Keyset<'_> {
    fn lower(self, cursor: &Cursor, problems: &mut Vec<Violation>) -> Behind {
        let wrong = |message: &str| violation("cursor", Rule::Format, message);
        if cursor.values.len() != self.own {
            problems.push(wrong(
                "has another number of values than the order has columns",
            ));
            return Behind::NOTHING;
        }
        let seq = Value::from(cursor.seq);
        let mut keys = Vec::with_capacity(self.orders.len());
        for ((column, descending), value) in
            self.orders.iter().zip(cursor.values.iter().chain([&seq]))
        {
            let value = match encode::operand(self.collection, column, value) {
                Ok(Bind::Value(SqlValue::Null)) if is_nullable(self.collection, column) => None,
                Ok(bind @ Bind::Value(_)) if !value.is_null() => Some(self.binds.push(bind)),
                _ => {
                    problems.push(wrong("has a value of another type than its column"));
                    return Behind::NOTHING;
                }
            };
            keys.push(Key {
                column,
                descending: *descending,
                value,
            });
        }
        // A column after `_seq` decides nothing.
        let end = keys
            .iter()
            .position(|key| key.column == SEQ)
            .map_or(keys.len(), |at| at + 1);
        keys.truncate(end);
        self.behind(&keys)
    }

    fn behind(&self, keys: &[Key]) -> Behind {
        let cases = (0..keys.len()).map(|i| {
            let equal = keys[..i].iter().map(Key::equal);
            Cond::And(equal.chain([self.later(&keys[i])]).collect())
        });
        let cases = Cond::Or(cases.collect());
        let (column, descending, value) = match keys {
            [
                Key {
                    column,
                    descending,
                    value: Some(value),
                },
                _,
                ..,
            ] => (*column, *descending, *value),
            _ => {
                return Behind {
                    condition: cases,
                    tail: None,
                };
            }
        };
        // A consequence of the cases, said once more: it makes a range of the first column's index.
        // NULLs at the end lie outside the range.
        let how = if descending { Compare::Le } else { Compare::Ge };
        let nulls_follow = descending && is_nullable(self.collection, column);
        Behind {
            condition: Cond::And(vec![Cond::Compare(column, how, value), cases]),
            tail: nulls_follow.then_some(Cond::Null(column)),
        }
    }

    /// Rows whose value of this column comes later. NULLs are least.
    fn later(&self, key: &Key) -> Cond {
        let nullable = is_nullable(self.collection, key.column);
        match (key.value, key.descending) {
            (Some(value), false) => Cond::Compare(key.column, Compare::Gt, value),
            (Some(value), true) => {
                let less = Cond::Compare(key.column, Compare::Lt, value);
                if nullable {
                    Cond::Or(vec![less, Cond::Null(key.column)])
                } else {
                    less
                }
            }
            (None, false) => Cond::NotNull(key.column),
            (None, true) => Cond::NEVER,
        }
    }
}

impl Behind {
    const NOTHING: Behind = Behind {
        condition: Cond::NEVER,
        tail: None,
    };
}

impl Key {
    fn equal(&self) -> Cond {
        match self.value {
            Some(value) => Cond::Compare(self.column, Compare::Eq, value),
            None => Cond::Null(self.column),
        }
    }
}
