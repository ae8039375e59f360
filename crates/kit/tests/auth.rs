//! Access tokens, refresh tokens, sessions and the keys behind them.
#![allow(clippy::unwrap_used, missing_docs)]

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use futures::executor::block_on;
use futures::future::join_all;
use serde_json::{Value, json};
use whisper_kit::auth::{self, Issued, MAX_SESSIONS};
use whisper_kit::testing::{Answer, TestEdge};
use whisper_kit::{Api, Code, Ctx, Endpoint, Method, Reply, Request, Result};
use whisper_schema::prelude::{Account, AccountStatus, Event, RateLimit, Session, SigningKey};
use whisper_store::{Batch, Filter, Patch, Query};

const MINUTE: i64 = 60_000;
const DAY: i64 = 24 * 60 * MINUTE;

async fn whoami(ctx: Ctx, _: Request) -> Result<Reply> {
    Reply::ok(&json!({"user": ctx.caller()?.user_id}))
}

async fn reading(ctx: Ctx, _: Request) -> Result<Reply> {
    let (accounts, caller) = (Query::<Account>::new().count(9), ctx.caller()?);
    ctx.read(accounts).await?;
    Reply::ok(&json!({"user": caller.user_id}))
}

/// Writes without having read anything.
async fn writing(ctx: Ctx, _: Request) -> Result<Reply> {
    let row = RateLimit {
        id: ctx.new_id()?,
        ..RateLimit::default()
    };
    ctx.store().await?.commit(Batch::new().insert(&row)).await?;
    Ok(Reply::no_content())
}

fn edge() -> TestEdge {
    let api = Api::new("me", "Who.")
        .endpoint(Endpoint::new(Method::GET, "/v1/me", "me", "", whoami))
        .endpoint(Endpoint::new(
            Method::GET,
            "/v1/reading",
            "reading",
            "",
            reading,
        ))
        .endpoint(Endpoint::new(
            Method::POST,
            "/v1/writing",
            "writing",
            "",
            writing,
        ));
    TestEdge::new(&api, &[])
}

fn me(edge: &TestEdge, token: &str) -> Answer {
    block_on(edge.send(Method::GET, "/v1/me", token, &Value::Null))
}

async fn sign_in(edge: &TestEdge, user: &str) -> Issued {
    let request = Request::new(Method::POST, "/v1/sessions");
    let (batch, issued) = auth::issue(&edge.ctx(), &request, Batch::new(), user, None)
        .await
        .unwrap();
    edge.store().commit(batch).await.unwrap();
    issued
}

fn rotate(edge: &TestEdge, token: &str) -> Result<Issued, Code> {
    block_on(auth::rotate(&edge.ctx(), token)).map_err(|error| error.code())
}

#[test]
fn a_token_names_its_user() {
    let edge = edge();
    let (id, token) = block_on(edge.user());
    for path in ["/v1/me", "/v1/reading"] {
        let body = block_on(edge.send(Method::GET, path, &token, &Value::Null)).expect(200);
        assert_eq!(body["user"], id.as_str());
    }
    let answer = me(&edge, "");
    assert_eq!(answer.response.headers()["www-authenticate"], "Bearer");
    answer.expect_problem(401, "unauthenticated");
}

#[test]
fn a_token_ends_after_15_minutes() {
    let edge = edge();
    let (_, token) = block_on(edge.user());
    edge.advance(15 * MINUTE - 1000);
    me(&edge, &token).expect(200);
    edge.advance(1000);
    me(&edge, &token).expect_problem(401, "token_expired");
}

#[test]
fn a_session_that_is_gone_is_refused_at_once() {
    let edge = edge();
    let issued = block_on(sign_in(&edge, "u1"));
    me(&edge, &issued.access_token).expect(200);
    block_on(auth::revoke(&edge.ctx(), &issued.session.id)).unwrap();
    for path in ["/v1/me", "/v1/reading"] {
        let answer = block_on(edge.send(Method::GET, path, &issued.access_token, &Value::Null));
        answer.expect_problem(401, "session_revoked");
    }
}

fn written(edge: &TestEdge) -> u64 {
    block_on(edge.store().read(Query::<RateLimit>::new().count(9))).unwrap()
}

