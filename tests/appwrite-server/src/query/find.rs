//! Finds the rows that are asked for.

use std::cmp::Ordering;
use std::sync::Arc;

use serde_json::Value;

use crate::Options;
use crate::auth::Who;
use crate::fault::{Fault, Found};
use crate::permission::allows;
use crate::query::order::{behind, complete, sort};
use crate::query::{Order, Plan, Way, holds};
use crate::refusal::Refusal;
use crate::row::Row;
use crate::table::Table;
use crate::version::Database;

/// How far totals are counted.
const COUNTED: usize = 5000;
/// Rows of a page when nothing is said.
const PAGE: usize = 25;

/// A page of rows, and how many there are in all, counted up to a limit.
pub struct Page {
    pub rows: Vec<Arc<Row>>,
    pub total: usize,
}

/// The rows that somebody may do this with and all filters hold for, by number.
fn matching(table: &Table, plan: &Plan, who: &Who, action: &str) -> Found<Vec<Arc<Row>>> {
    let all = allows(&table.permissions, action, who);
    if !all && !table.row_security {
        return Err(Fault::Unauthorized);
    }
    let mut found = Vec::new();
    for row in table.rows.iter() {
        let allowed = all || allows(&row.permissions, action, who);
        if allowed && holds(&plan.filters, row, table.rows.options.database)? {
            found.push(row.clone());
        }
    }
    Ok(found)
}

/// A page of the rows that somebody may do this with.
pub fn find(table: &Table, plan: &Plan, who: &Who, action: &str, options: Options) -> Found<Page> {
    let orders = complete(plan.orders.clone());
    let cursor = cursor(table, plan, &orders)?;
    let found = matching(table, plan, who, action)?;
    let total = found.len().min(COUNTED);
    let before = plan.cursor.as_ref().is_some_and(|(_, before)| *before);
    let database = options.database;
    let keyed = found.into_iter().map(|row| (key(&row, &orders), row));
    let mut keyed: Vec<_> = keyed
        .filter(|(key, _)| {
            let from = cursor.as_ref();
            from.is_none_or(|cursor| behind(key, cursor, &orders, before, database))
        })
        .collect();
    keyed.sort_by(|(a, _), (b, _)| sorted(a, b, &orders, before, database));
    let rows = keyed.into_iter().map(|(_, row)| row);
    let rows = rows.skip(plan.offset.unwrap_or_default());
    let mut rows: Vec<_> = rows.take(plan.limit.unwrap_or(PAGE)).collect();
    if before {
        rows.reverse();
    }
    Ok(Page { rows, total })
}

fn key(row: &Row, orders: &[Order]) -> Vec<Value> {
    let value = |order: &Order| match order.way {
        // Different from row to row, but the same for the same row: tests are to be repeatable.
        Way::Random => row.sequence.wrapping_mul(0x9E37_79B9_7F4A_7C15).into(),
        _ => row.get(&order.column),
    };
    orders.iter().map(value).collect()
}

fn sorted(
    a: &[Value],
    b: &[Value],
    orders: &[Order],
    before: bool,
    database: Database,
) -> Ordering {
    let each = a.iter().zip(b).zip(orders).map(|((a, b), order)| {
        let up = sort(database, &order.column, a, b);
        match (order.way == Way::Down) != before {
            true => up.reverse(),
            false => up,
        }
    });
    each.fold(Ordering::Equal, Ordering::then)
}

/// The values of the cursor's row in the columns of the order; a null among them is refused.
fn cursor(table: &Table, plan: &Plan, orders: &[Order]) -> Found<Option<Vec<Value>>> {
    let Some((id, _)) = &plan.cursor else {
        return Ok(None);
    };
    let row = table.rows.get(id).ok_or_else(|| {
        let message = format!("Row '{id}' for the 'cursor' value not found.");
        Refusal::new(400, "general_cursor_not_found", message)
    })?;
    let values = key(row, orders);
    match values.iter().position(Value::is_null) {
        Some(at) => Err(Fault::OrderNull(orders[at].column.clone())),
        None => Ok(Some(values)),
    }
}
