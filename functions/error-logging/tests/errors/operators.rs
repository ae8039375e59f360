//! The operator reads, resolves and opens again.

use super::*;

fn path(group: &Value, action: &str) -> String {
    format!("/internal/errors/{}{action}", group["id"].as_str().unwrap())
}

#[test]
fn groups_are_filtered_and_paged() {
    let scene = Scene::new();
    for (kind, severity) in [
        ("a_one", "error"),
        ("a_two", "debug"),
        ("b_one", "error"),
        ("b_two", "info"),
    ] {
        scene.edge.advance(1000);
        scene
            .report(&json!({"errorType": kind, "errorMessage": "x", "severity": severity}))
            .expect(201);
    }
    let types = |query: &str| -> Vec<String> {
        scene
            .groups(query)
            .iter()
            .map(|g| g["errorType"].as_str().unwrap().to_owned())
            .collect()
    };
    assert_eq!(
        types(""),
        ["b_two", "b_one", "a_two", "a_one"],
        "the last seen first"
    );
    assert_eq!(types("?severity=error"), ["b_one", "a_one"]);
    assert_eq!(types("?errorType=b_"), ["b_two", "b_one"]);
    assert_eq!(types("?status=resolved"), Vec::<String>::new());
    assert_eq!(types("?source=host"), Vec::<String>::new());
    let since = scene.groups("")[1]["lastSeenAt"]
        .as_str()
        .unwrap()
        .to_owned();
    assert_eq!(types(&format!("?since={since}")), ["b_two", "b_one"]);
    let page = scene
        .operator(Method::GET, "/internal/errors?limit=3", &Value::Null)
        .expect(200);
    let next = page["next"].as_str().unwrap();
    assert_eq!(types(&format!("?limit=3&after={next}")), ["a_one"]);
    for query in [
        "?status=closed",
        "?severity=fatal",
        "?limit=0",
        "?since=now",
        "?page=1",
    ] {
        let refused = scene.operator(
            Method::GET,
            &format!("/internal/errors{query}"),
            &Value::Null,
        );
        refused.expect_problem(400, "invalid_query");
    }
}

#[test]
fn a_resolved_group_that_returns_is_opened_again() {
    let scene = Scene::new();
    scene.report(&error("x")).expect(201);
    let group = scene.group();
    let note = json!({"note": "Fixed in 1.2"});
    let resolved = scene
        .operator(Method::POST, &path(&group, "/resolve"), &note)
        .expect(200);
    assert_eq!(
        (&resolved["status"], &resolved["note"]),
        (&json!("resolved"), &json!("Fixed in 1.2"))
    );
    assert!(resolved["resolvedAt"].is_string());
    assert_eq!(scene.errors_of(&group)[0]["resolved"], true);
    assert_eq!(scene.groups("?status=open").len(), 0);
    let again = scene
        .operator(Method::POST, &path(&group, "/resolve"), &Value::Null)
        .expect(200);
    assert_eq!(again, resolved, "again changes nothing");
    scene.report(&error("x")).expect(201);
    let back = scene.group();
    assert_eq!(
        (&back["status"], &back["reopened"], &back["count"]),
        (&json!("open"), &json!(1), &json!(2))
    );
    assert_eq!(
        (back.get("resolvedAt"), &back["note"]),
        (None, &json!("Fixed in 1.2"))
    );
    let kept = scene.errors_of(&group);
    assert_eq!(
        (&kept[0]["resolved"], &kept[1]["resolved"]),
        (&json!(false), &json!(true))
    );
}

#[test]
fn the_operator_opens_it_again() {
    let scene = Scene::new();
    scene.report(&error("x")).expect(201);
    let group = scene.group();
    scene
        .operator(Method::POST, &path(&group, "/resolve"), &Value::Null)
        .expect(200);
    let open = scene
        .operator(Method::POST, &path(&group, "/reopen"), &Value::Null)
        .expect(200);
    assert_eq!(
        (&open["status"], &open["reopened"]),
        (&json!("open"), &json!(0))
    );
    assert_eq!(scene.errors_of(&group)[0]["resolved"], false);
}

#[test]
fn what_is_not_there_or_wrong_is_refused() {
    let scene = Scene::new();
    for (method, path) in [
        (Method::GET, "/internal/errors/nothing"),
        (Method::GET, "/internal/errors/nothing/errors"),
        (Method::POST, "/internal/errors/nothing/resolve"),
        (Method::POST, "/internal/errors/nothing/reopen"),
    ] {
        scene
            .operator(method, path, &Value::Null)
            .expect_problem(404, "not_found");
    }
    scene.report(&error("x")).expect(201);
    let resolve = path(&scene.group(), "/resolve");
    for (body, field) in [
        (json!({"note": "x".repeat(1001)}), "note"),
        (json!({"note": 1}), "note"),
        (json!({"no": 1}), "no"),
    ] {
        let problem = scene
            .operator(Method::POST, &resolve, &body)
            .expect_problem(422, "validation_failed");
        assert_eq!(problem["errors"][0]["field"], field);
    }
    assert_eq!(scene.group()["status"], "open");
}
