//! The conformance suite on the native driver, each case on a database of its own.
#![allow(clippy::unwrap_used)]

use std::rc::Rc;

use whisper_store::conformance::{CASES, Place};
use whisper_store::native::NativeDriver;

#[test]
fn native_driver_conforms() {
    let only = std::env::var("CASE").unwrap_or_default();
    let mut failures = Vec::new();
    for case in CASES.iter().filter(|case| case.name.contains(&only)) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("store.db");
        let place = Place::new(move || Rc::new(NativeDriver::new(&path)));
        if let Err(failed) = futures::executor::block_on(place.run(case)) {
            failures.push(format!("{}: {}", case.name, failed.0));
        }
    }
    assert!(failures.is_empty(), "{failures:#?}");
}
