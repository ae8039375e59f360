//! The store's conformance suite inside a component: the same cases as on the native driver.

use whisper_testkit::TestApp;

#[test]
fn the_driver_for_components_passes_the_conformance_suite() {
    let manifest = "tests/conformance/spin.toml";
    let Some(app) = TestApp::own().manifest(manifest).start() else {
        return;
    };
    let report = app.get("/run").send();
    assert_eq!(report.status, 200, "{}", report.text);
    assert_eq!(
        report.body["failed"].as_array().map(Vec::len),
        Some(0),
        "{}",
        report.text
    );
    let passed = report.body["passed"].as_array().unwrap().len();
    assert!(passed >= 20, "only {passed} cases ran");
}
