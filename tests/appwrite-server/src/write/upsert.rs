//! Rows that are made, or changed where they are there.

use std::collections::HashSet;
use std::sync::Arc;

use serde_json::Value;

use crate::fault::{Fault, Found};
use crate::permission::allows;
use crate::row::{Field, Fields, Row, text, texts};
use crate::structure;
use crate::version::Database;
use crate::write::{Act, permissions, sorted, unique};

/// A row that was written, and the row before.
pub struct Upserted {
    pub row: Arc<Row>,
    pub old: Option<Arc<Row>>,
}

/// Writes rows; those that wouldn't change by it are left out. All are checked before the first is written.
pub fn upsert(act: &mut Act, all: Vec<Fields>) -> Found<Vec<Upserted>> {
    let mut ready = Vec::new();
    for fields in all {
        ready.extend(checked(act, fields)?);
    }
    let mut seen = HashSet::new();
    if !ready
        .iter()
        .all(|(fields, _)| seen.insert(text(fields, "$id").to_owned()))
    {
        return Err(Fault::Duplicate);
    }
    ready
        .into_iter()
        .map(|(fields, old)| write(act, fields, old))
        .collect()
}

type Checked = (Fields, Option<Arc<Row>>);

fn checked(act: &mut Act, mut fields: Fields) -> Found<Option<Checked>> {
    let old = act.table.rows.get(text(&fields, "$id")).cloned();
    let given = texts(&fields, "$permissions").map(sorted);
    let had = old
        .as_ref()
        .map_or_else(Vec::new, |old| sorted(old.permissions.clone()));
    let same_permissions = given.is_none_or(|given| given == had);
    if same_permissions && !changes(act, &fields, old.as_deref()) {
        return Ok(None);
    }
    match &old {
        None if !allows(&act.table.permissions, "create", act.who) => {
            return Err(Fault::Unauthorized);
        }
        Some(old) if !act.may("update", old) => return Err(Fault::Unauthorized),
        _ => {}
    }
    if text(&fields, "$id").is_empty() {
        let id = Field::Value(unique(act.now).into());
        fields.insert("$id".to_owned(), id);
    }
    let document = old.as_ref().map(|old| old.document(act.table));
    for column in act.table.columns.iter().filter(|column| !column.required) {
        if !fields.contains_key(&column.key) {
            let kept = document.as_ref().and_then(|old| old.get(&column.key));
            let kept = kept
                .filter(|value| !value.is_null())
                .unwrap_or(&column.default);
            fields.insert(column.key.clone(), Field::Value(kept.clone()));
        }
    }
    if same_permissions {
        let kept = old
            .as_ref()
            .map_or_else(Vec::new, |old| old.permissions.clone());
        fields.insert("$permissions".to_owned(), Field::Value(kept.into()));
    }
    structure::encode(act.table, &mut fields, true);
    structure::whole(act.table, &fields, document.as_ref())?;
    if let Some(old) = &old {
        act.unchanged_since(old)?;
    }
    Ok(Some((fields, old)))
}

/// Whether anything that is given differs from the old row, or anything of it isn't given.
fn changes(act: &Act, fields: &Fields, old: Option<&Row>) -> bool {
    let document = old.map(|old| old.document(act.table)).unwrap_or_default();
    let own = |key: &str| key.starts_with('$');
    let differs = |(key, field): (&String, &Field)| match field {
        Field::Operator(_) => true,
        Field::Value(value) => {
            let had = document.get(key).unwrap_or(&Value::Null);
            !own(key) && !loosely_equal(value, had)
        }
    };
    let left_out = |key: &String| !own(key) && !fields.contains_key(key);
    fields.iter().any(differs) || document.keys().any(left_out)
}

/// PHP's `==`: null equals anything empty, and texts that read as numbers are numbers.
fn loosely_equal(a: &Value, b: &Value) -> bool {
    let empty = |value: &Value| match value {
        Value::Null => true,
        Value::Bool(flag) => !flag,
        Value::Number(number) => number.as_f64() == Some(0.0),
        Value::String(text) => text.is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Object(items) => items.is_empty(),
    };
    let number = |value: &Value| match value {
        Value::Number(number) => number.as_f64(),
        Value::String(text) => text.trim().parse::<f64>().ok().filter(|n| n.is_finite()),
        _ => None,
    };
    match (a, b) {
        (Value::Null, other) | (other, Value::Null) => empty(other),
        (Value::Number(_) | Value::String(_), Value::Number(_) | Value::String(_)) => {
            let numbers = number(a).zip(number(b));
            a == b || numbers.is_some_and(|(a, b)| a == b)
        }
        (Value::Array(a), Value::Array(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| loosely_equal(a, b))
        }
        (a, b) => a == b,
    }
}

/// Inserts or updates. A number is used up either way, as `INSERT … ON DUPLICATE KEY UPDATE` does it.
fn write(act: &mut Act, fields: Fields, old: Option<Arc<Row>>) -> Found<Upserted> {
    let next = act.table.rows.next_sequence();
    let created = old.as_ref().map_or(act.now, |old| old.created);
    let row = Row {
        id: text(&fields, "$id").to_owned(),
        sequence: old.as_ref().map_or(next, |old| old.sequence),
        created: act.date(&fields, "$createdAt").unwrap_or(created),
        updated: act.date(&fields, "$updatedAt").unwrap_or(act.now),
        permissions: permissions(&fields),
        values: act.values(&fields, old.as_deref())?,
    };
    // To MariaDB a row with the same unique values is the one to update, with any id.
    let maria = act.table.rows.options.database == Database::MariaDb;
    let twin = act.table.rows.twin(&row).filter(|_| maria && old.is_none());
    let row = match twin {
        Some(twin) => Row {
            id: twin.id.clone(),
            sequence: twin.sequence,
            created: twin.created,
            ..row
        },
        None => row,
    };
    let row = act.table.rows.put(row)?;
    Ok(Upserted { row, old })
}
