//! Users whom another server signs in: they get profiles here, and none gets what belongs to another.

use std::rc::Rc;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use futures::executor::block_on;
use futures::join;
use serde_json::{Value, json};
use whisper_kit::auth::{IdentityServer, Verifying};
use whisper_kit::testing::{Answer, TestEdge};
use whisper_kit::{Method, Request};
use whisper_schema::prelude::{Account, AccountStatus, Document, Profile};
use whisper_store::{Batch, Get, Query};

/// Takes every JWT for its user's.
struct Credulous;

impl IdentityServer for Credulous {
    fn user_of<'a>(&'a self, jwt: &'a str) -> Verifying<'a> {
        let payload = URL_SAFE_NO_PAD.decode(jwt.split('.').nth(1).unwrap());
        let payload: Value = serde_json::from_slice(&payload.unwrap()).unwrap();
        let user = payload["userId"].as_str().map(str::to_owned);
        Box::pin(async move { Ok(user) })
    }
}

fn edge() -> TestEdge {
    TestEdge::new(&accounts::api(), &[]).signed_in_by(Rc::new(Credulous))
}

/// Calls as Appwrite does for a user; `body` null for none.
async fn call(
    edge: &TestEdge,
    user: &str,
    method: Method,
    path: &str,
    headers: &[(&'static str, &str)],
    body: Value,
) -> Answer {
    let payload = json!({"userId": user, "sessionId": "s"}).to_string();
    let jwt = format!("e30.{}.c2ln", URL_SAFE_NO_PAD.encode(payload));
    let mut request = Request::new(method, path);
    let identity = [
        ("x-appwrite-user-id", user),
        ("x-appwrite-user-jwt", &jwt),
        ("content-type", "application/json"),
    ];
    for (name, value) in identity.iter().chain(headers) {
        request.headers.insert(*name, value.parse().unwrap());
    }
    if !body.is_null() {
        request.body = body.to_string().into();
    }
    edge.request(request).await
}

async fn me(edge: &TestEdge, user: &str) -> Value {
    let answer = call(edge, user, Method::GET, "/v1/me", &[], Value::Null).await;
    answer.expect(200)
}

async fn count<D: Document>(edge: &TestEdge) -> u64 {
    edge.store()
        .read(Query::<D>::new().count(100))
        .await
        .unwrap()
}

#[test]
fn a_user_gets_account_and_profile_at_first_use_and_once() {
    block_on(async {
        let edge = edge();
        let (one, other) = join!(me(&edge, "ann"), me(&edge, "ann"));
        assert_eq!(one, other);
        assert_eq!(one["id"], "ann");
        assert_eq!(one["userId"], "ann");
        assert!(one["username"].as_str().unwrap().starts_with("user_"));
        assert_eq!(me(&edge, "ann").await, one);
        let account = edge
            .store()
            .read(Get::<Account>::id("ann"))
            .await
            .unwrap()
            .unwrap();
        assert_eq!(account.status, AccountStatus::Active);
        assert_eq!((&account.email, &account.password_hash), (&None, &None));
        assert_eq!(
            (count::<Account>(&edge).await, count::<Profile>(&edge).await),
            (1, 1)
        );
    });
}

#[test]
fn a_profile_can_be_changed_before_it_was_read() {
    block_on(async {
        let edge = edge();
        let body = json!({"username": "ann.b", "displayName": "Ann"});
        let any = [("if-match", "*")];
        let changed = call(&edge, "ann", Method::PATCH, "/v1/me", &any, body).await;
        assert_eq!(changed.expect(200)["username"], "ann.b");
        // A user name that is taken isn't given again, nor anybody else's profile with it.
        let body = json!({"username": "ann.b"});
        let refused = call(&edge, "bob", Method::PATCH, "/v1/me", &any, body).await;
        refused.expect_problem(409, "username_taken");
        assert_eq!(me(&edge, "bob").await["id"], "bob");
        assert_eq!(me(&edge, "ann").await["displayName"], "Ann");
    });
}

#[test]
fn appwrite_tells_of_a_user_who_signed_up() {
    block_on(async {
        let edge = edge();
        let told = |body: Value| {
            let edge = &edge;
            async move {
                edge.from_component("/internal/events", &body)
                    .await
                    .expect(204);
            }
        };
        told(json!({"$id": "ann", "name": "Ann", "email": "ann@example.com"})).await;
        let first = me(&edge, "ann").await;
        assert_eq!(first["displayName"], "Ann");
        assert_eq!(first.get("email"), None, "nobody asked to show it");
        // Twice, and with another name: the profile that is there stays.
        told(json!({"$id": "ann", "name": "Somebody else"})).await;
        assert_eq!(me(&edge, "ann").await, first);
        told(json!({"$id": "bob", "name": ""})).await;
        told(json!({"$id": "bea", "name": "x".repeat(101)})).await;
        assert_eq!(count::<Profile>(&edge).await, 3);
        for id in ["", "-x", "01a2077f-6e99-72dd-b9ef-a3f3c3d8fc52"] {
            told(json!({"$id": id, "name": "No"})).await;
        }
        assert_eq!(count::<Account>(&edge).await, 3);
    });
}

#[test]
fn who_is_faster_than_the_news_of_them_gets_their_name_all_the_same() {
    block_on(async {
        let edge = edge();
        let told = async |id: &str, name: &str| {
            let body = json!({"$id": id, "name": name});
            let answer = edge.from_component("/internal/events", &body).await;
            answer.expect(204);
        };
        assert_eq!(me(&edge, "ann").await.get("displayName"), None);
        told("ann", "").await;
        told("ann", "Ann").await;
        assert_eq!(me(&edge, "ann").await["displayName"], "Ann");
        told("ann", "Somebody else").await;
        assert_eq!(me(&edge, "ann").await["displayName"], "Ann");
        // A user who has edited the profile has chosen to have none.
        me(&edge, "bob").await;
        let (any, body) = ([("if-match", "*")], json!({"bio": "hi"}));
        let edited = call(&edge, "bob", Method::PATCH, "/v1/me", &any, body).await;
        let edited = edited.expect(200);
        told("bob", "Bob").await;
        assert_eq!(me(&edge, "bob").await, edited);
    });
}

#[test]
fn nobody_else_can_tell_of_a_user() {
    block_on(async {
        let edge = edge();
        let body = json!({"$id": "bob", "name": "Bob"});
        let answer = call(&edge, "ann", Method::POST, "/internal/events", &[], body).await;
        answer.expect_problem(404, "route_not_found");
        // Where accounts are our own the route makes no account either.
        let ours = TestEdge::new(&accounts::api(), &[]);
        let answer = ours
            .from_component("/internal/events", &json!({"$id": "bob"}))
            .await;
        answer.expect_problem(404, "not_found");
        assert_eq!(
            count::<Account>(&ours).await + count::<Account>(&edge).await,
            0
        );
    });
}

#[test]
fn an_account_that_was_made_here_stays_its_owners() {
    block_on(async {
        let edge = edge();
        let ours = Account {
            id: "01a2077f-6e99-72dd-b9ef-a3f3c3d8fc52".to_owned(),
            is_anonymous: true,
            created_at: edge.ctx().now(),
            updated_at: edge.ctx().now(),
            ..Account::default()
        };
        edge.store()
            .commit(Batch::new().insert(&ours))
            .await
            .unwrap();
        let answer = call(&edge, &ours.id, Method::GET, "/v1/me", &[], Value::Null).await;
        answer.expect_problem(401, "token_invalid");
    });
}

#[test]
fn signing_up_and_in_is_appwrites_business() {
    block_on(async {
        let edge = edge();
        let body = json!({"email": "ann@example.com", "password": "correct horse battery"});
        for (method, path) in [
            (Method::POST, "/v1/accounts"),
            (Method::POST, "/v1/accounts/anonymous"),
            (Method::POST, "/v1/sessions"),
            (Method::GET, "/v1/sessions"),
            (Method::DELETE, "/v1/sessions"),
            (Method::GET, "/v1/me/account"),
            (Method::GET, "/.well-known/jwks.json"),
        ] {
            let answer = call(&edge, "ann", method.clone(), path, &[], body.clone()).await;
            assert_eq!(answer.body["code"], "route_not_found", "{method} {path}");
        }
        assert_eq!(count::<Account>(&edge).await, 0);
    });
}
