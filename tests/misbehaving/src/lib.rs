//! A component that does what a component must not, for the host's tests.
//!
//! Each path misbehaves in one way; `/` says how many requests this instance has answered.
#![cfg(target_family = "wasm")]
#![allow(clippy::panic)]

mod key_value;

use std::sync::atomic::{AtomicU32, Ordering};

use spin_sdk::http::{EmptyBody, IntoResponse, Request, Response, send};
use spin_sdk::http_service;
use spin_sdk::sqlite::Connection;
use spin_sdk::variables;

static ANSWERED: AtomicU32 = AtomicU32::new(0);

#[http_service]
async fn handle(request: Request) -> impl IntoResponse {
    let n = ANSWERED.fetch_add(1, Ordering::Relaxed) + 1;
    let path = request.uri().path().to_owned();
    let query = request.uri().query().unwrap_or_default().to_owned();
    let text = match path.as_str() {
        "/loop" => endless(),
        "/panic" => panic!("on purpose"),
        "/hog" => hog(&query),
        "/gate" => gate().await,
        "/after" => after(n),
        "/endless" => endless_statement().await,
        "/time" => time(),
        "/fetch" => fetch(&query).await,
        "/open" => open(&query).await,
        "/execute" => execute(&query).await,
        "/variable" => variable(&query).await,
        "/headers" => headers(&request),
        path => match path.strip_prefix("/kv/") {
            Some(operation) => key_value::run(operation).await,
            None => n.to_string(),
        },
    };
    Response::new(text)
}

fn endless() -> String {
    let mut n: u64 = 1;
    while std::hint::black_box(n) != 0 {
        n = n.wrapping_mul(3) | 1;
    }
    n.to_string()
}

/// Takes this many MiB.
fn hog(mib: &str) -> String {
    let mib: usize = mib.parse().unwrap_or(4096);
    let all: Vec<Vec<u8>> = (0..mib).map(|_| vec![1; 1 << 20]).collect();
    std::hint::black_box(&all).len().to_string()
}

/// Answers when the test's server has answered.
async fn gate() -> String {
    match variables::get("gate").await {
        Ok(gate) => fetch(&gate).await,
        Err(error) => format!("error {error:?}"),
    }
}

/// Answers at once; after that waits for the test's server, and never yields again.
fn after(n: u32) -> String {
    spin_sdk::wasip3::spawn(async {
        gate().await;
        endless();
    });
    n.to_string()
}

/// Answers with the first row of a statement that never ends: after five rows, more than the host reads ahead,
/// there is no other.
async fn endless_statement() -> String {
    let statement = "VALUES (1), (2), (3), (4), (5) UNION ALL SELECT count(*) FROM (\
        WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x FROM c) SELECT x FROM c)";
    let Ok(connection) = Connection::open_default().await else {
        return "no connection".to_owned();
    };
    match connection.execute(statement, []).await {
        Ok(mut result) => {
            let first = result.next().await.is_some();
            std::mem::forget((connection, result));
            format!("row {first}")
        }
        Err(error) => format!("error {error:?}"),
    }
}

#[allow(clippy::disallowed_methods)]
fn time() -> String {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    since.map_or(0, |since| since.as_secs()).to_string()
}

async fn fetch(url: &str) -> String {
    let Ok(request) = spin_sdk::http::Request::get(url).body(EmptyBody::new()) else {
        return "not a URL".to_owned();
    };
    match send(request).await {
        Ok(response) => format!("status {}", response.status().as_u16()),
        Err(error) => format!("error {error:?}"),
    }
}

async fn open(label: &str) -> String {
    match Connection::open(label).await {
        Ok(_) => "opened".to_owned(),
        Err(error) => format!("error {error:?}"),
    }
}

async fn execute(statement: &str) -> String {
    let statement = statement.replace('+', " ").replace("%20", " ");
    let Ok(connection) = Connection::open_default().await else {
        return "no connection".to_owned();
    };
    match connection.execute(&statement, []).await {
        Ok(result) => match result.collect().await {
            Ok(rows) => format!("{} rows", rows.len()),
            Err(error) => format!("error {error:?}"),
        },
        Err(error) => format!("error {error:?}"),
    }
}

async fn variable(name: &str) -> String {
    match variables::get(name).await {
        Ok(value) => format!("value {value}"),
        Err(error) => format!("error {error:?}"),
    }
}

fn headers(request: &Request) -> String {
    let mut lines: Vec<String> = request
        .headers()
        .iter()
        .filter(|(name, _)| name.as_str().starts_with("spin-"))
        .map(|(name, value)| format!("{name}: {}", value.to_str().unwrap_or_default()))
        .collect();
    lines.sort();
    lines.join("\n")
}