#[test]
fn whoever_has_no_session_any_more_writes_nothing() {
    let edge = edge();
    let issued = block_on(sign_in(&edge, "u1"));
    let write = || {
        let token = &issued.access_token;
        block_on(edge.send(Method::POST, "/v1/writing", token, &Value::Null))
    };
    write().expect(204);
    assert_eq!(written(&edge), 1);
    block_on(auth::revoke(&edge.ctx(), &issued.session.id)).unwrap();
    write().expect_problem(401, "session_revoked");
    assert_eq!(written(&edge), 1);
}

#[test]
fn the_session_is_read_in_the_statement_of_the_first_read() {
    let edge = edge();
    let (_, token) = block_on(edge.user());
    me(&edge, &token).expect(200);
    edge.statements();
    for path in ["/v1/me", "/v1/reading"] {
        block_on(edge.send(Method::GET, path, &token, &Value::Null)).expect(200);
        let statements = edge.statements();
        assert_eq!(statements.len(), 1, "{path}: {statements:#?}");
    }
}

fn set_status(edge: &TestEdge, user: &str, status: AccountStatus) {
    let patch = Patch::new().set(Account::STATUS, status);
    block_on(edge.store().commit(Batch::new().update(user, patch))).unwrap();
}

#[test]
fn a_disabled_account_is_shut_out_at_once_and_let_in_when_it_is_enabled_again() {
    let edge = edge();
    let (user, token) = block_on(edge.user());
    let issued = block_on(sign_in(&edge, &user));
    set_status(&edge, &user, AccountStatus::Disabled);
    for path in ["/v1/me", "/v1/reading"] {
        let answer = block_on(edge.send(Method::GET, path, &token, &Value::Null));
        answer.expect_problem(401, "session_revoked");
    }
    assert_eq!(
        rotate(&edge, &issued.refresh_token).err(),
        Some(Code::SessionRevoked)
    );
    set_status(&edge, &user, AccountStatus::Active);
    me(&edge, &token).expect(200);
    assert!(rotate(&edge, &issued.refresh_token).is_ok());
}

/// Signs these parts with the server's own key.
fn signed(edge: &TestEdge, header: &Value, claims: &Value) -> String {
    use ed25519_dalek::Signer;
    let key = block_on(
        edge.store().read(
            Query::<SigningKey>::new()
                .filter(Filter::eq(SigningKey::ALGORITHM, "EdDSA"))
                .first(),
        ),
    );
    let secret = URL_SAFE_NO_PAD
        .decode(&key.unwrap().unwrap().secret)
        .unwrap();
    let key = ed25519_dalek::SigningKey::from_bytes(&secret.try_into().unwrap());
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let text = format!("{}.{}", part(header), part(claims));
    let signature = URL_SAFE_NO_PAD.encode(key.sign(text.as_bytes()).to_bytes());
    format!("{text}.{signature}")
}

fn parts(token: &str) -> (Value, Value) {
    let part = |text: &str| serde_json::from_slice(&URL_SAFE_NO_PAD.decode(text).unwrap()).unwrap();
    let mut parts = token.split('.');
    (part(parts.next().unwrap()), part(parts.next().unwrap()))
}

#[test]
fn only_what_we_signed_as_we_sign_it_is_a_token() {
    let edge = edge();
    let (_, token) = block_on(edge.user());
    let (header, claims) = parts(&token);
    me(&edge, &signed(&edge, &header, &claims)).expect(200);
    let with = |value: &Value, key: &str, to: Value| {
        let mut value = value.clone();
        value[key] = to;
        value
    };
    let iat = claims["iat"].as_i64().unwrap();
    let forged = [
        signed(&edge, &with(&header, "alg", json!("none")), &claims),
        signed(&edge, &with(&header, "alg", json!("HS256")), &claims),
        signed(&edge, &with(&header, "typ", json!("JWT")), &claims),
        signed(&edge, &with(&header, "kid", json!("another")), &claims),
        signed(&edge, &header, &with(&claims, "iss", json!("elsewhere"))),
        signed(&edge, &header, &with(&claims, "aud", json!("elsewhere"))),
        signed(&edge, &header, &with(&claims, "exp", json!(iat + DAY))),
        signed(
            &edge,
            &header,
            &with(
                &with(&claims, "iat", json!(iat + 3600)),
                "exp",
                json!(iat + 4500),
            ),
        ),
        signed(&edge, &header, &with(&claims, "sub", Value::Null)),
    ];
    for token in &forged {
        me(&edge, token).expect_problem(401, "token_invalid");
    }
    for token in [
        "x",
        "a.b",
        "a.b.c",
        "..",
        &"x".repeat(5000),
        &format!("{token}x"),
        &token.replace('.', ".."),
    ] {
        me(&edge, token).expect_problem(401, "token_invalid");
    }
}

