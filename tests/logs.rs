//! Secrets that the log must not have: passwords, tokens, contents, keys.

use whisper_testkit::{Person, TestApp, json};

const CONTENT: &str = "meet me under the old bridge";

/// Renames a table, so that it is gone for a while: a request that needs it fails with its cause in the log.
fn rename(app: &TestApp, from: &str, to: &str) {
    crate::stored::run(app, &format!("ALTER TABLE {from} RENAME TO {to}"));
}

/// Uses secrets in each way, right and wrong.
fn use_secrets(app: &TestApp, ann: &Person, conversation: &str) {
    let message = json!({"contentType": "text", "content": CONTENT});
    let messages = format!("{conversation}/messages");
    let credentials = json!({"email": ann.email, "password": ann.password});
    let sign_in = || app.post("/v1/sessions").json(&credentials).send();
    sign_in().expect(201);
    ann.post(app, &messages, &message).expect(201);
    ann.get(app, &format!("{messages}?token={}", ann.token))
        .expect_problem(400, "invalid_query");
    app.get("/v1/me").bearer(&ann.refresh_token).send();
    app.post("/v1/sessions/refresh")
        .raw("application/json", ann.refresh_token.as_bytes())
        .send()
        .expect_problem(400, "invalid_json");
    app.run_job("story-expiry").expect(200);
    ann.post(
        app,
        "/v1/errors",
        &json!({"errorType": "oops", "errorMessage": "It broke"}),
    );
    rename(app, "messages", "messages_gone");
    ann.post(app, &messages, &message)
        .expect_problem(500, "internal");
    rename(app, "accounts", "accounts_gone");
    sign_in().expect_problem(500, "internal");
    rename(app, "sessions", "sessions_gone");
    ann.get(app, "/v1/me").expect_problem(500, "internal");
    app.post("/v1/sessions/refresh")
        .json(&json!({"refreshToken": ann.refresh_token}))
        .send()
        .expect_problem(500, "internal");
    rename(app, "stories", "stories_gone");
    app.run_job("story-expiry").expect_problem(500, "internal");
}

#[test]
fn the_log_has_no_passwords_tokens_contents_or_keys() {
    let Some(mut app) = TestApp::own().start() else {
        return;
    };
    let (ann, bob) = (app.person("ann"), app.person("bob"));
    let body = json!({"type": "direct", "participantIds": [bob.id]});
    let made = ann.post(&app, "/v1/conversations", &body).expect(201);
    let conversation = format!("/v1/conversations/{}", made["id"].as_str().unwrap());
    use_secrets(&app, &ann, &conversation);
    let key = app.operator_key().to_owned();
    assert!(app.stop());
    let log = app.log();
    assert!(log.contains("/v1/sessions"), "requests stand in it: {log}");
    // In SQLite's words, or in PostgreSQL's.
    let causes = ["no such table", "does not exist"];
    let is_told = causes.iter().any(|cause| log.contains(cause));
    assert!(is_told, "and causes: {log}");
    let secrets = [
        ("the password", ann.password.as_str()),
        ("the access token", &ann.token),
        ("the refresh token", &ann.refresh_token),
        ("the content", CONTENT),
        ("the e-mail address", &ann.email),
        ("the operator's key", &key),
    ];
    for (name, secret) in secrets {
        assert!(secret.len() > 8, "{name} is known");
        assert!(!log.contains(secret), "{name} stands in {log}");
    }
}
