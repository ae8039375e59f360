//! The conformance suite, on servers of each version, and on either database.

use appwrite_server::{Database, Options, Version};
use whisper_store::conformance::{CASES, Place};
use whisper_store::tables::native::HttpTransport;
use whisper_store::tables::{Credentials, Tables};

use crate::server::{self, opened};

fn conforms(name: &str, open: impl Fn() -> Tables + Clone + 'static) {
    let only = std::env::var("CASE").unwrap_or_default();
    let place = Place::on_tables(open);
    let mut failures = Vec::new();
    let cases = CASES.iter().filter(|case| place.takes(case));
    let cases: Vec<_> = cases.filter(|case| case.name.contains(&only)).collect();
    assert!(
        cases.len() > 40 || !only.is_empty(),
        "only {} cases",
        cases.len()
    );
    for case in cases {
        if let Err(failed) = futures::executor::block_on(place.run(case)) {
            failures.push(format!("{}: {}", case.name, failed.0));
        }
    }
    assert!(failures.is_empty(), "{name}: {failures:#?}");
}

fn on_a_server(version: Version, database: Database) {
    let server = server::start(Options {
        version,
        database,
        ..server::OPTIONS
    });
    let endpoint = server.endpoint();
    conforms("server", move || opened(&endpoint));
}

#[test]
fn on_1_8_with_mariadb() {
    on_a_server(Version::V1_8, Database::MariaDb);
}

#[test]
fn on_1_8_with_postgresql() {
    on_a_server(Version::V1_8, Database::PostgreSql);
}

#[test]
fn on_1_9_with_mariadb() {
    on_a_server(Version::V1_9, Database::MariaDb);
}

#[test]
fn on_1_9_with_postgresql() {
    on_a_server(Version::V1_9, Database::PostgreSql);
}

#[test]
fn on_the_newest_with_mariadb() {
    on_a_server(Version::Newest, Database::MariaDb);
}

#[test]
fn on_the_newest_with_postgresql() {
    on_a_server(Version::Newest, Database::PostgreSql);
}

/// A project for tests alone: every case begins with empty tables.
#[test]
fn on_a_live_server() {
    let variable = |name: &str| std::env::var(format!("WHISPER_APPWRITE_{name}")).ok();
    let (Some(endpoint), Some(project), Some(key)) =
        (variable("ENDPOINT"), variable("PROJECT"), variable("KEY"))
    else {
        eprintln!(
            "skipped: needs a live server, and WHISPER_APPWRITE_ENDPOINT, _PROJECT and _KEY aren't set"
        );
        return;
    };
    conforms("live server", move || {
        let key = Credentials::new(key.as_str());
        Tables::new(&endpoint, &project, key, HttpTransport::new())
    });
}
