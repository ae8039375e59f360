//! Whether queries are such as a table can answer.

use serde_json::Value;

use crate::column::Column;
use crate::fault::{Fault, Found};
use crate::moment::Moment;
use crate::query::Query;
use crate::table::Table;
use crate::version::Version;

/// Values of one query.
const VALUES: usize = 500;

/// A column, or one of the server's own beside them.
enum Target<'a> {
    Column(&'a Column),
    Id,
    Sequence,
    Date,
}

/// Checks the queries of a list.
pub fn check(table: &Table, queries: &[Query]) -> Found<()> {
    for query in queries {
        check(table, &query.nested)?;
        one(table, query).map_err(|why| Fault::Query(format!("Invalid query: {why}")))?;
    }
    for query in queries {
        if ["search", "notSearch"].contains(&query.method.as_str()) && !searchable(table, query) {
            return Err(Fault::Query(format!(
                "Searching by attribute \"{}\" requires a fulltext index.",
                query.attribute
            )));
        }
    }
    Ok(())
}

/// Checks the queries for a single row, which may only select.
pub fn check_select(table: &Table, queries: &[Query]) -> Found<()> {
    match queries.iter().find(|query| query.method != "select") {
        Some(query) => Err(Fault::Query(format!(
            "Invalid query method: {}",
            query.method
        ))),
        None => check(table, queries),
    }
}

fn searchable(table: &Table, query: &Query) -> bool {
    let fulltext = |index: &&crate::index::Index| index.kind == "fulltext";
    let mut indexes = table.indexes.iter().filter(fulltext);
    indexes.any(|index| index.columns == [query.attribute.as_str()])
}

fn target<'a>(table: &'a Table, attribute: &str) -> Result<Target<'a>, String> {
    let column = table.columns.iter().find(|column| column.key == attribute);
    match (attribute, column) {
        ("$id", _) => Ok(Target::Id),
        ("$sequence", _) => Ok(Target::Sequence),
        ("$createdAt" | "$updatedAt", _) => Ok(Target::Date),
        (_, Some(column)) if column.encrypt => {
            Err(format!("Cannot query encrypted attribute: {attribute}"))
        }
        (_, Some(column)) => Ok(Target::Column(column)),
        (_, None) => Err(format!("Attribute not found in schema: {attribute}")),
    }
}

fn one(table: &Table, query: &Query) -> Result<(), String> {
    let (method, count) = (query.method.as_str(), query.values.len());
    let name = || {
        let (first, rest) = method.split_at(1);
        format!("{}{rest}", first.to_uppercase())
    };
    let needs = |what: &str| Err(format!("{} queries require {what}", name()));
    match method {
        _ if !table.rows.options.version.knows_query(method) => {
            Err(format!("Invalid query method: {method}"))
        }
        "limit" | "offset" => number(query, i64::from(method == "limit")),
        "cursorAfter" | "cursorBefore" => cursor(query),
        "select" => select(table, query),
        "orderRandom" => Ok(()),
        "orderAsc" | "orderDesc" => order(table, &query.attribute),
        "and" | "or" if !query.nested.iter().all(Query::is_filter) => Err(format!(
            "{} queries can only contain filter queries",
            name()
        )),
        "and" | "or" if query.nested.len() < 2 => needs("at least two queries"),
        "and" | "or" => Ok(()),
        "elemMatch" => Err("elemMatch is not supported by the database".to_owned()),
        "isNull" | "isNotNull" => values(table, query),
        "between" | "notBetween" if count != 2 => needs("exactly two values."),
        "equal" | "contains" | "containsAny" | "containsAll" | "notContains" | "exists"
        | "notExists" => match query.values.first() {
            None => needs("at least one value."),
            Some(Value::Array(items)) if items.is_empty() => needs("at least one value."),
            Some(_) => values(table, query),
        },
        "between" | "notBetween" => values(table, query),
        "notEqual" | "lessThan" | "lessThanEqual" | "greaterThan" | "greaterThanEqual"
        | "search" | "notSearch" | "startsWith" | "notStartsWith" | "endsWith" | "notEndsWith" => {
            match count {
                1 => values(table, query),
                _ => needs("exactly one value."),
            }
        }
        _ => Err(format!(
            "query \"{method}\" cannot be applied on attribute: {}",
            query.attribute
        )),
    }
}

