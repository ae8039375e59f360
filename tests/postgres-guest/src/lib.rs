//! A component that does on PostgreSQL what a test tells it, for the host's tests.
//!
//! The body of a request is a list of steps, objects with one of the keys of [`Guest::step`]. The answer is a list with an outcome for
//! each: `{"ok": …}`, or `{"error": …}` with the parts of an error. Values are shown as the language shows them.
#![cfg(target_family = "wasm")]
#![allow(clippy::panic)]

mod values;

use std::collections::BTreeMap;
use std::pin::pin;

use bytes::Bytes;
use futures::future::{Either, select};
use http_body_util::{BodyExt, Full};
use serde_json::{Value, json};
use spin_sdk::http::{EmptyBody, Request, Response, send};
use spin_sdk::http_service;
use spin_sdk::pg::wit::postgres as raw;
use spin_sdk::pg::{
    Certificate, Connection, DbValue, Error, OpenOptions, PgError, QueryError, QueryResult,
};

#[http_service]
async fn handle(request: Request) -> Response<Full<Bytes>> {
    let body = match request.into_body().collect().await {
        Ok(body) => body.to_bytes(),
        Err(_) => Bytes::new(),
    };
    let steps: Vec<Value> = serde_json::from_slice(&body).unwrap_or_default();
    let (mut guest, mut outcomes) = (Guest::default(), Vec::new());
    for step in &steps {
        outcomes.push(match guest.step(step).await {
            Ok(outcome) => json!({ "ok": outcome }),
            Err(error) => json!({ "error": described(error) }),
        });
    }
    Response::new(Full::new(Value::from(outcomes).to_string().into()))
}

/// The connection that a request has opened.
#[derive(Default)]
struct Guest {
    connections: BTreeMap<String, Connection>,
    /// Opened by the functions that aren't asynchronous.
    blocking: BTreeMap<String, raw::Connection>,
    results: BTreeMap<String, QueryResult>,
}

impl Guest {
    async fn step(&mut self, step: &Value) -> Result<Value, Error> {
        let text = |key: &str| step[key].as_str().unwrap_or_default().to_owned();
        let (sql, parameters) = (text("sql"), values::parameters(&step["parameters"]));
        let (kind, name) = named(step);
        match kind {
            "open" => {
                let connection = open(step, &text("address")).await?;
                self.connections.insert(name, connection);
                Ok(json!("opened"))
            }
            "open_blocking" => {
                let connection = open_blocking(step, &text("address"))?;
                self.blocking.insert(name, connection);
                Ok(json!("opened"))
            }
            "close" => {
                let both = (self.connections.remove(&name), self.blocking.remove(&name));
                Ok(json!(both.0.is_some() || both.1.is_some()))
            }
            "execute" => match self.blocking.get(&name) {
                Some(connection) => Ok(json!(connection.execute(&sql, &parameters)?)),
                None => Ok(json!(self.get(&name)?.execute(sql, parameters).await?)),
            },
            "query" => match self.blocking.get(&name) {
                Some(connection) => {
                    let set = connection.query(&sql, &parameters)?;
                    Ok(shown(&set.columns, &set.rows))
                }
                None => {
                    let mut found = self.get(&name)?.query(sql, parameters).await?;
                    let rows = all(&mut found).await;
                    let columns = found.columns().to_vec();
                    found.result().await?;
                    Ok(shown(&columns, &rows))
                }
            },
            "start" => {
                let found = self.get(&text("on"))?.query(sql, parameters).await?;
                self.results.insert(name, found);
                Ok(json!("started"))
            }
            "next" => {
                let rows = step["rows"].as_u64().unwrap_or(1);
                let found = self.results.get_mut(&name).ok_or_else(|| none(&name))?;
                Ok(json!(count(found, rows).await))
            }
            "end" => {
                let mut found = self.results.remove(&name).ok_or_else(|| none(&name))?;
                let rows = count(&mut found, u64::MAX).await;
                found.result().await?;
                Ok(json!(rows))
            }
            "forget" => Ok(json!(self.results.remove(&name).is_some())),
            "fetch" => Ok(json!(fetch(&name).await)),
            "crowd" => crowd(&name, step["connections"].as_u64().unwrap_or(64)).await,
            "panic" => panic!("on purpose"),
            _ => Err(none(kind)),
        }
    }

    fn get(&self, name: &str) -> Result<&Connection, Error> {
        self.connections.get(name).ok_or_else(|| none(name))
    }
}

