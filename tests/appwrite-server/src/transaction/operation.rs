//! The form that an operation must have.

use serde_json::{Map, Value};

const ACTIONS: [&str; 10] = [
    "create",
    "update",
    "upsert",
    "delete",
    "increment",
    "decrement",
    "bulkCreate",
    "bulkUpdate",
    "bulkUpsert",
    "bulkDelete",
];

/// Objects and lists are both arrays to PHP.
fn array(value: Option<&Value>) -> bool {
    matches!(value, Some(Value::Array(_) | Value::Object(_)))
}

fn written(value: Option<&Value>) -> bool {
    value
        .and_then(Value::as_str)
        .is_some_and(|text| !text.trim().is_empty())
}

/// Checks one operation.
pub fn check(value: &Value) -> Result<&Map<String, Value>, String> {
    let Value::Object(operation) = value else {
        return Err("Value must be an array".into());
    };
    for key in ["databaseId", "action", "tableId"] {
        if !operation.contains_key(key) {
            return Err(format!("Missing required key: {key}"));
        }
    }
    for key in ["databaseId", "action", "tableId"] {
        if !written(operation.get(key)) {
            return Err(format!("Key '{key}' must be a non\u{2011}empty string"));
        }
    }
    let action = operation["action"].as_str().unwrap_or_default();
    if !ACTIONS.contains(&action) {
        return Err(format!(
            "Key 'action' must be one of: {}",
            ACTIONS.join(", ")
        ));
    }
    match operation.get("rowId") {
        None if !action.starts_with("bulk") => {
            return Err(format!("Key 'rowId' is required for action '{action}'"));
        }
        Some(id) if !written(Some(id)) => {
            return Err("Key 'rowId' must be a non-empty string".into());
        }
        _ => {}
    }
    data(operation, action)?;
    Ok(operation)
}

fn data(operation: &Map<String, Value>, action: &str) -> Result<(), String> {
    let data = match operation.get("data") {
        None if action == "delete" => return Ok(()),
        None => return Err("Missing required key: data".into()),
        data @ Some(_) if !array(data) => return Err("Key 'data' must be an array".into()),
        Some(data) => data,
    };
    if ["bulkUpdate", "bulkDelete"].contains(&action) {
        match data.get("queries") {
            None => return Err(format!("Key 'queries' is required in data for {action}")),
            queries if !array(queries) => {
                return Err(format!("Key 'queries' must be an array for {action}"));
            }
            Some(_) => {}
        }
    }
    if action == "bulkUpdate" {
        match data.get("data") {
            None => return Err(format!("Key 'data' is required in data for {action}")),
            data if !array(data) => {
                return Err(format!("Key 'data.data' must be an array for {action}"));
            }
            Some(_) => {}
        }
    }
    if ["increment", "decrement"].contains(&action) {
        if data.get("column").is_none() {
            return Err(format!("Key 'column' is required in data for {action}"));
        }
        let numeric = |value: &Value| match value {
            Value::Number(_) => true,
            Value::String(text) => text.trim().parse::<f64>().is_ok(),
            _ => false,
        };
        if data.get("value").is_some_and(|value| !numeric(value)) {
            return Err(format!("Key 'value' must be a numeric value for {action}"));
        }
    }
    Ok(())
}
