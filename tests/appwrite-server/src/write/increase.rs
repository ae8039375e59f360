//! Numbers that go up or down, within a bound.

use serde_json::{Map, Number, Value};

use crate::fault::{Fault, Found};
use crate::row::Row;
use crate::version::Database;
use crate::write::Act;

/// How far, and no further than.
pub struct Step {
    pub up: bool,
    pub value: Number,
    pub bound: Option<Number>,
}

/// Changes a number, and gives the row as the library does: with the new number, but the old `$updatedAt`.
/// The timestamp of the request isn't looked at.
pub fn increase(act: &mut Act, id: &str, name: &str, step: &Step) -> Found<Map<String, Value>> {
    if step.value.as_f64().is_none_or(|value| value <= 0.0) {
        let why = "Value must be numeric and greater than 0";
        return Err(Fault::Argument(why.to_owned()));
    }
    let column = act.table.columns.iter().find(|each| each.key == name);
    let column = column.ok_or(Fault::Missing)?;
    if !["integer", "float"].contains(&column.kind.as_str()) || column.array {
        return Err(Fault::Type);
    }
    let (short, float) = (column.short, column.kind == "float");
    let row = act.table.rows.get(id).cloned().ok_or(Fault::Missing)?;
    if !act.may("update", &row) {
        return Err(Fault::Unauthorized);
    }
    let old = row.values.get(name).cloned().unwrap_or_default();
    let Some(new) = stepped(&old, step, float)? else {
        // The sum is none of SQL's integers.
        return match act.table.rows.options.database {
            Database::MariaDb => Ok(row.document(act.table)),
            Database::PostgreSql => Err(Fault::Server),
        };
    };
    let far = new.as_f64().unwrap_or_default();
    if let Some(bound) = step.bound.as_ref().and_then(Number::as_f64)
        && (if step.up { far > bound } else { far < bound })
    {
        let (what, bound) = (if step.up { "maximum" } else { "minimum" }, &step.bound);
        let bound = bound.as_ref().map(ToString::to_string).unwrap_or_default();
        return Err(Fault::Limit(format!(
            "Attribute value exceeds {what} limit: {bound}"
        )));
    }
    if short && new.as_i64().is_some_and(|new| i32::try_from(new).is_err()) {
        return Err(Fault::Limit("Value out of range".to_owned()));
    }
    let mut document = row.document(act.table);
    document.insert(name.to_owned(), new.clone());
    write(act, &row, name, &old, new, step)?;
    Ok(document)
}

/// In SQL null and a number are null, and null is within no bound.
fn write(act: &mut Act, row: &Row, name: &str, old: &Value, new: Value, step: &Step) -> Found<()> {
    let bounded = step
        .bound
        .as_ref()
        .is_some_and(|bound| bound.as_f64() != Some(0.0));
    if old.is_null() && bounded {
        return Ok(());
    }
    let mut row = row.clone();
    if !old.is_null() {
        row.values.insert(name.to_owned(), new);
    }
    row.updated = act.now;
    act.table.rows.put(row)?;
    Ok(())
}

/// The new number; none if it is more than 64 bits hold.
fn stepped(old: &Value, step: &Step, float: bool) -> Found<Option<Value>> {
    let out = || Fault::Limit("Value out of range".to_owned());
    if float {
        let (old, by) = (old.as_f64().unwrap_or_default(), step.value.as_f64());
        let by = by.unwrap_or_default();
        let new = if step.up { old + by } else { old - by };
        let new = Number::from_f64(new).map(Value::Number).ok_or_else(out);
        return new.map(Some);
    }
    let Some(by) = step.value.as_i64() else {
        return Err(Fault::unlike("integers that grow by a fraction"));
    };
    let old = old.as_i64().unwrap_or_default();
    let new = if step.up {
        old.checked_add(by)
    } else {
        old.checked_sub(by)
    };
    Ok(new.map(Value::from))
}
