//! Tokens of bots, and routes that are for them.
#![allow(clippy::unwrap_used, missing_docs)]

use futures::executor::block_on;
use serde_json::{Value, json};
use whisper_kit::auth::{BOT_PREFIX, issue_bot_token, revoke};
use whisper_kit::ids::{new_id, new_program_id};
use whisper_kit::testing::{Answer, TestEdge};
use whisper_kit::{Api, Ctx, Endpoint, Method, Reply, Request, Result};
use whisper_schema::prelude::{Account, AccountStatus, RateLimit};
use whisper_store::{Batch, Patch, Query};

async fn whoami(ctx: Ctx, _: Request) -> Result<Reply> {
    let caller = ctx.caller()?;
    ctx.read(Query::<Account>::new().count(9)).await?;
    Reply::ok(&json!({"user": caller.user_id, "isBot": caller.is_bot()}))
}

/// Writes, if it is let.
async fn writing(ctx: Ctx, _: Request) -> Result<Reply> {
    let row = RateLimit {
        id: ctx.new_id()?,
        ..RateLimit::default()
    };
    ctx.store().await?.commit(Batch::new().insert(&row)).await?;
    Ok(Reply::no_content())
}

fn edge() -> TestEdge {
    let for_bots = Endpoint::new(Method::GET, "/v1/me", "me", "", whoami).for_bots();
    let api = Api::new("me", "Who.")
        .endpoint(for_bots)
        .endpoint(Endpoint::new(
            Method::POST,
            "/v1/writing",
            "writing",
            "",
            writing,
        ));
    TestEdge::new(&api, &[])
}

/// A bot with an account; gives its id and its token.
fn bot(edge: &TestEdge) -> (String, String) {
    let id = new_program_id().unwrap();
    let account = Account {
        id: id.clone(),
        ..Account::default()
    };
    block_on(edge.store().commit(Batch::new().insert(&account))).unwrap();
    let token = issue(edge, &id);
    (id, token)
}

fn issue(edge: &TestEdge, id: &str) -> String {
    let (batch, token) = block_on(issue_bot_token(&edge.ctx(), Batch::new(), id)).unwrap();
    block_on(edge.store().commit(batch)).unwrap();
    token
}

fn call(edge: &TestEdge, method: Method, path: &str, token: &str) -> Answer {
    block_on(edge.send(method, path, token, &Value::Null))
}

#[test]
fn a_bots_token_lasts_and_costs_no_statement_of_its_own() {
    let edge = edge();
    let (id, token) = bot(&edge);
    assert!(token.starts_with(BOT_PREFIX) && token.contains(&id));
    let me = || call(&edge, Method::GET, "/v1/me", &token);
    assert_eq!(me().expect(200), json!({"user": id, "isBot": true}));
    edge.statements();
    me().expect(200);
    assert_eq!(edge.statements().len(), 1, "asked together with the read");
    edge.advance(5 * 365 * 24 * 3_600_000);
    me().expect(200);
    // Another instance knows it without having made it.
    let other = edge.another(
        &Api::new("me", "")
            .endpoint(Endpoint::new(Method::GET, "/v1/me", "me", "", whoami).for_bots()),
    );
    call(&other, Method::GET, "/v1/me", &token).expect(200);
    // A person's token is answered with `isBot: false`.
    let (_, person) = block_on(edge.user());
    assert_eq!(
        call(&edge, Method::GET, "/v1/me", &person).expect(200)["isBot"],
        false
    );
}

#[test]
fn another_token_voids_it_and_so_do_its_account_and_its_session() {
    let edge = edge();
    let (id, old) = bot(&edge);
    let new = issue(&edge, &id);
    let me = |token: &str| call(&edge, Method::GET, "/v1/me", token);
    me(&old).expect_problem(401, "session_revoked");
    me(&new).expect(200);
    let set = |status| {
        let patch = Patch::new().set(Account::STATUS, status);
        block_on(edge.store().commit(Batch::new().update(&id, patch))).unwrap();
    };
    set(AccountStatus::Disabled);
    me(&new).expect_problem(401, "session_revoked");
    set(AccountStatus::Active);
    me(&new).expect(200);
    block_on(revoke(&edge.ctx(), &id)).unwrap();
    me(&new).expect_problem(401, "session_revoked");
}

#[test]
fn a_route_is_a_persons_until_it_says_otherwise() {
    let edge = edge();
    let (id, token) = bot(&edge);
    let write = |token: &str| call(&edge, Method::POST, "/v1/writing", token);
    write(&token).expect_problem(403, "not_for_bots");
    let written = Query::<RateLimit>::new().count(9);
    assert_eq!(block_on(edge.store().read(written)).unwrap(), 0);
    let new = issue(&edge, &id);
    write(&token).expect_problem(401, "session_revoked");
    write(&new).expect_problem(403, "not_for_bots");
    let (_, person) = block_on(edge.user());
    write(&person).expect(204);
}

#[test]
fn made_up_tokens_are_refused_without_a_look_at_the_database() {
    let edge = edge();
    let (id, token) = bot(&edge);
    call(&edge, Method::GET, "/v1/me", &token).expect(200);
    let secret = token.rsplit_once('.').unwrap().1;
    let person = new_id(edge.ctx().now()).unwrap();
    let other = new_program_id().unwrap();
    edge.statements();
    for forged in [
        format!("{BOT_PREFIX}{other}.{secret}"),
        format!("{BOT_PREFIX}{person}.{secret}"),
        format!("{BOT_PREFIX}{id}.{}", "A".repeat(64)),
        format!("{BOT_PREFIX}{id}.{}", &secret[..63]),
        format!("{BOT_PREFIX}{id}.{secret}AAAA"),
        format!("{BOT_PREFIX}{id}"),
        format!("{BOT_PREFIX}.{secret}"),
        BOT_PREFIX.to_owned(),
    ] {
        call(&edge, Method::GET, "/v1/me", &forged).expect_problem(401, "token_invalid");
    }
    assert!(edge.statements().is_empty());
}
