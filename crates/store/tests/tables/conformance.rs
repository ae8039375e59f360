//! The conformance suite, on servers of every kind that there is.

use appwrite_server::Options;
use whisper_store::conformance::{CASES, Place};
use whisper_store::tables::Tables;

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

fn on_a_server(nulls_first: bool, case_insensitive: bool) {
    let server = server::start(Options {
        nulls_first,
        case_insensitive,
        ..server::OPTIONS
    });
    let endpoint = server.endpoint();
    conforms("server", move || opened(&endpoint));
}

#[test]
fn where_nulls_come_first_and_case_counts() {
    on_a_server(true, false);
}

#[test]
fn where_nulls_come_first_and_case_does_not_count() {
    on_a_server(true, true);
}

#[test]
fn where_nulls_come_last_and_case_counts() {
    on_a_server(false, false);
}

#[test]
fn where_nulls_come_last_and_case_does_not_count() {
    on_a_server(false, true);
}
