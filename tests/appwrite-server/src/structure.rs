//! Whether a row is one of its table.

use serde_json::{Map, Value};

use crate::column::Column;
use crate::fault::{Fault, Found};
use crate::format;
use crate::moment::Moment;
use crate::operator;
use crate::row::{Field, Fields};
use crate::table::Table;

/// Keys that every row may have beside its columns.
const INTERNAL: [&str; 7] = [
    "$id",
    "$sequence",
    "$collection",
    "$tenant",
    "$permissions",
    "$createdAt",
    "$updatedAt",
];

/// Gives columns without a value their defaults, also where the value was set to null, and dates their one form.
pub fn encode(table: &Table, fields: &mut Fields, defaults: bool) {
    for column in &table.columns {
        let given = fields.get(&column.key).is_some_and(|v| !v.is_null());
        if !given && defaults && !column.default.is_null() {
            let default = Field::Value(column.default.clone());
            fields.insert(column.key.clone(), default);
        }
        if column.kind == "datetime"
            && let Some(Field::Value(value)) = fields.get_mut(&column.key)
        {
            dated(value);
        }
    }
}

fn dated(value: &mut Value) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(dated),
        Value::String(text) => {
            if let Some(moment) = Moment::parse(text) {
                *text = moment.text();
            }
        }
        _ => {}
    }
}

/// A row as a whole: required columns are there, there are no others, and each value fits.
pub fn whole(table: &Table, fields: &Fields, current: Option<&Map<String, Value>>) -> Found<()> {
    for column in table.columns.iter().filter(|column| column.required) {
        if fields.get(&column.key).is_none_or(Field::is_null) {
            return refused(format!("Missing required attribute \"{}\"", column.key));
        }
    }
    part(table, fields, current)
}

/// The same for values to be changed in many rows.
pub fn part(table: &Table, fields: &Fields, current: Option<&Map<String, Value>>) -> Found<()> {
    let column_of = |key: &str| table.columns.iter().find(|column| column.key == key);
    for key in fields.keys() {
        if !INTERNAL.contains(&key.as_str()) && column_of(key).is_none() {
            return refused(format!("Unknown attribute: \"{key}\""));
        }
    }
    for (key, field) in fields {
        match (column_of(key), field) {
            (Some(column), Field::Operator(operator)) => {
                if let Err(why) = operator::fits(operator, column, current) {
                    return refused(why);
                }
            }
            (Some(column), Field::Value(value)) => value_fits(column, value)?,
            (None, Field::Value(value)) => internal_fits(key, value)?,
            (None, Field::Operator(_)) => {}
        }
    }
    Ok(())
}

fn refused<T>(why: String) -> Found<T> {
    Err(Fault::Structure(format!(
        "Invalid document structure: {why}"
    )))
}

fn internal_fits(key: &str, value: &Value) -> Found<()> {
    let good = match key {
        _ if value.is_null() => true,
        "$id" => value.is_string(),
        "$permissions" => value
            .as_array()
            .is_some_and(|items| items.iter().all(Value::is_string)),
        "$createdAt" | "$updatedAt" => value.as_str().and_then(Moment::parse).is_some(),
        _ => true,
    };
    if good {
        return Ok(());
    }
    refused(format!("Attribute \"{key}\" has invalid type."))
}

fn value_fits(column: &Column, value: &Value) -> Found<()> {
    let (key, required) = (&column.key, column.required);
    let label = match column.kind.as_str() {
        "string" | "boolean" | "datetime" => "type",
        _ => "format",
    };
    if value.is_null() && !required {
        return Ok(());
    }
    if !column.array {
        return format::fits(column, value)
            .or_else(|why| refused(format!("Attribute \"{key}\" has invalid {label}. {why}")));
    }
    let Value::Array(items) = value else {
        return refused(format!("Attribute \"{key}\" must be an array"));
    };
    for (at, item) in items.iter().enumerate() {
        if item.is_null() && !required {
            continue;
        }
        if let Err(why) = format::fits(column, item) {
            let why = format!("Attribute \"{key}['{at}']\" has invalid {label}. {why}");
            return refused(why);
        }
    }
    Ok(())
}
