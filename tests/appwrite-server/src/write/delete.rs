//! Rows that go.

use std::sync::Arc;

use crate::fault::{Fault, Found};
use crate::row::Row;
use crate::write::Act;

/// Removes a row, and gives it; none if there is no such row.
pub fn delete(act: &mut Act, id: &str) -> Found<Option<Arc<Row>>> {
    let Some(row) = act.table.rows.get(id).cloned() else {
        return Ok(None);
    };
    if !act.may("delete", &row) {
        return Err(Fault::Unauthorized);
    }
    act.unchanged_since(&row)?;
    act.table.rows.remove(row.sequence);
    Ok(Some(row))
}
