//! Rows as a commit knows them while it goes on: those it has touched.

use std::collections::HashMap;

use serde_json::{Map, Value};

use crate::collation::Collation;
use crate::query::Query;

/// A row's document.
pub type Document = Map<String, Value>;

/// The touched rows of one table, by id.
pub type State = HashMap<String, Document>;

/// Whether a document is one that filters ask for, as transactions see it: a method that they don't know lets every
/// document pass.
pub fn matches(document: &Document, filters: &[Query]) -> bool {
    filters.iter().all(|filter| one(document, filter))
}

fn one(document: &Document, filter: &Query) -> bool {
    let null = Value::Null;
    let value = document.get(&filter.attribute).unwrap_or(&null);
    let how = |at: usize| {
        filter
            .values
            .get(at)
            .and_then(|v| Collation::Exact.compare(value, v))
    };
    let text = |with: fn(&str, &str) -> bool| {
        let mut values = filter.values.iter().filter_map(Value::as_str);
        value
            .as_str()
            .is_some_and(|text| values.any(|v| with(text, v)))
    };
    match filter.method.as_str() {
        "equal" => filter.values.contains(value),
        "notEqual" => !filter.values.contains(value),
        "contains" => match value {
            Value::Array(items) => filter.values.iter().any(|v| items.contains(v)),
            _ => false,
        },
        "startsWith" => text(|text, v| text.starts_with(v)),
        "endsWith" => text(|text, v| text.ends_with(v)),
        "greaterThan" => how(0).is_some_and(|how| how.is_gt()),
        "greaterThanEqual" => how(0).is_some_and(|how| how.is_ge()),
        "lessThan" => how(0).is_some_and(|how| how.is_lt()),
        "lessThanEqual" => how(0).is_some_and(|how| how.is_le()),
        "isNull" => value.is_null(),
        "isNotNull" => !value.is_null(),
        "between" => how(0).is_some_and(|how| how.is_ge()) && how(1).is_some_and(|how| how.is_le()),
        _ => true,
    }
}
