//! Several operations of one kind as one statement: lists of rows.

use crate::bind::Bind;
use crate::driver::SqlValue;
use crate::sql::{Expectation, OnExisting, Shape, Table, list, width};

/// Most expectations in one statement; SQLite takes 2,000 columns.
pub(super) const MAX_EXPECTATIONS: usize = 500;

/// A number of slots to move by.
pub(super) fn shift(slots: usize) -> isize {
    isize::try_from(slots).unwrap_or(isize::MAX)
}

/// An insert of these documents; as a list where there are several and JSON can carry them.
pub(super) fn insert(
    table: Table,
    rows: usize,
    existing: &OnExisting,
    mut params: Vec<Bind>,
    mut shared: Vec<Bind>,
) -> (Shape, Vec<Bind>) {
    let width = width(table);
    let shape = match listed(&params, rows, width) {
        Some(list) => {
            let timed = list::timed(&params, width);
            params = vec![list];
            Shape::InsertList {
                table,
                existing: existing.moved(1),
                timed,
            }
        }
        None => Shape::Insert {
            table,
            rows,
            existing: existing.moved(shift(params.len())),
        },
    };
    params.append(&mut shared);
    (shape, params)
}

/// Updates of these documents; as a list where JSON can carry them.
pub(super) fn update_many(
    table: Table,
    columns: Vec<&'static str>,
    rows: usize,
    params: Vec<Bind>,
) -> (Shape, Vec<Bind>) {
    let width = columns.len() + 2;
    match listed(&params, rows, width) {
        Some(list) => {
            let timed = list::timed(&params, width);
            let shape = Shape::UpdateList {
                table,
                columns,
                timed,
            };
            (shape, vec![list])
        }
        None => {
            let shape = Shape::UpdateMany {
                table,
                columns,
                rows,
            };
            (shape, params)
        }
    }
}

fn listed(params: &[Bind], rows: usize, width: usize) -> Option<Bind> {
    let list = (rows > 1).then(|| list::rows(params, width)).flatten();
    list.map(Bind::Value)
}

/// As many expectations as a power of two, so that few texts serve all numbers: the last is asked again.
pub(super) fn padded(mut expectations: Vec<Expectation>) -> Vec<Expectation> {
    let count = expectations.len().next_power_of_two().min(MAX_EXPECTATIONS);
    if let Some(again) = expectations.last().cloned() {
        expectations.resize(count.max(expectations.len()), again);
    }
    expectations
}

/// Adds an update to others of the same columns; says how many rows there are now. A second one of
/// the same document takes the place of the first, which no statement has seen, and counts twice.
pub(super) fn join_updates(params: &mut Vec<Bind>, width: usize, mut update: Vec<Bind>) -> usize {
    let same = params
        .chunks_exact_mut(width)
        .find(|row| row[width - 2] == update[width - 2]);
    match same {
        Some(row) => {
            if let (Some(Bind::Value(SqlValue::Integer(grown))), Some(last)) =
                (row.last(), update.last_mut())
            {
                *last = Bind::Value(SqlValue::Integer(grown + 1));
            }
            row.clone_from_slice(&update);
        }
        None => params.extend(update),
    }
    params.len() / width
}
