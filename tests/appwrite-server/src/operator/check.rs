//! Whether an operator can be applied to a column.

use serde_json::{Map, Value};

use crate::column::Column;
use crate::operator::Operator;

/// Integers an operator may lead to, when it has no bound of its own.
const INTEGERS: std::ops::RangeInclusive<f64> = -2_147_483_648.0..=2_147_483_647.0;
/// Items that an operator on arrays may bring.
const ITEMS: usize = 10_000;

/// Whether it fits the column and, if the row is known, its value there.
pub fn fits(
    operator: &Operator,
    column: &Column,
    current: Option<&Map<String, Value>>,
) -> Result<(), String> {
    let (method, values) = (operator.method.as_str(), &operator.values);
    let current = current.map(|row| row.get(&column.key).cloned().unwrap_or_default());
    let refused = |why: &str| Err(format!("Cannot apply {method} operator{why}"));
    let on = |what: &str| refused(&format!(" to {what} field '{}'", column.key));
    let items = match values.first() {
        Some(Value::Array(items)) => items,
        _ => values,
    };
    match method {
        "increment" | "decrement" | "multiply" | "divide" | "modulo" | "power" => {
            numeric(operator, column, current)
        }
        "stringConcat" | "stringReplace" if !column.is_text() => on("non-string"),
        "stringConcat" => match values.first() {
            Some(Value::String(_)) if column.array => on("non-string"),
            Some(Value::String(more)) => longer(column, current, more),
            _ => refused(": requires a string value"),
        },
        "stringReplace" => match values.as_slice() {
            [Value::String(_), Value::String(_)] => Ok(()),
            _ => refused(": requires exactly 2 string values (search and replace)"),
        },
        "toggle" if column.kind != "boolean" => on("non-boolean"),
        "dateAddDays" | "dateSubDays" | "dateSetNow" if column.kind != "datetime" => {
            on("non-datetime")
        }
        "dateAddDays" | "dateSubDays" if !values.first().is_some_and(Value::is_i64) => {
            refused(": requires an integer number of days")
        }
        "toggle" | "dateAddDays" | "dateSubDays" | "dateSetNow" => Ok(()),
        _ if !column.array => on("non-array"),
        _ if items.len() > ITEMS => refused(": too many items"),
        _ if column.kind == "integer" && items.iter().any(beyond) => {
            refused(": array items must be between -2147483648 and 2147483647")
        }
        "arrayInsert" => insert(values, current),
        "arrayRemove" | "arrayIntersect" if values.is_empty() => refused(": requires a value"),
        "arrayFilter" => filter(values),
        _ => Ok(()),
    }
}

fn beyond(item: &Value) -> bool {
    item.as_f64().is_some_and(|item| !INTEGERS.contains(&item))
}

fn numeric(operator: &Operator, column: &Column, current: Option<Value>) -> Result<(), String> {
    let (method, values) = (operator.method.as_str(), &operator.values);
    let refused = |why: String| Err(format!("Cannot apply {method} operator{why}"));
    if !["integer", "float"].contains(&column.kind.as_str()) {
        return refused(format!(" to non-numeric field '{}'", column.key));
    }
    let Some(by) = values.first().and_then(Value::as_f64) else {
        return refused(": value must be numeric".to_owned());
    };
    if by == 0.0 && ["divide", "modulo"].contains(&method) {
        return refused(": division by zero".to_owned());
    }
    if values
        .get(1)
        .is_some_and(|v| !v.is_null() && !v.is_number())
    {
        return refused(": max/min limit must be numeric".to_owned());
    }
    let bound = values.get(1).is_some_and(|value| !value.is_null());
    let Some(current) = current.filter(|_| column.kind == "integer" && !bound) else {
        return Ok(());
    };
    let current = current.as_f64().unwrap_or_default();
    let result = match method {
        "increment" => current + by,
        "decrement" => current - by,
        "multiply" => current * by,
        "divide" => current / by,
        "modulo" => current % by,
        _ => current.powf(by),
    };
    if INTEGERS.contains(&result) {
        return Ok(());
    }
    let (what, end) = match result > 0.0 {
        true => ("overflow maximum", INTEGERS.end()),
        false => ("underflow minimum", INTEGERS.start()),
    };
    refused(format!(": would {what} value of {end}"))
}

/// Lengths are in bytes here, unlike everywhere else.
fn longer(column: &Column, current: Option<Value>, more: &str) -> Result<(), String> {
    let Some(current) = current else {
        return Ok(());
    };
    let length = current.as_str().map_or(0, str::len) + more.len();
    if column.size > 0 && length as u64 > column.size {
        let size = column.size;
        return Err(format!(
            "Cannot apply stringConcat operator: result would exceed maximum length of {size} characters"
        ));
    }
    Ok(())
}

fn insert(values: &[Value], current: Option<Value>) -> Result<(), String> {
    let refused = |why: &str| Err(format!("Cannot apply arrayInsert operator: {why}"));
    let [index, value] = values else {
        return refused("requires exactly 2 values (index and value)");
    };
    let Some(index) = index.as_u64() else {
        return refused("index must be a non-negative integer");
    };
    if beyond(value) {
        return refused("array items must be between -2147483648 and 2147483647");
    }
    match current {
        Some(Value::Array(items)) if index > items.len() as u64 => {
            refused(&format!("index {index} is out of bounds"))
        }
        _ => Ok(()),
    }
}

fn filter(values: &[Value]) -> Result<(), String> {
    let conditions = [
        "equal",
        "notEqual",
        "greaterThan",
        "greaterThanEqual",
        "lessThan",
        "lessThanEqual",
        "isNull",
        "isNotNull",
    ];
    match values.first().and_then(Value::as_str) {
        Some(condition) if values.len() <= 2 && conditions.contains(&condition) => Ok(()),
        _ => Err("Invalid array filter condition".to_owned()),
    }
}
