//! Rows by queries.

use std::sync::Arc;

use crate::Options;
use crate::fault::{Fault, Found};
use crate::query::{self, Plan};
use crate::row::{Field, Fields, Row, texts};
use crate::structure;
use crate::write::{Act, Upserted};

fn found(act: &Act, plan: &Plan, action: &str, options: Options) -> Found<Vec<Arc<Row>>> {
    if plan.cursor.is_some() {
        // The library is given the id where it expects the row.
        return Err(Fault::Server);
    }
    let all = Plan {
        filters: plan.filters.clone(),
        limit: plan.limit.or(Some(usize::MAX)),
        offset: plan.offset,
        orders: plan.orders.clone(),
        ..Plan::default()
    };
    Ok(query::find(act.table, &all, act.who, action, options)?.rows)
}

/// Changes the same columns of many rows; `$updatedAt` moves whether they change or not.
pub fn update_many(
    act: &mut Act,
    mut updates: Fields,
    plan: &Plan,
    options: Options,
) -> Found<Vec<Upserted>> {
    if updates.is_empty() {
        return Ok(Vec::new());
    }
    for name in ["$id", "$tenant"] {
        updates.remove(name);
    }
    let updated = act.date(&updates, "$updatedAt").unwrap_or(act.now);
    let created = act.date(&updates, "$createdAt");
    structure::encode(act.table, &mut updates, false);
    structure::part(act.table, &updates, None)?;
    let permissions = texts(&updates, "$permissions");
    let mut done = Vec::new();
    for old in found(act, plan, "update", options)? {
        let mut row = Row::clone(&old);
        let changed = act.values(&updates, Some(&old))?;
        let is_given = |key: &String| {
            updates
                .get(key)
                .is_some_and(|f| *f != Field::Value(row.get(key)))
        };
        let given: Vec<String> = updates
            .keys()
            .filter(|key| is_given(key))
            .cloned()
            .collect();
        for key in given.into_iter().filter(|key| !key.starts_with('$')) {
            match changed.get(&key) {
                Some(value) => row.values.insert(key, value.clone()),
                None => row.values.remove(&key),
            };
        }
        row.updated = updated;
        row.created = created.unwrap_or(row.created);
        if let Some(permissions) = &permissions {
            row.permissions.clone_from(permissions);
        }
        let row = act.table.rows.put(row)?;
        done.push(Upserted {
            row,
            old: Some(old),
        });
    }
    Ok(done)
}

/// Removes many rows, and gives them.
pub fn delete_many(act: &mut Act, plan: &Plan, options: Options) -> Found<Vec<Arc<Row>>> {
    let rows = found(act, plan, "delete", options)?;
    for row in &rows {
        act.table.rows.remove(row.sequence);
    }
    Ok(rows)
}
