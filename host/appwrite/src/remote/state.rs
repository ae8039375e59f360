//! The databases, tables and buckets that a server has.

use serde_json::{Value, json};

use super::client::{Client, RemoteError};
use crate::model::{Config, Kind, Table};
use crate::read::read;

/// Things of a list that are asked for at once.
const PAGE: usize = 100;

/// All databases, tables and buckets of the project.
///
/// # Errors
/// When the server can't be reached, refuses, or gives an answer that it never should.
pub fn state(client: &Client) -> Result<Config, RemoteError> {
    let databases = all(client, "/tablesdb", "databases")?;
    let mut tables = Vec::new();
    for database in &databases {
        let id = database["$id"].as_str().unwrap_or_default();
        tables.extend(all(client, &format!("/tablesdb/{id}/tables"), "tables")?);
    }
    let buckets = all(client, "/storage/buckets", "buckets")?;
    config(&json!({"tablesDB": databases, "tables": tables, "buckets": buckets}))
}

/// One table as it is now.
pub(super) fn table(client: &Client, database: &str, id: &str) -> Result<Table, RemoteError> {
    let table = client.get(&format!("/tablesdb/{database}/tables/{id}"))?;
    let mut config = config(&json!({"tables": [table]}))?;
    config
        .tables
        .pop()
        .ok_or_else(|| RemoteError::strange("no table"))
}

/// All things of a list, page by page.
fn all(client: &Client, path: &str, name: &str) -> Result<Vec<Value>, RemoteError> {
    let mut found: Vec<Value> = Vec::new();
    loop {
        let query =
            |method: &str, number: usize| json!({"method": method, "values": [number]}).to_string();
        let queries: String = form_urlencoded::Serializer::new(String::new())
            .append_pair("queries[0]", &query("limit", PAGE))
            .append_pair("queries[1]", &query("offset", found.len()))
            .finish();
        let mut page = client.get(&format!("{path}?{queries}"))?;
        let Value::Array(items) = page[name].take() else {
            return Err(RemoteError::strange(&format!("no list of {name}")));
        };
        let last = items.len() < PAGE;
        found.extend(items);
        if last {
            return Ok(found);
        }
    }
}

fn config(answers: &Value) -> Result<Config, RemoteError> {
    let mut config =
        read(&answers.to_string()).map_err(|error| RemoteError::strange(&error.to_string()))?;
    let columns = config
        .tables
        .iter_mut()
        .flat_map(|table| &mut table.columns);
    for column in columns {
        // Without bounds a server names those of the type.
        let open = |bound: &Value| match column.kind {
            Kind::Integer | Kind::Bigint => bound
                .as_i64()
                .is_none_or(|n| n == i64::MIN || n == i64::MAX),
            _ => bound.as_f64().is_none_or(|n| n.abs() >= f64::MAX),
        };
        let (min, max) = (open(&column.min), open(&column.max));
        if min {
            column.min = Value::Null;
        }
        if max {
            column.max = Value::Null;
        }
    }
    Ok(config)
}