/// The first key of a step that says what to do, and its value.
fn named(step: &Value) -> (&str, String) {
    let beside = [
        "address",
        "ca",
        "connections",
        "on",
        "parameters",
        "rows",
        "sql",
    ];
    let fields = step.as_object().into_iter().flatten();
    let mut kinds = fields.filter(|(key, _)| !beside.contains(&key.as_str()));
    match kinds.next() {
        Some((kind, name)) => (kind, name.as_str().unwrap_or_default().to_owned()),
        None => ("", String::new()),
    }
}

async fn open(step: &Value, address: &str) -> Result<Connection, Error> {
    match step["ca"].as_str() {
        Some(text) => {
            let ca_root = Some(Certificate::Text(text.to_owned()));
            Connection::open_with_options(address, OpenOptions { ca_root }).await
        }
        None => Connection::open(address).await,
    }
}

fn open_blocking(step: &Value, address: &str) -> Result<raw::Connection, Error> {
    let Some(text) = step["ca"].as_str() else {
        return Ok(raw::Connection::open(address)?);
    };
    let builder = raw::ConnectionBuilder::new(address);
    if !text.is_empty() {
        builder.set_ca_root(text)?;
    }
    Ok(builder.build()?)
}

async fn all(found: &mut QueryResult) -> Vec<Vec<DbValue>> {
    let mut rows = Vec::new();
    while let Some(row) = found.rows().next().await {
        rows.push(row);
    }
    rows
}

/// Reads on, keeps no row, and says how many there were.
async fn count(found: &mut QueryResult, most: u64) -> u64 {
    let mut rows = 0;
    while rows < most && found.rows().next().await.is_some() {
        rows += 1;
    }
    rows
}

/// Opens so many connections, and one more while a statement runs on the first; gives one back when the statement is done.
async fn crowd(address: &str, connections: u64) -> Result<Value, Error> {
    let mut held = Vec::new();
    for _ in 0..connections {
        held.push(Connection::open(address).await?);
    }
    let first = held.remove(0);
    let one_more = pin!(Connection::open(address));
    let statement = pin!(first.execute("SELECT pg_sleep(0.5)", []));
    let (waited, opened) = match select(one_more, statement).await {
        Either::Left((opened, _)) => (false, opened),
        Either::Right((_, one_more)) => {
            held.pop();
            (true, one_more.await)
        }
    };
    opened?.execute("SELECT 1", []).await?;
    Ok(json!({ "waited": waited }))
}

/// Answers when the test's server has answered.
async fn fetch(url: &str) -> String {
    let Ok(request) = Request::builder().uri(url).body(EmptyBody::new()) else {
        return "no URL".to_owned();
    };
    match send(request).await {
        Ok(response) => response.status().to_string(),
        Err(error) => format!("{error:?}"),
    }
}

fn shown(columns: &[raw::Column], rows: &[Vec<DbValue>]) -> Value {
    let columns = columns.iter();
    let columns: Vec<Value> = columns
        .map(|column| json!([column.name, format!("{:?}", column.data_type)]))
        .collect();
    let rows = rows.iter();
    let rows: Vec<Value> = rows
        .map(|row| {
            row.iter()
                .map(|value| json!(format!("{value:?}")))
                .collect()
        })
        .collect();
    json!({ "columns": columns, "rows": rows })
}

fn none(name: &str) -> Error {
    Error::Decode(format!("the test has no \"{name}\""))
}

fn described(error: Error) -> Value {
    let error = match error {
        Error::PgError(error) => error,
        Error::Decode(text) => return json!({ "kind": "decode", "text": text }),
    };
    match error {
        PgError::ConnectionFailed(text) => json!({ "kind": "connection", "text": text }),
        PgError::BadParameter(text) => json!({ "kind": "parameter", "text": text }),
        PgError::ValueConversionFailed(text) => json!({ "kind": "conversion", "text": text }),
        PgError::Other(text) => json!({ "kind": "other", "text": text }),
        PgError::QueryFailed(QueryError::Text(text)) => json!({ "kind": "query", "text": text }),
        PgError::QueryFailed(QueryError::DbError(error)) => json!({
            "kind": "database",
            "text": error.as_text,
            "severity": error.severity,
            "code": error.code,
            "message": error.message,
            "detail": error.detail,
            "extras": error.extras.into_iter().collect::<BTreeMap<_, _>>(),
        }),
    }
}
