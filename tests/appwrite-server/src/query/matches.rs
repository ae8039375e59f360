//! Whether a row is one that a filter asks for. A comparison that SQL answers with NULL is a no.

use std::cmp::Ordering;

use serde_json::Value;

use crate::collation::Collation;
use crate::fault::{Fault, Found};
use crate::query::{Query, like};
use crate::row::Row;
use crate::version::Database;

/// Whether all filters hold for a row.
pub fn holds(filters: &[Query], row: &Row, database: Database) -> Found<bool> {
    for filter in filters {
        if !one(filter, row, database)? {
            return Ok(false);
        }
    }
    Ok(true)
}

fn one(query: &Query, row: &Row, database: Database) -> Found<bool> {
    match query.method.as_str() {
        "and" => return holds(&query.nested, row, database),
        "or" => {
            for nested in &query.nested {
                if one(nested, row, database)? {
                    return Ok(true);
                }
            }
            return Ok(false);
        }
        "exists" | "notExists" => {
            // They are checked as others are, and then the database can't do them.
            return Err(Fault::Server);
        }
        _ => {}
    }
    let owned;
    let value = match row.values.get(&query.attribute) {
        Some(value) => value,
        None => {
            owned = row.get(&query.attribute);
            &owned
        }
    };
    match (query.method.as_str(), value) {
        ("isNull", value) => Ok(value.is_null()),
        ("isNotNull", value) => Ok(!value.is_null()),
        (_, Value::Null) => Ok(false),
        (method, Value::Array(items)) => Ok(in_list(method, items, &query.values)),
        (method, Value::String(text)) if is_like(method) => {
            like::holds(method, text, &query.values, database)
        }
        (method, value) => {
            let collation = Collation::of(database, &query.attribute);
            let how = |at: usize| collation.compare(value, &query.values[at]);
            Ok(compared(method, query.values.len(), &how))
        }
    }
}

fn compared(method: &str, count: usize, how: &dyn Fn(usize) -> Option<Ordering>) -> bool {
    let first = || how(0);
    let least = |at: usize| how(at).is_some_and(Ordering::is_ge);
    let most = |at: usize| how(at).is_some_and(Ordering::is_le);
    match method {
        "equal" => (0..count).any(|at| how(at).is_some_and(Ordering::is_eq)),
        "notEqual" => first().is_some_and(Ordering::is_ne),
        "lessThan" => first().is_some_and(Ordering::is_lt),
        "lessThanEqual" => most(0),
        "greaterThan" => first().is_some_and(Ordering::is_gt),
        "greaterThanEqual" => least(0),
        "between" => least(0) && most(1),
        "notBetween" => {
            let known = how(0).is_some() && how(1).is_some();
            known && !(least(0) && most(1))
        }
        _ => false,
    }
}

/// Items are compared exactly, as JSON.
fn in_list(method: &str, items: &[Value], values: &[Value]) -> bool {
    let is_in = |value: &Value| items.contains(value);
    match method {
        "contains" | "containsAny" => values.iter().any(is_in),
        "containsAll" => values.iter().all(is_in),
        "notContains" => !values.iter().any(is_in),
        _ => false,
    }
}

fn is_like(method: &str) -> bool {
    let likes = [
        "startsWith",
        "notStartsWith",
        "endsWith",
        "notEndsWith",
        "contains",
        "containsAny",
        "containsAll",
        "notContains",
        "search",
        "notSearch",
    ];
    likes.contains(&method)
}