fn number(query: &Query, least: i64) -> Result<(), String> {
    match query.number() {
        None => Err(format!(
            "Invalid {}: Value must be a valid number",
            query.method
        )),
        Some(number) if number < least => Err(format!(
            "Invalid {}: Value must be a valid range between {least} and {}",
            query.method,
            i64::MAX
        )),
        Some(_) => Ok(()),
    }
}

fn cursor(query: &Query) -> Result<(), String> {
    let id = query.values.first().and_then(Value::as_str);
    match id {
        Some(id) if crate::check::is_id(id) => Ok(()),
        _ => Err("Invalid cursor: UID must contain at most 36 chars.".to_owned()),
    }
}

fn order(table: &Table, attribute: &str) -> Result<(), String> {
    let own = ["$id", "$sequence", "$createdAt", "$updatedAt"];
    let known = table.columns.iter().any(|column| column.key == attribute);
    if known || own.contains(&attribute) {
        return Ok(());
    }
    Err(format!("Attribute not found in schema: {attribute}"))
}

fn select(table: &Table, query: &Query) -> Result<(), String> {
    if query.values.is_empty() {
        return Err("No attributes selected".to_owned());
    }
    let mut seen = Vec::new();
    for value in &query.values {
        let Some(name) = value.as_str() else {
            return Err("Attribute selection must be a string".to_owned());
        };
        if seen.contains(&name) {
            return Err("Duplicate attributes selected".to_owned());
        }
        seen.push(name);
        let own = [
            "*",
            "$id",
            "$sequence",
            "$collection",
            "$tenant",
            "$createdAt",
            "$updatedAt",
            "$permissions",
        ];
        let known = table.columns.iter().any(|column| column.key == name);
        if !known && !own.contains(&name) {
            return Err(format!("Attribute not found in schema: {name}"));
        }
    }
    Ok(())
}

fn values(table: &Table, query: &Query) -> Result<(), String> {
    let (method, attribute) = (query.method.as_str(), &query.attribute);
    let target = target(table, attribute)?;
    if ["exists", "notExists"].contains(&method) {
        return Ok(());
    }
    if query.values.len() > VALUES {
        return Err(format!(
            "Query on attribute has greater than {VALUES} values: {attribute}"
        ));
    }
    let version = table.rows.options.version;
    if !query
        .values
        .iter()
        .all(|value| fits(&target, value, version))
    {
        return Err(format!(
            "Query value is invalid for attribute \"{attribute}\""
        ));
    }
    let (text, array) = match target {
        Target::Column(column) => (column.is_text(), column.array),
        Target::Id => (true, false),
        Target::Sequence | Target::Date => (false, false),
    };
    let contains = ["contains", "containsAny", "containsAll", "notContains"];
    let contains = contains.contains(&method);
    if contains && !array && !text {
        return Err(format!(
            "Cannot query {method} on attribute \"{attribute}\" because it is not an array, string, or object."
        ));
    }
    if array && !contains && !["isNull", "isNotNull"].contains(&method) {
        return Err(format!(
            "Cannot query {method} on attribute \"{attribute}\" because it is an array."
        ));
    }
    Ok(())
}

fn fits(target: &Target, value: &Value, version: Version) -> bool {
    let column = match target {
        Target::Id => return value.is_string(),
        Target::Date => return value.as_str().and_then(Moment::parse).is_some(),
        Target::Sequence => {
            let number = value.as_i64().filter(|_| version > Version::V1_8);
            let number = number.or_else(|| value.as_str()?.parse().ok());
            return number.is_some_and(|number| number >= 1);
        }
        Target::Column(column) => column,
    };
    match column.kind.as_str() {
        "integer" => value
            .as_i64()
            .is_some_and(|number| !column.short || i32::try_from(number).is_ok()),
        "float" => value.is_number(),
        "boolean" => value.is_boolean(),
        "datetime" => value.as_str().and_then(Moment::parse).is_some(),
        _ => value.is_string(),
    }
}
