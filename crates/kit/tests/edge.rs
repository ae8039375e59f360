//! The checks and answers of the edge around every handler.
#![allow(clippy::unwrap_used, missing_docs)]

use futures::executor::block_on;
use serde_json::{Value, json};
use whisper_kit::testing::{Answer, TestEdge};
use whisper_kit::{Api, Auth, Code, Ctx, Endpoint, Error, Json, Method, Reply, Request, Result};
use whisper_schema::Body;

/// A note.
#[derive(Body)]
struct NewNote {
    /// Words.
    text: String,
    /// Words to find it by.
    tags: Vec<String>,
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Filter {
    count: Option<u32>,
    tag: Option<String>,
}

async fn read(_: Ctx, request: Request) -> Result<Reply> {
    let filter: Filter = request.query()?;
    let note = json!({"id": request.id("id")?, "count": filter.count, "tag": filter.tag});
    Ok(Reply::ok(&note)?.etag(3))
}

async fn write(_: Ctx, _: Request, Json(note): Json<NewNote>) -> Result<Reply> {
    Reply::created(&json!({"text": note.text, "tags": note.tags}))
}

async fn remove(_: Ctx, _: Request) -> Result<Reply> {
    Ok(Reply::no_content())
}

async fn fault(_: Ctx, _: Request) -> Result<Reply> {
    Err(Error::internal("the table is on fire"))
}

async fn whoami(ctx: Ctx, _: Request) -> Result<Reply> {
    Reply::ok(&ctx.caller()?.user_id)
}

fn api() -> Api {
    Api::new("notes", "Notes.")
        .endpoint(
            Endpoint::new(Method::GET, "/v1/notes/{id}", "getNote", "", read)
                .answers(&["etag"])
                .public(),
        )
        .endpoint(
            Endpoint::new(Method::DELETE, "/v1/notes/{id}", "deleteNote", "", remove).public(),
        )
        .endpoint(
            Endpoint::new(Method::POST, "/v1/notes", "createNote", "", write)
                .public()
                .body_limit(100),
        )
        .endpoint(Endpoint::new(Method::GET, "/v1/fault", "fault", "", fault).public())
        .endpoint(Endpoint::new(Method::GET, "/v1/me", "me", "", whoami))
        .endpoint(
            Endpoint::new(Method::POST, "/internal/jobs/x", "x", "", remove).auth(Auth::Operator),
        )
}

fn edge() -> TestEdge {
    TestEdge::new(
        &api(),
        &[("cors_origins", "https://a.example, https://b.example")],
    )
}

fn call(
    edge: &TestEdge,
    method: Method,
    path: &str,
    headers: &[(&'static str, &str)],
    body: &str,
) -> Answer {
    let mut request = Request::new(method, path);
    for (name, value) in headers {
        request.headers.insert(*name, value.parse().unwrap());
    }
    request.body = body.to_owned().into();
    block_on(edge.request(request))
}

fn get(path: &str, headers: &[(&'static str, &str)]) -> Answer {
    call(&edge(), Method::GET, path, headers, "")
}

fn post(body: &str) -> Answer {
    call(
        &edge(),
        Method::POST,
        "/v1/notes",
        &[("content-type", "application/json; charset=utf-8")],
        body,
    )
}

fn header<'a>(answer: &'a Answer, name: &str) -> Option<&'a str> {
    answer
        .response
        .headers()
        .get(name)
        .map(|value| value.to_str().unwrap())
}

#[test]
fn every_answer_has_an_id_a_length_and_the_security_headers() {
    for (answer, status) in [
        (get("/v1/notes/a", &[]), 200),
        (get("/nothing", &[]), 404),
        (get("/v1/me", &[]), 401),
    ] {
        assert_eq!(answer.response.status(), status);
        let length = answer.response.body().len().to_string();
        assert_eq!(header(&answer, "content-length"), Some(length.as_str()));
        assert_eq!(header(&answer, "x-request-id").unwrap().len(), 36);
        assert_eq!(header(&answer, "x-content-type-options"), Some("nosniff"));
        assert_eq!(header(&answer, "cache-control"), Some("no-store"));
        assert_eq!(header(&answer, "referrer-policy"), Some("no-referrer"));
    }
}

#[test]
fn the_request_id_is_ours_and_stands_in_the_problem() {
    let answer = get("/nothing", &[("x-request-id", "mine")]);
    let id = header(&answer, "x-request-id").unwrap().to_owned();
    assert_ne!(id, "mine");
    assert_eq!(
        header(&answer, "content-type"),
        Some("application/problem+json")
    );
    let problem = answer.expect_problem(404, "route_not_found");
    assert_eq!(problem["instance"], id);
    assert_eq!(problem["status"], 404);
    assert_eq!(problem["title"], Code::RouteNotFound.title());
}

#[test]
fn another_method_is_refused_with_those_there_are() {
    let answer = call(&edge(), Method::PUT, "/v1/notes/a", &[], "");
    assert_eq!(header(&answer, "allow"), Some("DELETE, GET, HEAD, OPTIONS"));
    answer.expect_problem(405, "method_not_allowed");
}

#[test]
fn head_is_get_without_the_body() {
    let whole = get("/v1/notes/a", &[]);
    let head = call(&edge(), Method::HEAD, "/v1/notes/a", &[], "");
    assert_eq!(head.response.status(), 200);
    assert!(head.response.body().is_empty());
    assert_eq!(
        header(&head, "content-length"),
        header(&whole, "content-length")
    );
}

#[test]
fn an_answer_without_content_has_no_length() {
    let answer = call(&edge(), Method::DELETE, "/v1/notes/a", &[], "");
    assert_eq!(answer.response.status(), 204);
    assert_eq!(header(&answer, "content-length"), None);
}

#[test]
fn what_cannot_be_an_id_is_not_found() {
    for path in [
        "/v1/notes/%20",
        "/v1/notes/%2e%2e",
        "/v1/notes/_a",
        "/v1/notes/%ff",
    ] {
        get(path, &[]).expect_problem(404, "not_found");
    }
    get(&format!("/v1/notes/{}", "x".repeat(37)), &[]).expect_problem(404, "not_found");
    assert_eq!(get("/v1/notes/%41b", &[]).expect(200)["id"], "Ab");
    assert_eq!(get("/v1/notes/a/", &[]).expect(200)["id"], "a");
}

#[test]
fn a_wrong_query_is_refused_by_name() {
    assert_eq!(
        get("/v1/notes/a?count=3&tag=x%20y", &[]).expect(200)["tag"],
        "x y"
    );
    for (query, field) in [
        ("cout=3", "cout"),
        ("count=three", "count"),
        ("count=-1", "count"),
        ("tag=a&tag=b", "tag"),
    ] {
        let problem =
            get(&format!("/v1/notes/a?{query}"), &[]).expect_problem(400, "invalid_query");
        assert_eq!(problem["errors"][0]["field"], field, "{problem}");
    }
}

#[test]
fn a_body_must_be_json_of_the_right_kind() {
    let edge = edge();
    for content_type in ["text/plain", "application/jsonp", ""] {
        let headers = [("content-type", content_type)];
        call(&edge, Method::POST, "/v1/notes", &headers, "{}")
            .expect_problem(415, "unsupported_media_type");
    }
    post("").expect_problem(400, "invalid_json");
    let problem = post("{\"text\":\n oops}").expect_problem(400, "invalid_json");
    assert!(
        problem["detail"].as_str().unwrap().contains("line 2"),
        "{problem}"
    );
    for (body, field, rule) in [
        ("{}", "text", "required"),
        (r#"{"text": 1}"#, "text", "type"),
        (r#"{"text": "a", "tags": ["b", 2]}"#, "tags[1]", "type"),
        (r#"{"text": "a", "txet": 1}"#, "txet", "unknown"),
    ] {
        let problem = post(body).expect_problem(422, "validation_failed");
        assert_eq!(problem["errors"][0]["field"], field, "{problem}");
        assert_eq!(problem["errors"][0]["rule"], rule, "{problem}");
    }
    assert_eq!(post(r#"{"text": "a"}"#).expect(201)["text"], "a");
}

#[test]
fn a_body_has_the_endpoints_limit() {
    let body = |size: usize| format!("{{\"text\": \"{}\"}}", "x".repeat(size - 12));
    assert_eq!(body(100).len(), 100);
    post(&body(100)).expect(201);
    post(&body(101)).expect_problem(413, "payload_too_large");
}

#[test]
fn a_fault_tells_nothing_of_its_cause() {
    let problem = get("/v1/fault", &[]).expect_problem(500, "internal");
    assert!(!problem.to_string().contains("fire"), "{problem}");
}

#[test]
fn what_the_client_has_is_not_sent_again() {
    for known in ["\"3\"", "W/\"3\"", "\"1\", \"3\"", "*"] {
        let answer = get("/v1/notes/a", &[("if-none-match", known)]);
        assert_eq!(answer.response.status(), 304, "{known}");
        assert!(answer.response.body().is_empty());
        assert_eq!(header(&answer, "etag"), Some("\"3\""));
    }
    get("/v1/notes/a", &[("if-none-match", "\"33\"")]).expect(200);
}

#[test]
fn browsers_come_in_from_the_configured_origins_only() {
    let answer = get("/v1/notes/a", &[("origin", "https://b.example")]);
    assert_eq!(
        header(&answer, "access-control-allow-origin"),
        Some("https://b.example")
    );
    assert_eq!(header(&answer, "vary"), Some("Origin"));
    assert!(
        header(&answer, "access-control-expose-headers")
            .unwrap()
            .contains("x-request-id")
    );
    for origin in ["https://b.example.evil", "http://b.example", "null"] {
        let answer = get("/v1/notes/a", &[("origin", origin)]);
        assert_eq!(
            header(&answer, "access-control-allow-origin"),
            None,
            "{origin}"
        );
        assert_eq!(header(&answer, "vary"), Some("Origin"));
    }
    let refused = get("/v1/me", &[("origin", "https://a.example")]);
    assert_eq!(
        header(&refused, "access-control-allow-origin"),
        Some("https://a.example")
    );
    assert_eq!(header(&refused, "access-control-allow-credentials"), None);
}

#[test]
fn a_preflight_tells_methods_and_headers() {
    let ask = |edge: &TestEdge, origin: &str| {
        let headers = [
            ("origin", origin),
            ("access-control-request-method", "DELETE"),
        ];
        call(edge, Method::OPTIONS, "/v1/notes/a/", &headers, "")
    };
    let answer = ask(&edge(), "https://a.example");
    assert_eq!(answer.response.status(), 204);
    assert!(
        header(&answer, "access-control-allow-methods")
            .unwrap()
            .contains("DELETE")
    );
    assert!(
        header(&answer, "access-control-allow-headers")
            .unwrap()
            .contains("authorization")
    );
    assert_eq!(
        header(
            &ask(&edge(), "https://c.example"),
            "access-control-allow-methods"
        ),
        None
    );
    let open = ask(
        &TestEdge::new(&api(), &[("cors_origins", "*")]),
        "https://c.example",
    );
    assert_eq!(header(&open, "access-control-allow-origin"), Some("*"));
    let closed = ask(&TestEdge::new(&api(), &[]), "https://a.example");
    assert_eq!(header(&closed, "access-control-allow-origin"), None);
    assert_eq!(header(&closed, "allow"), Some("DELETE, GET, HEAD, OPTIONS"));
    call(&edge(), Method::OPTIONS, "/nothing", &[], "").expect_problem(404, "route_not_found");
}

#[test]
fn the_operators_routes_take_the_operators_key_alone() {
    let job = |edge: &TestEdge, token: &str| {
        block_on(edge.send(Method::POST, "/internal/jobs/x", token, &Value::Null))
    };
    let open = TestEdge::new(&api(), &[("operator_key", "open sesame")]);
    assert_eq!(job(&open, "open sesame").response.status(), 204);
    for wrong in ["", "open sesam", "open sesame!", "OPEN SESAME"] {
        job(&open, wrong).expect_problem(401, "unauthenticated");
    }
    let (_, token) = block_on(open.user());
    job(&open, &token).expect_problem(401, "unauthenticated");
    block_on(open.send(Method::GET, "/v1/me", "open sesame", &Value::Null))
        .expect_problem(401, "token_invalid");
    // Without a key configured no caller is the operator, not even one with an empty key.
    for token in ["", " ", "open sesame"] {
        job(&edge(), token).expect_problem(401, "unauthenticated");
    }
}
