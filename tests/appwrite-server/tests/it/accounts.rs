//! Signing up and in, at the project and at the console: A:app/controllers/api/account.php, A:app/init/resources/request.php.

use appwrite_server::{CONSOLE, OWNER};
use serde_json::{Value, json};

use crate::Client;

const PASSWORD: &str = "correct horse battery";

pub fn sign_up(client: &Client, id: &str) -> Value {
    let email = format!("{id}@example.com");
    let body = json!({"userId": id, "email": email, "password": PASSWORD, "name": id});
    client.as_(&[]).post("/account", body).good()
}

/// The same server, called with the cookie of a session.
pub fn sign_in(client: &Client, id: &str) -> Client {
    let login = json!({"email": format!("{id}@example.com"), "password": PASSWORD});
    let headers = client.as_(&[]).headers_of("/account/sessions/email", login);
    client.as_(&[("cookie", &cookie(&headers, "a_session_whisper-test"))])
}

/// The cookie of this name, among those that an answer brings.
fn cookie(headers: &[(String, String)], name: &str) -> String {
    let is_it = |value: &str| value.starts_with(&format!("{name}="));
    let mut all = headers.iter().filter(|(name, _)| name == "set-cookie");
    let (_, value) = all.find(|(_, value)| is_it(value)).unwrap();
    value.clone()
}

/// The client of somebody who signed in at the console, as command lines do.
pub fn console(client: &Client) -> (Client, String) {
    let console = client
        .as_nobody()
        .as_only(&[("x-appwrite-project", CONSOLE)]);
    let login = json!({"email": OWNER.email, "password": OWNER.password});
    let headers = console.headers_of("/account/sessions/email", login);
    let cookie = cookie(&headers, "a_session_console");
    let signed_in = [("x-appwrite-project", CONSOLE), ("cookie", &cookie)];
    (client.as_only(&signed_in), cookie)
}

#[test]
fn who_signs_up_can_sign_in_and_is_told_of() {
    let client = Client::new();
    let made = sign_up(&client, "ann");
    assert_eq!(
        (&made["$id"], &made["name"]),
        (&json!("ann"), &json!("ann"))
    );
    let events = client.server.events();
    assert_eq!(events[0].name, "users.ann.create");
    assert_eq!(events[0].payload["email"], "ann@example.com");

    let ann = sign_in(&client, "ann");
    assert_eq!(ann.get("/account").good()["$id"], "ann");
    // Another session beside it is refused, and none is made of a JWT.
    let login = json!({"email": "ann@example.com", "password": PASSWORD});
    let active = ann.post("/account/sessions/email", login);
    assert_eq!(active.refused(), (401, "user_session_already_exists"));
    let jwt = ann.post("/account/jwts", json!({})).good()["jwt"].clone();
    let by_jwt = client.as_(&[("x-appwrite-jwt", jwt.as_str().unwrap())]);
    assert_eq!(by_jwt.get("/account").good()["$id"], "ann");
    assert_eq!(by_jwt.post("/account/jwts", json!({})).status, 403);

    // A session that has ended ends its JWTs.
    ann.delete("/account/sessions/current").good();
    let missing = (401, "general_unauthorized_scope");
    assert_eq!(ann.get("/account").refused(), missing);
    assert_eq!(by_jwt.get("/account").refused(), missing);
}

/// Browsers that keep no cookies send them in a header, and servers the secret alone.
#[test]
fn a_session_is_shown_in_three_ways() {
    let client = Client::new();
    sign_up(&client, "ann");
    let login = json!({"email": "ANN@example.com", "password": PASSWORD});
    let headers = client.as_(&[]).headers_of("/account/sessions/email", login);
    let fallback = headers
        .iter()
        .find(|(name, _)| name == "x-fallback-cookies");
    let (_, fallback) = fallback.unwrap();
    let cookies: Value = serde_json::from_str(fallback).unwrap();
    let secret = cookies["a_session_whisper-test"].as_str().unwrap();
    for shown in [
        ("x-fallback-cookies", fallback.as_str()),
        ("x-appwrite-session", secret),
    ] {
        assert_eq!(client.as_(&[shown]).get("/account").status, 200);
    }
    let jwt = client.server.jwt("bob", &[]);
    let both = client.as_(&[("x-appwrite-session", secret), ("x-appwrite-jwt", &jwt)]);
    assert_eq!(
        both.get("/account").refused(),
        (403, "user_jwt_and_cookie_set")
    );
    let forged = client.as_(&[("x-appwrite-session", "bm9uZQ==")]);
    assert_eq!(forged.get("/account").status, 401);
}

#[test]
fn what_is_wrong_with_a_sign_up_or_a_sign_in_is_said() {
    let client = Client::new();
    sign_up(&client, "ann");
    let guest = client.as_(&[]);
    let up = |change: Value| {
        let mut body = json!({"userId": "bob", "email": "bob@example.com", "password": PASSWORD});
        body.as_object_mut()
            .unwrap()
            .extend(change.as_object().unwrap().clone());
        guest.post("/account", body)
    };
    let invalid = (400, "general_argument_invalid");
    for wrong in [
        json!({"userId": "_bob"}),
        json!({"email": "bob"}),
        json!({"password": "short"}),
        json!({"name": "n".repeat(129)}),
        json!({"email": null}),
    ] {
        assert_eq!(up(wrong.clone()).refused(), invalid, "{wrong}");
    }
    for taken in [
        json!({"userId": "ann"}),
        json!({"email": "Ann@example.com"}),
    ] {
        assert_eq!(up(taken).refused(), (409, "user_already_exists"));
    }
    let login = |email: &str, password: &str| {
        let body = json!({"email": email, "password": password});
        guest.post("/account/sessions/email", body)
    };
    let wrong = (401, "user_invalid_credentials");
    assert_eq!(
        login("ann@example.com", "not the password").refused(),
        wrong
    );
    assert_eq!(login("eve@example.com", PASSWORD).refused(), wrong);
    client.server.block("ann");
    assert_eq!(
        login("ann@example.com", PASSWORD).refused(),
        (403, "user_blocked")
    );
}

/// The owner of the project may do everything in it, in the mode of the console alone; a project's user may not.
#[test]
fn the_console_opens_the_project() {
    let client = Client::new();
    let (console, cookie) = console(&client);
    assert_eq!(console.get("/account").good()["email"], OWNER.email);
    let variables = console.get("/console/variables").good();
    assert_eq!(variables["_APP_COMPUTE_SIZE_LIMIT"], 30_000_000);
    assert_eq!(console.get("/functions").status, 401, "no project's");

    let admin = client.as_(&[("cookie", &cookie), ("x-appwrite-mode", "admin")]);
    admin.get("/functions").good();
    admin.row("a", json!({"name": "x"})).good();
    let plain = client.as_(&[("cookie", &cookie)]);
    assert_eq!(plain.get("/functions").status, 401);
    sign_up(&client, "ann");
    let ann = sign_in(&client, "ann").get("/functions");
    assert_eq!(ann.refused(), (401, "general_unauthorized_scope"));
    let said = "ann@example.com (role: users) missing scopes ([\"functions.read\"])";
    assert_eq!(ann.body["message"], said);

    let body = json!({"userId": "eve", "email": "eve@example.com", "password": PASSWORD});
    let up = client
        .as_only(&[("x-appwrite-project", CONSOLE)])
        .post("/account", body);
    assert_eq!(up.refused(), (401, "user_email_not_whitelisted"));
}
