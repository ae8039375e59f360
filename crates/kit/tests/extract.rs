//! Handlers with arguments that describe the parts of a request that they read.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

use futures::executor::block_on;
use serde_json::json;
use whisper_kit::openapi::{About, document};
use whisper_kit::testing::{Answer, TestEdge};
use whisper_kit::{Api, Ctx, Endpoint, Json, Method, OptionalJson, Params, Reply, Request, Result};
use whisper_schema::Body;

/// A note.
#[derive(Debug, Body)]
#[body(example = r#"{"text": "hi"}"#)]
struct Note {
    /// Words.
    #[field(size = 1..=5)]
    text: String,
    /// How often.
    #[field(range = 1..=9, default = 1)]
    times: i64,
}

/// Parameters of the query.
#[derive(Debug, serde::Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
struct Wanted {
    /// Words to look for.
    word: Option<String>,
}

async fn make(
    _: Ctx,
    _: Request,
    Params(wanted): Params<Wanted>,
    Json(note): Json<Note>,
) -> Result<Reply> {
    Reply::ok(&json!({"text": note.text, "times": note.times, "word": wanted.word}))
}

async fn touch(_: Ctx, _: Request, OptionalJson(note): OptionalJson<Note>) -> Result<Reply> {
    Reply::ok(&json!({"text": note.text}))
}

fn api() -> Api {
    Api::new("notes", "Notes.")
        .endpoint(Endpoint::new(Method::POST, "/notes", "makeNote", "Makes one", make).public())
        .endpoint(Endpoint::new(Method::PUT, "/notes", "touchNote", "Touches one", touch).public())
}

fn sent(method: Method, path: &str, headers: &[(&str, &str)], body: &str) -> Answer {
    let edge = TestEdge::new(&api(), &[]);
    let mut request = Request::new(method, path);
    for (name, value) in headers {
        let name = http::HeaderName::from_bytes(name.as_bytes()).unwrap();
        request.headers.insert(name, value.parse().unwrap());
    }
    request.body = body.to_owned().into();
    block_on(edge.request(request))
}

const JSON: (&str, &str) = ("content-type", "application/json");

#[test]
fn the_document_says_what_the_arguments_say() {
    let document = document(&About::default(), &[api()]);
    let post = &document["paths"]["/notes"]["post"];
    assert_eq!(post["parameters"][0]["name"], "word");
    assert_eq!(post["requestBody"]["required"], true);
    assert_eq!(
        document["paths"]["/notes"]["put"]["requestBody"]["required"],
        false
    );
    let note = &document["components"]["schemas"]["Note"];
    assert_eq!(note["properties"]["text"]["maxLength"], 5);
    assert_eq!(note["examples"][0]["text"], "hi");
}

#[test]
fn the_arguments_are_read_from_the_request() {
    let made = sent(Method::POST, "/notes?word=a", &[JSON], r#"{"text": "hi"}"#).expect(200);
    assert_eq!(made, json!({"text": "hi", "times": 1, "word": "a"}));
    let wrong = sent(
        Method::POST,
        "/notes",
        &[JSON],
        r#"{"times": 10, "more": 1}"#,
    )
    .expect_problem(422, "validation_failed");
    let fields: Vec<&str> = wrong["errors"]
        .as_array()
        .unwrap()
        .iter()
        .map(|e| e["field"].as_str().unwrap())
        .collect();
    assert_eq!(fields, ["text", "times", "more"]);
    sent(Method::POST, "/notes?wort=a", &[JSON], r#"{"text": "hi"}"#)
        .expect_problem(400, "invalid_query");
}

#[test]
fn an_optional_body_is_read_as_an_empty_object_where_there_is_none() {
    sent(Method::PUT, "/notes", &[], "").expect_problem(422, "validation_failed");
    let touched = sent(Method::PUT, "/notes", &[JSON], r#"{"text": "hi"}"#).expect(200);
    assert_eq!(touched["text"], "hi");
}

#[test]
fn a_body_that_is_not_read_is_refused_rather_than_misread() {
    let note = r#"{"text": "hi"}"#;
    for headers in [
        &[("content-type", "text/plain")][..],
        &[("content-type", "application/json; charset=latin1")],
        &[JSON, ("content-encoding", "gzip")],
    ] {
        sent(Method::POST, "/notes", headers, note).expect_problem(415, "unsupported_media_type");
    }
    for headers in [
        &[("content-type", "application/json; charset=\"UTF-8\"")][..],
        &[JSON, ("content-encoding", "identity")],
    ] {
        sent(Method::POST, "/notes", headers, note).expect(200);
    }
    let twice = sent(
        Method::POST,
        "/notes",
        &[JSON],
        r#"{"text": "hi", "text": "ho"}"#,
    );
    assert_eq!(
        twice.expect_problem(422, "validation_failed")["errors"][0]["field"],
        "text"
    );
    let half = sent(Method::POST, "/notes", &[JSON], r#"{"text": "a\ud83d"}"#);
    assert_eq!(
        half.expect_problem(422, "validation_failed")["errors"][0]["rule"],
        "format"
    );
}
