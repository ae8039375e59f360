//! The width of rows: checked by the server at every column, in their order.

use super::rule::{Rule, Violation};
use crate::limits::{OFF_ROW, POINTER, ROW, ROW_BASE};
use crate::model::{Column, Kind, Table};
use crate::width::{in_row, row};

pub(super) fn width(table: &Table, found: &mut Vec<Violation>) {
    let mut taken = ROW_BASE;
    let mut mend = None;
    for column in &table.columns {
        let wide = taken.saturating_add(in_row(column));
        if wide < ROW {
            taken = wide;
            continue;
        }
        // The server leaves the column out, and goes on with the next.
        let place = format!("{}.{}", table.place(), column.key);
        let message = format!(
            "the row gets too wide with this column of {} bytes",
            in_row(column)
        );
        let mend = mend.get_or_insert_with(|| smallest_mend(table)).clone();
        let violation = Violation::new(place, Rule::RowWidth, message, mend);
        found.push(violation.numbers(wide, ROW - 1));
    }
}

/// The fewest texts to be stored outside the row, so that all columns fit; the widest first. Columns of
/// an index stay where they are.
fn smallest_mend(table: &Table) -> String {
    let indexed = |key: &str| {
        let columns = table.indexes.iter().flat_map(|index| &index.columns);
        columns
            .into_iter()
            .any(|column| column.eq_ignore_ascii_case(key))
    };
    let movable = |column: &&Column| {
        column.kind == Kind::String && in_row(column) > POINTER && !indexed(&column.key)
    };
    let mut texts: Vec<&Column> = table.columns.iter().filter(movable).collect();
    texts.sort_by_key(|column| std::cmp::Reverse(in_row(column)));
    let mut wide = row(&table.columns);
    let mut moved = Vec::new();
    for column in texts {
        if wide < ROW {
            break;
        }
        wide -= in_row(column) - POINTER;
        moved.push(column.key.as_str());
    }
    if wide >= ROW {
        return "split the table".to_owned();
    }
    format!(
        "size {OFF_ROW} for {}, which stores it outside the row ({wide} bytes then)",
        moved.join(" and ")
    )
}
