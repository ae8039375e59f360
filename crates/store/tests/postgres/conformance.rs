//! The conformance suite, one case after the other on one database: each begins with empty collections.

use std::rc::Rc;

use whisper_store::conformance::{CASES, Place};
use whisper_store::postgres::native::PostgresDriver;

#[test]
fn postgres_conforms() {
    let Some(server) = postgres_server::shared() else {
        return;
    };
    let only = std::env::var("CASE").unwrap_or_default();
    let mut failures = Vec::new();
    let url = server.fresh_database();
    let place = Place::new(move || Rc::new(PostgresDriver::new(&url)));
    for case in CASES.iter().filter(|case| case.name.contains(&only)) {
        if let Err(failed) = futures::executor::block_on(place.run(case)) {
            failures.push(format!("{}: {}", case.name, failed.0));
        }
    }
    assert!(failures.is_empty(), "{failures:#?}");
}