#[test]
fn a_token_of_another_users_session_is_refused() {
    let edge = edge();
    let (_, token) = block_on(edge.user());
    let other = block_on(sign_in(&edge, "u2"));
    let (header, mut claims) = parts(&token);
    claims["sid"] = other.session.id.into();
    me(&edge, &signed(&edge, &header, &claims)).expect_problem(401, "session_revoked");
}

#[test]
fn no_bit_of_a_token_may_change() {
    let edge = edge();
    let (_, token) = block_on(edge.user());
    for at in 0..token.len() {
        let mut bytes = token.clone().into_bytes();
        bytes[at] ^= 1;
        let Ok(changed) = String::from_utf8(bytes) else {
            continue;
        };
        me(&edge, &changed).expect_problem(401, "token_invalid");
    }
}

#[test]
fn for_a_minute_a_refresh_token_gives_the_same_successor_again() {
    let edge = edge();
    let first = block_on(sign_in(&edge, "u1"));
    assert!(first.refresh_token.starts_with("wrt_"));
    edge.advance(MINUTE);
    let second = rotate(&edge, &first.refresh_token).ok().unwrap();
    assert_eq!(second.session.id, first.session.id);
    assert_ne!(second.refresh_token, first.refresh_token);
    edge.advance(MINUTE);
    let again = rotate(&edge, &first.refresh_token).ok().unwrap();
    assert_eq!(
        again.refresh_token, second.refresh_token,
        "the answer got lost"
    );
    for issued in [&second, &again] {
        me(&edge, &issued.access_token).expect(200);
    }
    assert!(
        rotate(&edge, &second.refresh_token).is_ok(),
        "and goes on from there"
    );
}

#[test]
fn a_refresh_token_that_comes_back_later_ends_the_session() {
    let edge = edge();
    let first = block_on(sign_in(&edge, "u1"));
    let second = rotate(&edge, &first.refresh_token).ok().unwrap();
    edge.advance(MINUTE + 1);
    assert_eq!(
        rotate(&edge, &first.refresh_token).err(),
        Some(Code::RefreshTokenReused)
    );
    me(&edge, &second.access_token).expect_problem(401, "session_revoked");
    assert_eq!(
        rotate(&edge, &second.refresh_token).err(),
        Some(Code::TokenInvalid)
    );
}

#[test]
fn the_end_of_a_session_by_a_copied_token_is_an_event_once() {
    let edge = edge();
    let first = block_on(sign_in(&edge, "u1"));
    rotate(&edge, &first.refresh_token).ok().unwrap();
    edge.advance(MINUTE + 1);
    for refused in [Code::RefreshTokenReused, Code::TokenInvalid] {
        assert_eq!(rotate(&edge, &first.refresh_token).err(), Some(refused));
    }
    let events = block_on(edge.store().read(Query::<Event>::new().limit(10))).unwrap();
    let events = events.into_iter().map(|event| event.into_inner());
    let told: Vec<_> = events
        .map(|event| (event.kind, event.subject, event.user_id, event.payload))
        .collect();
    let what = json!({"sessionId": first.session.id}).to_string();
    let user = || "u1".to_owned();
    let wanted = ("session.revoked".to_owned(), user(), Some(user()), what);
    assert_eq!(told, [wanted]);
}

#[test]
fn a_refresh_token_gives_nothing_again_once_its_successor_was_used() {
    let edge = edge();
    let first = block_on(sign_in(&edge, "u1"));
    let second = rotate(&edge, &first.refresh_token).ok().unwrap();
    rotate(&edge, &second.refresh_token).ok().unwrap();
    assert_eq!(
        rotate(&edge, &first.refresh_token).err(),
        Some(Code::RefreshTokenReused)
    );
}

