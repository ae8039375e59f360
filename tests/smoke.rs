//! The bundle answers at all, and in the shape that every answer has.

use whisper_testkit::TestApp;

#[test]
fn an_unknown_route_is_a_problem_document() {
    let app = TestApp::start();
    app.get("/v1/nothing-here")
        .send()
        .expect_problem(404, "route_not_found");
}

#[test]
fn health_is_public() {
    let app = TestApp::start();
    assert_eq!(app.get("/health").send().expect(200)["status"], "ok");
}
