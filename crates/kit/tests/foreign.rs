//! Users that another server signs in.
#![allow(clippy::unwrap_used, missing_docs)]

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use futures::executor::block_on;
use serde_json::{Value, json};
use whisper_kit::auth::{IdentityServer, Verifying, issue_bot_token};
use whisper_kit::ids::new_program_id;
use whisper_kit::testing::{Answer, START, TestEdge};
use whisper_kit::{Api, Code, Ctx, Endpoint, Error, Method, Reply, Request, Result};
use whisper_schema::prelude::{Account, AccountStatus};
use whisper_store::{Batch, Query};

const NOW: i64 = START / 1000;

/// Knows some JWTs, and how often it was asked.
#[derive(Default)]
struct Server {
    users: RefCell<BTreeMap<String, String>>,
    asked: Cell<u32>,
    is_down: Cell<bool>,
}

impl Server {
    /// Signs a JWT for a user.
    fn sign(&self, user: &str, payload: &Value) -> String {
        let jwt = jwt(payload);
        self.users.borrow_mut().insert(jwt.clone(), user.to_owned());
        jwt
    }

    fn sign_in(&self, user: &str) -> String {
        self.sign(
            user,
            &json!({"userId": user, "sessionId": "s1", "exp": NOW + 960}),
        )
    }
}

impl IdentityServer for Server {
    fn user_of<'a>(&'a self, jwt: &'a str) -> Verifying<'a> {
        self.asked.set(self.asked.get() + 1);
        let answer = if self.is_down.get() {
            Err(Error::new(Code::Unavailable, "down"))
        } else {
            Ok(self.users.borrow().get(jwt).cloned())
        };
        Box::pin(async move { answer })
    }
}

fn jwt(payload: &Value) -> String {
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    format!("{}.{}.c2ln", part(&json!({"alg": "HS256"})), part(payload))
}

async fn whoami(ctx: Ctx, _: Request) -> Result<Reply> {
    let caller = ctx.caller()?;
    Reply::ok(&json!({"user": caller.user_id, "session": caller.session_id}))
}

async fn reading(ctx: Ctx, _: Request) -> Result<Reply> {
    let (accounts, caller) = (Query::<Account>::new().count(9), ctx.caller()?);
    ctx.read(accounts).await?;
    Reply::ok(&json!({"user": caller.user_id, "session": caller.session_id}))
}

fn edge() -> (TestEdge, Rc<Server>) {
    let api = Api::new("me", "Who.")
        .endpoint(Endpoint::new(Method::GET, "/v1/me", "me", "", whoami))
        .endpoint(Endpoint::new(
            Method::GET,
            "/v1/reading",
            "reading",
            "",
            reading,
        ))
        .endpoint(Endpoint::new(Method::GET, "/v1/bots", "bots", "", reading).for_bots())
        .endpoint(
            Endpoint::new(Method::POST, "/v1/sessions", "signIn", "", whoami)
                .public()
                .own_accounts(),
        );
    let server = Rc::new(Server::default());
    let edge = TestEdge::new(&api, &[]).signed_in_by(Rc::clone(&server) as Rc<dyn IdentityServer>);
    (edge, server)
}