#[test]
fn a_refresh_token_without_the_prefix_is_taken() {
    let edge = edge();
    let first = block_on(sign_in(&edge, "u1"));
    let bare = first.refresh_token.strip_prefix("wrt_").unwrap();
    assert!(rotate(&edge, bare).is_ok());
}

#[test]
fn a_clock_that_was_ahead_once_gives_no_year_to_repeat_a_refresh() {
    let edge = edge();
    let first = block_on(sign_in(&edge, "u1"));
    edge.advance(30 * DAY);
    rotate(&edge, &first.refresh_token).ok().unwrap();
    edge.advance(-30 * DAY);
    assert_eq!(
        rotate(&edge, &first.refresh_token).err(),
        Some(Code::RefreshTokenReused)
    );
}

#[test]
fn the_oldest_refresh_token_still_gives_the_thief_away() {
    let edge = edge();
    let first = block_on(sign_in(&edge, "u1"));
    let second = rotate(&edge, &first.refresh_token).ok().unwrap();
    let third = rotate(&edge, &second.refresh_token).ok().unwrap();
    assert_eq!(
        rotate(&edge, &first.refresh_token).err(),
        Some(Code::RefreshTokenReused)
    );
    assert_eq!(
        rotate(&edge, &third.refresh_token).err(),
        Some(Code::TokenInvalid)
    );
}

#[test]
fn nobody_ends_a_session_by_guessing() {
    let edge = edge();
    let issued = block_on(sign_in(&edge, "u1"));
    let id = &issued.session.id;
    let made_up = format!("{id}.{}", URL_SAFE_NO_PAD.encode([7; 48]));
    for token in [
        made_up,
        format!("{id}."),
        format!("{id}.x"),
        id.clone(),
        ".".into(),
        String::new(),
        "no.such".into(),
    ] {
        assert_eq!(
            rotate(&edge, &token).err(),
            Some(Code::TokenInvalid),
            "{token}"
        );
    }
    assert!(rotate(&edge, &issued.refresh_token).is_ok());
}

#[test]
fn refreshes_at_once_get_the_same_successor() {
    let edge = edge();
    let issued = block_on(sign_in(&edge, "u1"));
    let contexts: Vec<_> = (0..4).map(|_| edge.ctx()).collect();
    let all = contexts
        .iter()
        .map(|ctx| auth::rotate(ctx, &issued.refresh_token));
    let pairs: Vec<Issued> = block_on(join_all(all))
        .into_iter()
        .map(|outcome| outcome.ok().unwrap())
        .collect();
    for pair in &pairs {
        assert_eq!(pair.refresh_token, pairs[0].refresh_token);
        me(&edge, &pair.access_token).expect(200);
    }
    assert!(rotate(&edge, &pairs[0].refresh_token).is_ok());
}

#[test]
fn a_session_lives_60_days_from_its_last_refresh() {
    let edge = edge();
    let mut issued = block_on(sign_in(&edge, "u1"));
    for _ in 0..3 {
        edge.advance(59 * DAY);
        issued = rotate(&edge, &issued.refresh_token).ok().unwrap();
    }
    edge.advance(60 * DAY);
    assert_eq!(
        rotate(&edge, &issued.refresh_token).err(),
        Some(Code::SessionRevoked)
    );
}

#[test]
fn of_more_than_ten_sessions_the_least_recently_used_goes() {
    let edge = edge();
    let mut all = Vec::new();
    for _ in 0..MAX_SESSIONS {
        all.push(block_on(sign_in(&edge, "u1")));
        edge.advance(1000);
    }
    block_on(sign_in(&edge, "somebody else"));
    rotate(&edge, &all[0].refresh_token).ok().unwrap();
    edge.advance(1000);
    block_on(sign_in(&edge, "u1"));
    let theirs = Query::<Session>::new().filter(Filter::eq(Session::USER_ID, "u1"));
    let count = block_on(edge.store().read(theirs.count(100)));
    assert_eq!(count, Ok(MAX_SESSIONS as u64));
    me(&edge, &all[0].access_token).expect(200);
    me(&edge, &all[1].access_token).expect_problem(401, "session_revoked");
}

