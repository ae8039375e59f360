//! New rows.

use std::sync::Arc;

use crate::fault::{Fault, Found};
use crate::permission::allows;
use crate::row::{Field, Fields, Row, text};
use crate::structure;
use crate::write::{Act, permissions, unique};

/// Makes a row. Its number is used up even if it collides.
pub fn create(act: &mut Act, mut fields: Fields) -> Found<Arc<Row>> {
    if !allows(&act.table.permissions, "create", act.who) {
        return Err(Fault::Unauthorized);
    }
    let id = match text(&fields, "$id") {
        "" => unique(act.now),
        id => id.to_owned(),
    };
    structure::encode(act.table, &mut fields, true);
    structure::whole(act.table, &fields, None)?;
    if fields
        .values()
        .any(|field| matches!(field, Field::Operator(_)))
    {
        // It fits, and is bound to SQL as the object that it is.
        return Err(Fault::Server);
    }
    let row = Row {
        id,
        created: act.date(&fields, "$createdAt").unwrap_or(act.now),
        updated: act.date(&fields, "$updatedAt").unwrap_or(act.now),
        permissions: permissions(&fields),
        values: act.values(&fields, None)?,
        sequence: act.table.rows.next_sequence(),
    };
    Ok(act.table.rows.put(row)?)
}
