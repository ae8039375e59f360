//! Messages that somebody has begun to write.

use super::group;
use whisper_testkit::{TestApp, json};

#[test]
fn a_draft_is_on_every_device_of_its_writer_and_nobody_elses() {
    let app = TestApp::start();
    let (ann, bob, eve) = (app.person("ann"), app.person("bob"), app.person("eve"));
    let conversation = group(&app, &ann, &[&bob]);
    let path = format!("{conversation}/draft");
    let draft = json!({"content": "See you", "custom": {"bold": [0, 3]}});
    let kept = ann.put(&app, &path, &draft).expect(200);

    let again = json!({"email": ann.email, "password": ann.password});
    let session = app.post("/v1/sessions").json(&again).send().expect(201);
    let token = session["accessToken"].as_str().unwrap();
    let other = |method: &str, path: &str| app.call(method, path).bearer(token).send();
    assert_eq!(other("GET", &path).expect(200), kept);
    let listed = other("GET", "/v1/me/drafts").expect(200);
    assert_eq!(listed["items"], json!([kept]));

    bob.get(&app, &path).expect_problem(404, "not_found");
    eve.get(&app, &path).expect_problem(404, "not_found");
    eve.put(&app, &path, &draft)
        .expect_problem(404, "not_found");
    ann.put(&app, &path, &json!({"content": ""}))
        .expect_problem(422, "validation_failed");

    other("DELETE", &path).expect(204);
    ann.get(&app, &path).expect_problem(404, "not_found");
}
