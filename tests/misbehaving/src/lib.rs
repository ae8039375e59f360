//! A component that does forbidden things, for the host's tests.
//!
//! Each path misbehaves in one way; `/` says how many requests this instance has answered.
#![cfg(target_family = "wasm")]
#![allow(clippy::panic)]

#[cfg(feature = "spin")]
mod key_value;

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use spin_sdk::http::{EmptyBody, Request, Response, send};
use spin_sdk::http_service;
#[cfg(feature = "spin")]
use spin_sdk::sqlite::Connection;
#[cfg(feature = "spin")]
use spin_sdk::variables;
use spin_sdk::wasip3::spawn;

static ANSWERED: AtomicU32 = AtomicU32::new(0);

#[http_service]
async fn handle(request: Request) -> Response<Full<Bytes>> {
    let n = ANSWERED.fetch_add(1, Ordering::Relaxed) + 1;
    let path = request.uri().path().to_owned();
    let query = request.uri().query().unwrap_or_default().to_owned();
    if path == "/echo" {
        return echo(request).await;
    }
    let text = match path.as_str() {
        "/loop" => endless(),
        "/panic" => panic!("on purpose"),
        "/hog" => hog(&query),
        "/compute" => compute(&query),
        #[cfg(feature = "spin")]
        "/gate" => gate().await,
        #[cfg(feature = "spin")]
        "/after" => after(n),
        #[cfg(feature = "spin")]
        "/endless" => endless_statement().await,
        "/time" => time(),
        "/fetch" => fetch(&query).await,
        "/later" => later(),
        "/wait" => wait().await,
        #[cfg(feature = "spin")]
        "/open" => open(&query).await,
        #[cfg(feature = "spin")]
        "/execute" => execute(&query).await,
        #[cfg(feature = "spin")]
        "/variable" => variable(&query).await,
        #[cfg(not(feature = "spin"))]
        "/variable" => std::env::var(query).unwrap_or_default(),
        "/headers" => headers(&request),
        #[cfg(feature = "spin")]
        path if path.starts_with("/kv/") => key_value::run(path.trim_start_matches("/kv/")).await,
        _ => n.to_string(),
    };
    Response::new(Full::new(text.into()))
}

fn endless() -> String {
    let mut n: u64 = 1;
    while std::hint::black_box(n) != 0 {
        n = n.wrapping_mul(3) | 1;
    }
    n.to_string()
}

/// Computes for this many milliseconds.
fn compute(ms: &str) -> String {
    let (begun, time) = (
        Instant::now(),
        Duration::from_millis(ms.parse().unwrap_or(0)),
    );
    let mut n: u64 = 1;
    while begun.elapsed() < time {
        n = std::hint::black_box(n).wrapping_mul(3) | 1;
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
#[cfg(feature = "spin")]
async fn gate() -> String {
    match variables::get("gate").await {
        Ok(gate) => fetch(&gate).await,
        Err(error) => format!("error {error:?}"),
    }
}

/// Panics after it has answered.
fn later() -> String {
    spawn(async {
        spin_sdk::time::sleep(Duration::from_millis(1)).await;
        panic!("later, on purpose");
    });
    "answered".to_owned()
}

async fn wait() -> String {
    spin_sdk::time::sleep(Duration::from_secs(3600)).await;
    "after an hour".to_owned()
}

/// The body as it came, the query as a header, the method as another one, and a header that comes twice.
async fn echo(request: Request) -> Response<Full<Bytes>> {
    let (parts, body) = request.into_parts();
    let body = match body.collect().await {
        Ok(body) => body.to_bytes(),
        Err(_) => Bytes::new(),
    };
    let query = parts.uri.query().unwrap_or_default().to_owned();
    let mut headers = String::new();
    for (name, value) in &parts.headers {
        headers += &format!("{name}={};", value.to_str().unwrap_or_default());
    }
    let mut response = Response::new(Full::new(body));
    *response.status_mut() = http::StatusCode::MULTI_STATUS;
    let fields = [
        ("content-type", "application/octet-stream".to_owned()),
        ("set-cookie", "a=1".to_owned()),
        ("set-cookie", "b=2".to_owned()),
        ("x-method", parts.method.to_string()),
        ("x-query", query),
        ("x-headers", headers),
    ];
    for (name, value) in fields {
        if let Ok(value) = value.parse() {
            response.headers_mut().append(name, value);
        }
    }
    response
}

/// Answers at once; after that waits for the test's server, and never yields again.
#[cfg(feature = "spin")]
fn after(n: u32) -> String {
    spawn(async {
        gate().await;
        endless();
    });
    n.to_string()
}

/// Answers with the first row of a statement that never ends: after five rows, more than the host reads ahead,
/// there is no other.
#[cfg(feature = "spin")]
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

#[cfg(feature = "spin")]
async fn open(label: &str) -> String {
    match Connection::open(label).await {
        Ok(_) => "opened".to_owned(),
        Err(error) => format!("error {error:?}"),
    }
}

#[cfg(feature = "spin")]
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

#[cfg(feature = "spin")]
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
