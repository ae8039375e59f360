//! The component through its edge.
#![allow(clippy::unwrap_used)]

use futures::executor::block_on;
use serde_json::{Value, json};
use whisper_kit::Method;
use whisper_kit::auth::{HASH_PATH, VERIFY_PATH};
use whisper_kit::testing::TestEdge;

fn edge() -> TestEdge {
    TestEdge::new(&passwords::api(), &[])
}

#[test]
fn only_the_password_that_was_hashed_is_right() {
    block_on(async {
        let edge = edge();
        let hashed = |password: &'static str| {
            let edge = &edge;
            async move {
                let body = json!({"password": password});
                let answer = edge.from_component(HASH_PATH, &body).await.expect(200);
                answer["hash"].as_str().unwrap().to_owned()
            }
        };
        let (one, other) = (hashed("correct horse").await, hashed("correct horse").await);
        assert!(one.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{one}");
        assert_ne!(one, other, "salted");
        for (password, hash, is_right) in [
            ("correct horse", &one, true),
            ("correct horse", &other, true),
            ("correct horsf", &one, false),
            ("", &one, false),
        ] {
            let body = json!({"password": password, "hash": hash});
            let answer = edge.from_component(VERIFY_PATH, &body).await.expect(200);
            assert_eq!(answer, json!({"isRight": is_right}), "{password}");
        }
    });
}

#[test]
fn nobody_outside_reaches_it() {
    block_on(async {
        let (edge, body) = (edge(), json!({"password": "correct horse"}));
        for path in [HASH_PATH, VERIFY_PATH] {
            let answer = edge.send(Method::POST, path, "", &body).await;
            answer.expect_problem(404, "route_not_found");
        }
    });
}

#[test]
fn what_no_password_can_be_is_refused_without_work() {
    block_on(async {
        let edge = edge();
        for (body, field, rule) in [
            (json!({}), "password", "required"),
            (json!({"password": 1}), "password", "type"),
            (json!({"password": "x".repeat(1025)}), "password", "size"),
        ] {
            let answer = edge.from_component(HASH_PATH, &body).await;
            let problem: Value = answer.expect_problem(422, "validation_failed");
            assert_eq!(problem["errors"][0]["field"], field, "{problem}");
            assert_eq!(problem["errors"][0]["rule"], rule, "{problem}");
        }
    });
}

#[test]
fn a_hash_that_is_none_is_a_fault() {
    block_on(async {
        let (edge, body) = (edge(), json!({"password": "x", "hash": "plain"}));
        let answer = edge.from_component(VERIFY_PATH, &body).await;
        answer.expect_problem(500, "internal");
    });
}
