//! Components and the host report.

use super::*;
use whisper_kit::signal::REPORTS_PATH;

fn fault(message: &str) -> Value {
    json!({
        "component": "accounts", "errorType": "internal", "errorMessage": message, "severity": "error",
        "context": {"operation": "signUp", "requestId": "r1"},
    })
}

#[test]
fn components_report_their_faults() {
    let scene = Scene::new();
    block_on(
        scene
            .edge
            .from_component(REPORTS_PATH, &fault("disk 7 is full")),
    )
    .expect(204);
    block_on(
        scene
            .edge
            .from_component(REPORTS_PATH, &fault("disk 8 is full")),
    )
    .expect(204);
    let group = scene.group();
    assert_eq!(
        (&group["source"], &group["count"], &group["errorType"]),
        (&json!("function"), &json!(2), &json!("internal"))
    );
    let kept = scene.errors_of(&group);
    let expected = json!({"component": "accounts", "operation": "signUp", "requestId": "r1"});
    assert_eq!(kept[0]["context"], expected);
    let mut other = fault("disk 9 is full");
    other["component"] = "stories".into();
    block_on(scene.edge.from_component(REPORTS_PATH, &other)).expect(204);
    assert_eq!(scene.groups("").len(), 2, "a group for each component");
}

#[test]
fn nobody_else_can() {
    let scene = Scene::new();
    for token in ["", KEY, &scene.token] {
        let body = fault("x");
        let refused = scene.edge.send(Method::POST, REPORTS_PATH, token, &body);
        block_on(refused).expect_problem(404, "route_not_found");
    }
    assert_eq!(scene.groups("").len(), 0);
}

#[test]
fn the_host_reports_components_that_stopped() {
    let scene = Scene::new();
    let body = json!({
        "component": "stories", "errorType": "component_trapped", "requestIds": ["r2"],
        "reason": "wasm trap: unreachable\n  0: 0x1234 stories.wasm\n  1: 0x99 stories.wasm",
    });
    let send = |body: &Value| scene.operator(Method::POST, "/internal/errors/host", body);
    send(&body).expect(204);
    let group = scene.group();
    assert_eq!(
        (&group["source"], &group["severity"]),
        (&json!("host"), &json!("critical"))
    );
    assert_eq!(group["errorMessage"], "stories: wasm trap: unreachable");
    let kept = scene.errors_of(&group);
    assert_eq!(
        kept[0]["context"],
        json!({"component": "stories", "requestId": "r2"})
    );
    assert!(kept[0]["stackTrace"].as_str().unwrap().starts_with("  0: "));
    send(&json!({"component": "stories", "errorType": "component_trapped", "reason": "wasm trap: unreachable"})).expect(204);
    assert_eq!(scene.groups("").len(), 2, "another stack");
    send(&json!({"component": "x"})).expect_problem(422, "validation_failed");
}

#[test]
fn however_long_a_report_is_it_is_kept() {
    let scene = Scene::new();
    let mut long = fault(&"y".repeat(5000));
    long["errorType"] = "t".repeat(300).into();
    block_on(scene.edge.from_component(REPORTS_PATH, &long)).expect(204);
    let group = scene.group();
    assert_eq!(group["errorMessage"].as_str().unwrap().len(), 2000);
    block_on(scene.edge.from_component(REPORTS_PATH, &fault(" "))).expect(204);
    assert_eq!(scene.groups("").len(), 2);
}

#[test]
fn a_flood_of_faults_is_bounded() {
    let scene = Scene::new();
    let send = |component: &str| {
        let mut body = fault("x");
        body["component"] = component.into();
        block_on(scene.edge.from_component(REPORTS_PATH, &body))
    };
    for _ in 0..300 {
        send("accounts").expect(204);
    }
    send("accounts").expect_problem(429, "rate_limited");
    send("stories").expect(204);
    assert_eq!(scene.count::<whisper_schema::prelude::ErrorLog>(), 101);
}
