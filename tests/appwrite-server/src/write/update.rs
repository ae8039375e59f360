//! Changes of a row.

use std::sync::Arc;

use serde_json::Value;

use crate::fault::{Fault, Found};
use crate::row::{Field, Fields, Row, plain, text, texts};
use crate::structure;
use crate::write::Act;

/// Changes some columns of a row; none if there is no such row. `$updatedAt` moves only if anything changes.
pub fn update(act: &mut Act, id: &str, fields: Fields) -> Found<Option<Arc<Row>>> {
    let Some(old) = act.table.rows.get(id).cloned() else {
        return Ok(None);
    };
    if !["", id].contains(&text(&fields, "$id")) {
        return Err(Fault::unlike("rows that get another id"));
    }
    let document = old.document(act.table);
    let (created, updated) = (
        act.date(&fields, "$createdAt"),
        act.date(&fields, "$updatedAt"),
    );
    let mut merged = plain(document.clone());
    merged.extend(fields);
    for (name, date) in [("$sequence", None), ("$createdAt", created)] {
        let date = date.map(|date| Value::from(date.text()));
        let value = date.or_else(|| document.get(name).cloned());
        merged.insert(name.to_owned(), Field::Value(value.unwrap_or_default()));
    }
    let same = |(key, field): (&String, &Field)| match field {
        Field::Operator(_) => false,
        Field::Value(value) => *value == document.get(key).cloned().unwrap_or_default(),
    };
    let changes = !merged.iter().all(same);
    let action = if changes { "update" } else { "read" };
    if !act.may(action, &old) {
        return Err(Fault::Unauthorized);
    }
    act.unchanged_since(&old)?;
    structure::encode(act.table, &mut merged, true);
    if changes {
        let date = updated.unwrap_or(act.now).text();
        merged.insert("$updatedAt".to_owned(), Field::Value(date.into()));
    }
    structure::whole(act.table, &merged, Some(&document))?;
    let row = Row {
        id: old.id.clone(),
        sequence: old.sequence,
        created: created.unwrap_or(old.created),
        updated: match changes {
            true => updated.unwrap_or(act.now),
            false => old.updated,
        },
        permissions: texts(&merged, "$permissions").unwrap_or_default(),
        values: act.values(&merged, Some(&old))?,
    };
    Ok(Some(act.table.rows.put(row)?))
}
