//! Whether a row is one that a filter asks for. What SQL answers with NULL is a no.

use std::cmp::Ordering;

use serde_json::Value;

use crate::fault::{Fault, Found};
use crate::query::Query;
use crate::row::Row;
use crate::rows::collated;

/// How two values compare; not at all if one is null or they are of different kinds.
pub fn compare(a: &Value, b: &Value, case_insensitive: bool) -> Option<Ordering> {
    match (a, b) {
        (Value::String(a), Value::String(b)) if case_insensitive => {
            Some(collated(a).cmp(&collated(b)))
        }
        (Value::String(a), Value::String(b)) => Some(a.cmp(b)),
        (Value::Bool(a), Value::Bool(b)) => Some(a.cmp(b)),
        (Value::Number(a), Value::Number(b)) => match (a.as_i64(), b.as_i64()) {
            (Some(a), Some(b)) => Some(a.cmp(&b)),
            _ => a.as_f64()?.partial_cmp(&b.as_f64()?),
        },
        _ => None,
    }
}

/// Whether all filters hold for a row.
pub fn holds(filters: &[Query], row: &Row, case_insensitive: bool) -> Found<bool> {
    for filter in filters {
        if !one(filter, row, case_insensitive)? {
            return Ok(false);
        }
    }
    Ok(true)
}

fn one(query: &Query, row: &Row, fold: bool) -> Found<bool> {
    match query.method.as_str() {
        "and" => return holds(&query.nested, row, fold),
        "or" => {
            for nested in &query.nested {
                if one(nested, row, fold)? {
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
        ("regex", Value::String(text)) => regex(text, &query.values, fold),
        (method, Value::String(text)) if is_like(method) => like(method, text, &query.values),
        (method, value) => {
            let how = |at: usize| compare(value, &query.values[at], fold);
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

/// Whether a text has what a regular expression describes. One that is none, the database can't do.
fn regex(text: &str, values: &[Value], fold: bool) -> Found<bool> {
    let pattern = values.first().and_then(Value::as_str).unwrap_or_default();
    let regex = regex_lite::RegexBuilder::new(pattern)
        .case_insensitive(fold)
        .build();
    regex
        .map(|regex| regex.is_match(text))
        .map_err(|_| Fault::Server)
}

/// Case makes no difference here: MariaDB's LIKE takes its collation's word for that, and PostgreSQL is asked with ILIKE.
fn like(method: &str, text: &str, values: &[Value]) -> Found<bool> {
    let text = text.to_lowercase();
    let values = values.iter().filter_map(Value::as_str);
    let mut values = values.map(str::to_lowercase);
    Ok(match method {
        "startsWith" => values.any(|value| text.starts_with(&value)),
        "notStartsWith" => !values.any(|value| text.starts_with(&value)),
        "endsWith" => values.any(|value| text.ends_with(&value)),
        "notEndsWith" => !values.any(|value| text.ends_with(&value)),
        "contains" | "containsAny" => values.any(|value| text.contains(&value)),
        "notContains" => !values.any(|value| text.contains(&value)),
        "search" => values.any(|value| searched(&text, &value)),
        "notSearch" => !values.any(|value| searched(&text, &value)),
        _ => return Err(Fault::unlike("containsAll on text")),
    })
}

/// MariaDB's boolean mode: any of the words, the last of them also as the beginning of one; in quotes, all as they stand.
fn searched(text: &str, value: &str) -> bool {
    let exact = value.len() > 1 && value.starts_with('"') && value.ends_with('"');
    let words = |text: &str| -> Vec<String> {
        let words = text.split(|c: char| !c.is_alphanumeric() && c != '_');
        let words = words.filter(|word| !word.is_empty());
        words.map(str::to_owned).collect()
    };
    let (text, value) = (words(text), words(value));
    let Some((last, others)) = value.split_last() else {
        return false;
    };
    if exact {
        return text.windows(value.len()).any(|some| *some == value);
    }
    text.iter()
        .any(|word| others.contains(word) || word.starts_with(last.as_str()))
}
