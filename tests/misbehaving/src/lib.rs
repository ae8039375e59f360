//! A component that does what a component must not, for the host's tests.
//!
//! Each path misbehaves in one way; `/` says how many requests this instance has answered.
#![cfg(target_family = "wasm")]
#![allow(clippy::panic)]

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
        "/hog" => hog(),
        "/fetch" => fetch(&query).await,
        "/open" => open(&query).await,
        "/execute" => execute(&query).await,
        "/variable" => variable(&query).await,
        "/headers" => headers(&request),
        _ => n.to_string(),
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

fn hog() -> String {
    let mut all: Vec<Vec<u8>> = Vec::new();
    loop {
        all.push(vec![1; 16 << 20]);
        std::hint::black_box(&all);
    }
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
