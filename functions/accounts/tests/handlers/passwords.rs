//! Signing in with passwords, however they were typed.

use std::cell::RefCell;

use futures::executor::block_on;
use futures::future::join_all;
use serde_json::{Value, json};
use whisper_kit::testing::{Answer, TestEdge};
use whisper_kit::{Method, auth};
use whisper_schema::prelude::Account;
use whisper_store::{Batch, Get, Patch};

use super::common::{edge, signed_in};

const EMAIL: &str = "ann@example.com";
const COMPOSED: &str = "caf\u{e9} cr\u{e8}me";
const DECOMPOSED: &str = "cafe\u{301}\u{a0}cre\u{300}me";

async fn sign_up(edge: &TestEdge, password: &str) -> Value {
    let body = json!({"email": EMAIL, "password": password, "username": "ann"});
    let answer = edge.send(Method::POST, "/v1/accounts", "", &body).await;
    answer.expect(201)
}

async fn sign_in(edge: &TestEdge, password: &str) -> Answer {
    let body = json!({"email": EMAIL, "password": password});
    edge.send(Method::POST, "/v1/sessions", "", &body).await
}

async fn stored_hash(edge: &TestEdge, id: &str) -> String {
    let account = edge.store().read(Get::<Account>::id(id)).await.unwrap();
    account.unwrap().into_inner().password_hash.unwrap()
}

#[test]
fn signing_in_answers_as_signing_up_does() {
    block_on(async {
        let edge = edge();
        let up = sign_up(&edge, "correct horse").await;
        let inside = sign_in(&edge, "correct horse").await.expect(201);
        let keys = |body: &Value| {
            body.as_object()
                .unwrap()
                .keys()
                .cloned()
                .collect::<Vec<_>>()
        };
        assert_eq!(keys(&up), keys(&inside));
        assert_eq!(up["profile"], inside["profile"]);
        assert_eq!(up["account"]["id"], inside["account"]["id"]);
        assert!(inside["refreshToken"].as_str().unwrap().starts_with("wrt_"));
        sign_in(&edge, "correct horsf")
            .await
            .expect_problem(401, "invalid_credentials");
    });
}

#[test]
fn the_same_word_of_another_keyboard_signs_in() {
    block_on(async {
        let edge = edge();
        sign_up(&edge, DECOMPOSED).await;
        for password in [COMPOSED, DECOMPOSED] {
            sign_in(&edge, password).await.expect(201);
        }
    });
}

#[test]
fn a_hash_of_before_still_verifies_and_is_made_anew() {
    block_on(async {
        let edge = edge();
        let ann = signed_in(&sign_up(&edge, "correct horse").await);
        let old = auth::hash_password(&edge.ctx(), DECOMPOSED).await.unwrap();
        let patch = Patch::new().set(Account::PASSWORD_HASH, old.as_str());
        let batch = Batch::new().update(&ann.id, patch);
        edge.store().commit(batch).await.unwrap();
        sign_in(&edge, COMPOSED)
            .await
            .expect_problem(401, "invalid_credentials");
        sign_in(&edge, DECOMPOSED).await.expect(201);
        assert_ne!(stored_hash(&edge, &ann.id).await, old);
        sign_in(&edge, COMPOSED).await.expect(201);
    });
}

#[test]
fn whoever_signs_in_several_times_at_once_does_not_wait() {
    block_on(async {
        let edge = edge();
        sign_up(&edge, "correct horse").await;
        let all = (0..4).map(|_| sign_in(&edge, "correct horse"));
        for answer in join_all(all).await {
            answer.expect(201);
        }
    });
}

#[test]
fn others_do_not_wait_for_all_who_sign_in() {
    block_on(async {
        let edge = edge();
        let ann = signed_in(&sign_up(&edge, "correct horse").await);
        let done = RefCell::new(Vec::new());
        let signing_in = (0..4).map(|_| async {
            sign_in(&edge, "correct horse").await.expect(201);
            done.borrow_mut().push("signed in");
        });
        let reading = async {
            ann.get(&edge, "/v1/me").await.expect(200);
            done.borrow_mut().push("read");
        };
        futures::join!(join_all(signing_in), reading);
        let place = done.borrow().iter().position(|what| *what == "read");
        assert!(place <= Some(1), "{done:?}");
    });
}
