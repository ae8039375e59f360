//! Guessing passwords is slowed down, without locking the owner out.

use whisper_testkit::{Builder, Person, Reply, TestApp, json};

use super::fresh_email;

/// A bundle that believes a header about where a request comes from.
fn behind_proxy() -> Builder {
    TestApp::own().variable("client_address_header", "x-forwarded-for")
}

fn sign_in_from(app: &TestApp, address: &str, email: &str, password: &str) -> Reply {
    app.post("/v1/sessions")
        .header("x-forwarded-for", address)
        .json(&json!({"email": email, "password": password}))
        .send()
}

fn fail(app: &TestApp, address: &str, email: &str, times: usize) {
    for _ in 0..times {
        sign_in_from(app, address, email, "wrong password")
            .expect_problem(401, "invalid_credentials");
    }
}

fn retry_after(reply: Reply) -> u64 {
    let seconds = reply
        .header("retry-after")
        .expect("retry-after")
        .parse()
        .unwrap();
    reply.expect_problem(429, "rate_limited");
    seconds
}

fn person_from(app: &TestApp, address: &str) -> Person {
    // The person signs up from elsewhere (the connection's address is not the header's).
    let alice = app.person("alice");
    sign_in_from(app, address, &alice.email, &alice.password).expect(201);
    alice
}

#[test]
fn after_five_failures_each_attempt_waits_longer() {
    let Some(app) = behind_proxy().start() else {
        return;
    };
    let alice = app.person("alice");
    fail(&app, "192.0.2.1", &alice.email, 5);
    let mut waits = Vec::new();
    for _ in 0..8 {
        // The right password waits as well: otherwise the answer would tell it.
        let wait = retry_after(sign_in_from(
            &app,
            "192.0.2.1",
            &alice.email,
            &alice.password,
        ));
        waits.push(wait);
        app.advance(&format!("{wait}s"));
        fail(&app, "192.0.2.1", &alice.email, 1);
    }
    assert_eq!(waits, [1, 2, 4, 8, 16, 32, 60, 60]);
}

#[test]
fn an_unknown_address_is_slowed_down_alike() {
    let Some(app) = behind_proxy().start() else {
        return;
    };
    let email = fresh_email();
    fail(&app, "192.0.2.1", &email, 5);
    assert_eq!(
        retry_after(sign_in_from(&app, "192.0.2.1", &email, "wrong password")),
        1
    );
}

#[test]
fn the_owner_elsewhere_does_not_wait() {
    let Some(app) = behind_proxy().start() else {
        return;
    };
    let alice = person_from(&app, "198.51.100.7");
    fail(&app, "192.0.2.1", &alice.email, 5);
    retry_after(sign_in_from(
        &app,
        "192.0.2.1",
        &alice.email,
        "wrong password",
    ));
    sign_in_from(&app, "198.51.100.7", &alice.email, &alice.password).expect(201);
    sign_in_from(&app, "203.0.113.9", &alice.email, &alice.password).expect(201);
}

#[test]
fn a_success_forgets_the_failures() {
    let Some(app) = behind_proxy().start() else {
        return;
    };
    let alice = app.person("alice");
    for _ in 0..3 {
        fail(&app, "192.0.2.1", &alice.email, 4);
        sign_in_from(&app, "192.0.2.1", &alice.email, &alice.password).expect(201);
    }
}

#[test]
fn failures_are_forgotten_after_a_quarter_of_an_hour() {
    let Some(app) = behind_proxy().start() else {
        return;
    };
    let alice = app.person("alice");
    fail(&app, "192.0.2.1", &alice.email, 5);
    app.advance("15m");
    fail(&app, "192.0.2.1", &alice.email, 5);
}

#[test]
fn guesses_in_parallel_gain_nothing() {
    let Some(app) = behind_proxy().start() else {
        return;
    };
    let alice = app.person("alice");
    let statuses: Vec<u16> = std::thread::scope(|scope| {
        let guess = || sign_in_from(&app, "192.0.2.1", &alice.email, "wrong password").status;
        let calls: Vec<_> = (0..16).map(|_| scope.spawn(guess)).collect();
        calls.into_iter().map(|call| call.join().unwrap()).collect()
    });
    let looked_at = statuses.iter().filter(|status| **status == 401).count();
    assert!(
        statuses.iter().all(|status| matches!(status, 401 | 429)),
        "{statuses:?}"
    );
    // More than five only if so much time went by that the next wait was over.
    assert!((1..=7).contains(&looked_at), "{statuses:?}");
}

#[test]
fn neighbours_in_one_ipv6_network_are_one() {
    let Some(app) = behind_proxy().start() else {
        return;
    };
    let alice = app.person("alice");
    for host in 1..=5 {
        fail(&app, &format!("2001:db8:0:7::{host}"), &alice.email, 1);
    }
    retry_after(sign_in_from(
        &app,
        "2001:db8:0:7:ffff::1",
        &alice.email,
        "wrong password",
    ));
    fail(&app, "2001:db8:0:8::1", &alice.email, 1);
}

#[test]
fn one_address_fails_so_often_over_all_accounts() {
    let Some(app) = behind_proxy().start() else {
        return;
    };
    let alice = person_from(&app, "192.0.2.1");
    let bob = app.person("bob");
    for _ in 0..50 {
        fail(&app, "192.0.2.1", &fresh_email(), 1);
    }
    let wait = retry_after(sign_in_from(&app, "192.0.2.1", &bob.email, &bob.password));
    assert!((1..=900).contains(&wait), "{wait}");
    // An account that was signed in to from there before isn't kept out by others behind the same address.
    sign_in_from(&app, "192.0.2.1", &alice.email, &alice.password).expect(201);
    sign_in_from(&app, "192.0.2.2", &bob.email, &bob.password).expect(201);
    app.advance("15m");
    sign_in_from(&app, "192.0.2.1", &bob.email, &bob.password).expect(201);
}
