//! Indexes.

use std::collections::BTreeSet;

use super::id::is_key;
use super::rule::{Rule, Violation};
use crate::limits;
use crate::model::{Column, Index, Kind, Table};
use crate::width::characters;

pub(super) fn indexes(table: &Table, found: &mut Vec<Violation>) {
    let mut seen = BTreeSet::new();
    for index in &table.indexes {
        let place = format!("{}.{}", table.place(), index.key);
        let key = index.key.to_lowercase();
        if !is_key(&index.key) || limits::RESERVED_INDEXES.contains(&key.as_str()) {
            let message = format!("\"{}\" can't be the key of an index", index.key);
            found.push(Violation::new(&place, Rule::Key, message, "another key"));
        }
        if !seen.insert(key) {
            let message = "another index has this key";
            found.push(Violation::new(
                &place,
                Rule::Duplicate,
                message,
                "rename one",
            ));
        }
        if !matches!(
            index.kind.as_str(),
            "key" | "unique" | "fulltext" | "spatial"
        ) {
            let message = format!("\"{}\" is no type of an index", index.kind);
            let mend = "key, unique, fulltext or spatial";
            found.push(Violation::new(&place, Rule::Type, message, mend));
        }
        orders(&place, index, found);
        columns(&place, table, index, found);
    }
}

fn orders(place: &str, index: &Index, found: &mut Vec<Violation>) {
    if let Some(order) = index
        .orders
        .iter()
        .find(|o| !matches!(o.as_str(), "ASC" | "DESC"))
    {
        let message = format!("\"{order}\" is no order");
        found.push(Violation::new(
            place,
            Rule::IndexOrders,
            message,
            "ASC or DESC",
        ));
    }
    if !index.orders.is_empty() && index.orders.len() != index.columns.len() {
        let message = "as many orders as columns are needed to make it along with the table";
        let violation = Violation::new(place, Rule::IndexOrders, message, "one for each column");
        let numbers = (index.orders.len() as u64, index.columns.len() as u64);
        found.push(violation.numbers(numbers.0, numbers.1).warning());
    }
}

fn columns(place: &str, table: &Table, index: &Index, found: &mut Vec<Violation>) {
    let count = index.columns.len();
    if !(1..=limits::INDEX_COLUMNS).contains(&count) {
        let message = "no columns, or too many";
        let violation = Violation::new(place, Rule::IndexColumns, message, "1 to 100");
        found.push(violation.numbers(count as u64, limits::INDEX_COLUMNS as u64));
    }
    let different: BTreeSet<String> = index.columns.iter().map(|c| c.to_lowercase()).collect();
    if different.len() != count {
        let message = "a column stands twice";
        found.push(Violation::new(
            place,
            Rule::IndexColumns,
            message,
            "drop one",
        ));
    }
    let mut length = 0;
    for (n, key) in index.columns.iter().enumerate() {
        length += column(place, table, index, (n, key), found);
    }
    if index.kind == "fulltext" || length < limits::INDEX_LENGTH {
        return;
    }
    let mend = "shorter columns, fewer of them, or lengths";
    let limit = limits::INDEX_LENGTH;
    if length > limit {
        let message = "too many characters";
        let violation = Violation::new(place, Rule::IndexLength, message, mend);
        found.push(violation.numbers(length, limit));
    } else {
        let message = "too many characters for servers with shared tables, such as Appwrite Cloud";
        let violation = Violation::new(place, Rule::IndexLength, message, mend);
        found.push(violation.numbers(length, limit - 1).warning());
    }
}

/// Checks a column of an index; gives how many characters it counts for.
fn column(
    place: &str,
    table: &Table,
    index: &Index,
    (n, key): (usize, &str),
    found: &mut Vec<Violation>,
) -> u64 {
    let own;
    let column = match (table.column(key), key) {
        (Some(column), _) => column,
        (None, "$id" | "$createdAt" | "$updatedAt") => {
            own = every_row_has(key);
            &own
        }
        (None, _) => {
            let message = format!("there is no column \"{key}\"");
            found.push(Violation::new(
                place,
                Rule::IndexColumns,
                message,
                "drop it",
            ));
            return 0;
        }
    };
    if column.array {
        let message = format!("the column {key} is a list");
        let mend = "drop the index; keep the elements in a table of their own to look them up";
        found.push(Violation::new(place, Rule::ArrayIndex, message, mend));
        return 0;
    }
    if index.kind == "fulltext" {
        if !column.kind.is_text() {
            let message = format!("the column {key} is no text");
            found.push(Violation::new(place, Rule::Fulltext, message, "drop it"));
        }
        return 0;
    }
    let part = index.lengths.get(n).copied().filter(|length| *length > 0);
    match (&column.kind, part) {
        (kind, Some(part)) if kind.is_text() => part,
        (kind, None) if kind.is_text() => characters(column),
        (_, Some(_)) => {
            let message = format!("the column {key} is no text and can't have a length");
            found.push(Violation::new(
                place,
                Rule::IndexLength,
                message,
                "drop the length",
            ));
            1
        }
        (Kind::Double, None) => 2,
        (_, None) => 1,
    }
}

/// A column that no file names.
fn every_row_has(key: &str) -> Column {
    let (kind, size) = match key {
        "$id" => (Kind::String, Some(255)),
        _ => (Kind::Datetime, None),
    };
    Column {
        key: key.to_owned(),
        kind,
        size,
        ..Column::default()
    }
}