#[test]
fn all_sessions_but_one_can_be_ended() {
    let edge = edge();
    let kept = block_on(sign_in(&edge, "u1"));
    let gone = block_on(sign_in(&edge, "u1"));
    let stranger = block_on(sign_in(&edge, "u2"));
    let batch = auth::revoke_all(Batch::new(), "u1", Some(&kept.session.id));
    block_on(edge.store().commit(batch)).unwrap();
    me(&edge, &kept.access_token).expect(200);
    me(&edge, &stranger.access_token).expect(200);
    me(&edge, &gone.access_token).expect_problem(401, "session_revoked");
}

#[test]
fn instances_that_start_at_once_share_one_key() {
    let edge = edge();
    let twins: Vec<TestEdge> = (0..4).map(|_| edge.another(&Api::new("me", ""))).collect();
    for twin in &twins {
        block_on(twin.store().migrate()).unwrap();
    }
    let sets = block_on(join_all(
        twins
            .iter()
            .map(|twin| async { auth::jwks(&twin.ctx()).await.unwrap() }),
    ));
    assert!(
        sets.iter()
            .all(|set| set == &sets[0] && set.keys.len() == 1),
        "{sets:?}"
    );
}

#[test]
fn the_published_key_verifies_our_tokens_and_holds_no_secret() {
    use ed25519_dalek::{Signature, VerifyingKey};
    let edge = edge();
    let (_, token) = block_on(edge.user());
    let set = serde_json::to_value(block_on(auth::jwks(&edge.ctx())).unwrap()).unwrap();
    let key = &set["keys"][0];
    assert_eq!(key["kid"], parts(&token).0["kid"]);
    assert!(key.get("d").is_none(), "{key}");
    let x = URL_SAFE_NO_PAD.decode(key["x"].as_str().unwrap()).unwrap();
    let key = VerifyingKey::from_bytes(&x.try_into().unwrap()).unwrap();
    let (text, signature) = token.rsplit_once('.').unwrap();
    let signature = Signature::from_slice(&URL_SAFE_NO_PAD.decode(signature).unwrap()).unwrap();
    key.verify_strict(text.as_bytes(), &signature).unwrap();
}

#[test]
fn a_rotated_key_verifies_until_its_last_token_has_expired() {
    let edge = edge();
    let issued = block_on(sign_in(&edge, "u1"));
    let stale = edge.another(&Api::new("me", "").endpoint(Endpoint::new(
        Method::GET,
        "/v1/me",
        "me",
        "",
        whoami,
    )));
    me(&stale, &issued.access_token).expect(200);
    let kid = |token: &str| parts(token).0["kid"].clone();
    edge.advance(2000);
    block_on(auth::rotate_keys(&edge.ctx())).unwrap();
    let fresh = rotate(&edge, &issued.refresh_token).ok().unwrap();
    assert_ne!(kid(&fresh.access_token), kid(&issued.access_token));
    // Old and new ones, also where the new key isn't known yet.
    for token in [&issued.access_token, &fresh.access_token] {
        me(&edge, token).expect(200);
        me(&stale, token).expect(200);
    }
    edge.advance(DAY);
    let keys = block_on(auth::jwks(&edge.ctx())).unwrap();
    assert_eq!(keys.keys.len(), 1, "{keys:?}");
    block_on(auth::rotate_keys(&edge.ctx())).unwrap();
    assert_eq!(
        block_on(
            edge.store().read(
                Query::<SigningKey>::new()
                    .filter(Filter::eq(SigningKey::ALGORITHM, "EdDSA"))
                    .count(9)
            )
        ),
        Ok(2)
    );
}

#[test]
fn secrets_of_programs_are_recognised_by_their_hash_alone() {
    let (one, other) = (auth::new_secret().unwrap(), auth::new_secret().unwrap());
    assert_ne!(one, other);
    let kept = auth::sha256_hex(&one);
    let (one, kept) = (one.as_str(), kept.as_str());
    assert!(!kept.contains(one));
    for (given, kept, right) in [
        (one, Some(kept), true),
        (other.as_str(), Some(kept), false),
        (kept, Some(kept), false),
        ("", Some(kept), false),
        (one, None, false),
        ("", None, false),
    ] {
        assert_eq!(auth::is_secret(given, kept), right, "{given} {kept:?}");
    }
}
