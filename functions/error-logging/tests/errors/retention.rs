//! What is old goes.

use super::*;
use whisper_schema::prelude::{ErrorGroup, ErrorLink, ErrorLog};

fn run(scene: &Scene) -> Value {
    scene
        .operator(Method::POST, "/internal/jobs/error-retention", &Value::Null)
        .expect(200)
}

fn kept(scene: &Scene) -> [u64; 3] {
    [
        scene.count::<ErrorLog>(),
        scene.count::<ErrorLink>(),
        scene.count::<ErrorGroup>(),
    ]
}

#[test]
fn errors_go_after_their_time_and_groups_with_the_last() {
    let scene = Scene::with(&[
        ("error_retention_days", "10"),
        ("error_rate_per_minute", "0"),
    ]);
    for n in 0..250 {
        let mut body = error("old");
        body["fingerprint"] = format!("{}", n % 5).into();
        scene.report(&body).expect(201);
    }
    scene.edge.advance(6 * DAY);
    let token = block_on(scene.edge.session(&scene.user));
    let mut body = error("new");
    body["fingerprint"] = "0".into();
    block_on(scene.edge.send(Method::POST, "/v1/errors", &token, &body)).expect(201);
    assert_eq!(run(&scene)["done"], 0);
    assert_eq!(kept(&scene), [251, 251, 5]);
    scene.edge.advance(5 * DAY);
    let report = run(&scene);
    assert_eq!(
        (&report["done"], &report["capped"]),
        (&json!(254), &json!(false))
    );
    assert_eq!(
        kept(&scene),
        [1, 1, 1],
        "the group that was seen since stays"
    );
    assert_eq!(scene.group()["count"], 51);
    scene.edge.advance(6 * DAY);
    run(&scene);
    assert_eq!(kept(&scene), [0, 0, 0]);
}