fn call(edge: &TestEdge, path: &str, headers: &[(&'static str, &str)]) -> Answer {
    let mut request = Request::new(Method::GET, path);
    for (name, value) in headers {
        request.headers.append(*name, value.parse().unwrap());
    }
    block_on(edge.request(request))
}

/// As Appwrite calls for a user who is signed in there.
fn called_by(edge: &TestEdge, user: &str, jwt: &str) -> Answer {
    let headers = [("x-appwrite-user-id", user), ("x-appwrite-user-jwt", jwt)];
    call(edge, "/v1/me", &headers)
}

#[test]
fn whoever_appwrite_signed_in_is_the_caller_without_a_session_of_ours() {
    let (edge, server) = edge();
    block_on(edge.store().migrate()).unwrap();
    edge.statements();
    let jwt = server.sign_in("ann");
    for path in ["/v1/me", "/v1/reading"] {
        let appwrites = [("x-appwrite-user-id", "ann"), ("x-appwrite-user-jwt", &jwt)];
        let bearer = format!("Bearer {jwt}");
        let at_a_domain = [
            ("authorization", bearer.as_str()),
            ("x-appwrite-user-id", ""),
            ("x-appwrite-user-jwt", ""),
        ];
        for headers in [&appwrites[..], &at_a_domain] {
            let body = call(&edge, path, headers).expect(200);
            assert_eq!(body, json!({"user": "ann", "session": "s1"}));
        }
    }
    let about_sessions = edge
        .statements()
        .into_iter()
        .filter(|statement| statement.contains("sessions"));
    assert_eq!(about_sessions.count(), 0, "theirs aren't looked up here");
}

#[test]
fn bots_are_our_own_also_where_another_server_signs_people_in() {
    let (edge, server) = edge();
    let bot = new_program_id().unwrap();
    let ctx = edge.ctx();
    let issued = issue_bot_token(&ctx, Batch::new(), &bot);
    let (batch, token) = block_on(issued).unwrap();
    let bearer = format!("Bearer {token}");
    let at_a_domain = || call(&edge, "/v1/bots", &[("authorization", &bearer)]);
    at_a_domain().expect_problem(401, "session_revoked");
    block_on(edge.store().commit(batch)).unwrap();
    assert_eq!(at_a_domain().expect(200)["user"], *bot);
    call(&edge, "/v1/me", &[("authorization", &bearer)]).expect_problem(403, "not_for_bots");
    assert_eq!(server.asked.get(), 0);
}

#[test]
fn an_account_that_is_disabled_here_is_refused_at_once() {
    let (edge, server) = edge();
    let jwt = server.sign_in("ann");
    called_by(&edge, "ann", &jwt).expect(200);
    let disabled = Account {
        id: "ann".into(),
        status: AccountStatus::Disabled,
        ..Account::default()
    };
    block_on(edge.store().commit(Batch::new().insert(&disabled))).unwrap();
    called_by(&edge, "ann", &jwt).expect_problem(401, "session_revoked");
}

#[test]
fn an_id_counts_only_with_the_jwt_of_that_user() {
    let (edge, server) = edge();
    let ann = server.sign_in("ann");
    let bearer = format!("Bearer {ann}");
    for (headers, code) in [
        (&[][..], "unauthenticated"),
        (&[("x-appwrite-user-id", "ann")], "unauthenticated"),
        (
            &[("x-appwrite-user-id", "bob"), ("authorization", &bearer)],
            "unauthenticated",
        ),
        (&[("x-appwrite-user-jwt", &ann)], "token_invalid"),
        (
            &[("x-appwrite-user-id", "bob"), ("x-appwrite-user-jwt", &ann)],
            "token_invalid",
        ),
        // A header that the caller sent beside the one that Appwrite set.
        (
            &[
                ("x-appwrite-user-id", "bob"),
                ("x-appwrite-user-id", "ann"),
                ("x-appwrite-user-jwt", &ann),
            ],
            "token_invalid",
        ),
        (
            &[
                ("x-appwrite-user-id", "ann"),
                ("x-appwrite-user-jwt", "forged"),
                ("x-appwrite-user-jwt", &ann),
            ],
            "token_invalid",
        ),
    ] {
        call(&edge, "/v1/me", headers).expect_problem(401, code);
    }
    assert_eq!(server.asked.get(), 0, "none of them is worth a question");
}

#[test]
fn what_the_server_does_not_know_is_refused() {
    let (edge, server) = edge();
    let good = json!({"userId": "ann", "sessionId": "s1", "exp": NOW + 60});
    called_by(&edge, "ann", &jwt(&good)).expect_problem(401, "token_invalid");
    // A JWT that is signed for Bob and names Ann in its payload.
    let lying = server.sign(
        "bob",
        &json!({"userId": "ann", "sessionId": "s1", "exp": NOW + 61}),
    );
    called_by(&edge, "ann", &lying).expect_problem(401, "token_invalid");
    assert_eq!(server.asked.get(), 2);
}

#[test]
fn a_jwt_without_a_session_and_an_expired_one_are_refused() {
    let (edge, server) = edge();
    // As another project of the same server signs it for a user with the same id.
    let stray = server.sign("ann", &json!({"userId": "ann", "exp": NOW + 960}));
    called_by(&edge, "ann", &stray).expect_problem(401, "token_invalid");
    let old = server.sign(
        "ann",
        &json!({"userId": "ann", "sessionId": "s1", "exp": NOW}),
    );
    called_by(&edge, "ann", &old).expect_problem(401, "token_expired");
    for text in ["", "a.b", "a.b.c", "a.b.c.d", &"x".repeat(3000), "ä"] {
        let mut request = Request::new(Method::GET, "/v1/me");
        request
            .headers
            .insert("x-appwrite-user-id", "ann".parse().unwrap());
        let value = http_value(text);
        request.headers.insert("x-appwrite-user-jwt", value);
        let answer = block_on(edge.request(request));
        assert_eq!(answer.response.status(), 401, "{text}");
    }
    assert_eq!(server.asked.get(), 0);
}

fn http_value(text: &str) -> http::HeaderValue {
    http::HeaderValue::from_bytes(text.as_bytes()).unwrap()
}

#[test]
fn nobody_takes_the_id_of_an_account_of_ours() {
    let (edge, server) = edge();
    for taken in [
        "01a2077f-6e99-72dd-b9ef-a3f3c3d8fc52",
        "01A2077F-6E99-72DD-B9EF-A3F3C3D8FC52",
        "01a2077f6e9972ddb9efa3f3c3d8fc52",
    ] {
        let jwt = server.sign_in(taken);
        called_by(&edge, taken, &jwt).expect_problem(401, "token_invalid");
    }
    // Our own access tokens are refused here too.
    let (user, token) = block_on(edge.user());
    let bearer = format!("Bearer {token}");
    call(&edge, "/v1/me", &[("authorization", &bearer)]).expect_problem(401, "token_invalid");
    called_by(&edge, &user, &token).expect_problem(401, "token_invalid");
}

#[test]
fn the_server_is_asked_once_a_minute_for_each_jwt() {
    let (edge, server) = edge();
    let ann = server.sign_in("ann");
    let bob = server.sign_in("bob");
    for _ in 0..3 {
        assert_eq!(called_by(&edge, "ann", &ann).expect(200)["user"], "ann");
        assert_eq!(called_by(&edge, "bob", &bob).expect(200)["user"], "bob");
    }
    assert_eq!(server.asked.get(), 2);
    // Ann signs out at Appwrite.
    server.users.borrow_mut().remove(&ann);
    edge.advance(59_000);
    called_by(&edge, "ann", &ann).expect(200);
    edge.advance(1_000);
    called_by(&edge, "ann", &ann).expect_problem(401, "token_invalid");
    called_by(&edge, "bob", &bob).expect(200);
    assert_eq!(server.asked.get(), 4);
    edge.advance(900_000);
    called_by(&edge, "bob", &bob).expect_problem(401, "token_expired");
}

#[test]
fn a_server_that_does_not_answer_lets_nobody_in() {
    let (edge, server) = edge();
    let ann = server.sign_in("ann");
    server.is_down.set(true);
    called_by(&edge, "ann", &ann).expect_problem(503, "unavailable");
    server.is_down.set(false);
    called_by(&edge, "ann", &ann).expect(200);
}

#[test]
fn there_is_no_signing_in_here() {
    let (edge, _) = edge();
    let answer = block_on(edge.send(Method::POST, "/v1/sessions", "", &Value::Null));
    answer.expect_problem(404, "route_not_found");
}
