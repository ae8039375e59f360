//! Finding friends by hashes of their addresses, and taking over an address book.

use whisper_testkit::{Person, TestApp, Value, json};

use super::{block, keep, kept, users};

fn import(app: &TestApp, who: &Person, contacts: &Value) -> Value {
    let body = json!({ "contacts": contacts });
    who.post(app, "/v1/contact-imports", &body).expect(200)
}

#[test]
fn the_salt_is_this_servers_and_stays() {
    let app = TestApp::start();
    let (ann, bob) = (app.person("ann"), app.person("bob"));
    let how = ann.get(&app, "/v1/contact-discovery").expect(200);
    assert_eq!(how["algorithm"], "sha256");
    assert!(how["salt"].as_str().unwrap().len() >= 32, "{how}");
    assert_eq!(bob.get(&app, "/v1/contact-discovery").expect(200), how);
}

#[test]
fn an_address_that_nobody_verified_leads_to_nobody() {
    let app = TestApp::start();
    let (ann, bob) = (app.person("ann"), app.person("bob"));
    let settings = json!({
        "phone": "+41791234567",
        "privacySettings": {"findByEmail": "everyone", "findByPhone": "everyone"},
    });
    let change = bob.call(&app, "PATCH", "/v1/me").json(&settings);
    change.send().expect(200);
    let how = ann.get(&app, "/v1/contact-discovery").expect(200);
    let hashes: Vec<String> = [bob.email.as_str(), "+41791234567"]
        .map(|address| sha256(&format!("{}{address}", how["salt"].as_str().unwrap())))
        .to_vec();
    let body = json!({ "hashes": hashes });
    let found = ann.post(&app, "/v1/contact-discovery", &body).expect(200);
    assert_eq!(found["items"], json!([]));
    let answer = import(&app, &ann, &json!([{ "hashes": hashes }]));
    assert_eq!(
        (&answer["added"], &answer["unmatched"]),
        (&json!(0), &json!(1))
    );
}

#[test]
fn somebody_is_found_by_the_address_that_the_operator_verified() {
    let app = TestApp::start();
    if !app.has_operator_key() {
        return;
    }
    let (ann, bob) = (app.person("ann"), app.person("bob"));
    let email = format!("{}@friends.example", bob.id);
    let path = format!("/internal/users/{}/addresses", bob.id);
    let verify = app.call("PUT", &path).bearer(app.operator_key());
    verify.json(&json!({"email": email})).send().expect(204);
    let how = ann.get(&app, "/v1/contact-discovery").expect(200);
    let hash = sha256(&format!("{}{email}", how["salt"].as_str().unwrap()));
    let look = || {
        let body = json!({"hashes": [hash]});
        let found = ann.post(&app, "/v1/contact-discovery", &body).expect(200);
        found["items"][0]["user"]["id"].clone()
    };
    assert_eq!(look(), Value::Null, "nobody may at first");
    let settings = json!({"privacySettings": {"findByEmail": "everyone"}});
    let change = bob.call(&app, "PATCH", "/v1/me").json(&settings);
    change.send().expect(200);
    assert_eq!(look(), json!(bob.id));
    let answer = import(&app, &ann, &json!([{ "hashes": [hash] }]));
    assert_eq!(answer["added"], json!(1));
}

fn sha256(text: &str) -> String {
    use sha2::{Digest, Sha256};
    let digest = Sha256::digest(text.as_bytes());
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[test]
fn an_address_book_is_taken_over_and_faults_are_named_by_place() {
    let app = TestApp::start();
    let (ann, bob, cid, dan) = (
        app.person("ann"),
        app.person("bob"),
        app.person("cid"),
        app.person("dan"),
    );
    keep(&app, &ann, &bob, &json!({"nickname": "B"})).expect(201);
    block(&app, &dan, &ann);
    let sent = json!([
        {"userId": bob.id, "nickname": "Other"},
        {"userId": cid.id, "nickname": "C", "tags": ["work"]},
        {"userId": dan.id},
        {"userId": "nobody"},
        {"userId": cid.id, "tags": "work"},
    ]);
    let answer = import(&app, &ann, &sent);
    assert_eq!((&answer["added"], &answer["known"]), (&json!(1), &json!(1)));
    let refused: Vec<(&Value, &Value)> = answer["refused"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| (&one["index"], &one["errors"][0]["field"]))
        .collect();
    let expected = [
        (json!(2), json!("contacts[2].userId")),
        (json!(3), json!("contacts[3].userId")),
        (json!(4), json!("contacts[4].tags")),
    ];
    let expected: Vec<(&Value, &Value)> = expected.iter().map(|(i, f)| (i, f)).collect();
    assert_eq!(refused, expected);
    assert_eq!(
        answer["refused"][0]["errors"][0]["rule"], answer["refused"][1]["errors"][0]["rule"],
        "blocked people look like nobody"
    );
    assert_eq!(kept(&app, &ann, "?tag=work"), [cid.id.as_str()]);
    let again = import(&app, &ann, &sent);
    assert_eq!((&again["added"], &again["known"]), (&json!(0), &json!(2)));
}

#[test]
fn what_is_no_hash_and_no_import_is_refused() {
    let app = TestApp::start();
    let ann = app.person("ann");
    let look = |body: &Value| ann.post(&app, "/v1/contact-discovery", body);
    look(&json!({"hashes": []})).expect_fields(&["hashes"]);
    look(&json!({"hashes": ["ann@example.com"], "salt": "x"}))
        .expect_fields(&["hashes[0]", "salt"]);
    look(&json!({"hashes": vec!["0".repeat(64); 1001]})).expect_fields(&["hashes"]);
    let sent = |body: &Value| ann.post(&app, "/v1/contact-imports", body);
    sent(&json!({"contacts": vec![json!({}); 5001]})).expect_fields(&["contacts"]);
    sent(&json!({"contacts": [{}]})).expect_fields(&["contacts[0].userId"]);
    let large = format!("{{\"contacts\": \"{}\"}}", "x".repeat(4 * 1024 * 1024));
    ann.call(&app, "POST", "/v1/contact-imports")
        .raw("application/json", large.as_bytes())
        .send()
        .expect_problem(413, "payload_too_large");
    assert!(users(&ann.get(&app, "/v1/contacts").expect(200)).is_empty());
}
