//! Answers that go out gzipped.
#![allow(clippy::unwrap_used, missing_docs)]

use std::io::Read;

use flate2::read::GzDecoder;
use futures::executor::block_on;
use serde_json::{Value, json};
use whisper_kit::testing::{Answer, TestEdge};
use whisper_kit::{Api, Ctx, Endpoint, Method, Reply, Request, Result, precondition};

fn long() -> Value {
    json!({"text": "la ".repeat(1000)})
}

async fn read(_: Ctx, request: Request) -> Result<Reply> {
    match request.param("id")? {
        "long" => Ok(Reply::ok(&long())?.etag(3)),
        "short" => Reply::ok(&json!({"text": "la"})),
        _ => Ok(Reply::bytes(200, "image/png", vec![0; 5000])),
    }
}

async fn write(_: Ctx, request: Request) -> Result<Reply> {
    precondition::if_match(&request)?.check(3)?;
    Ok(Reply::no_content())
}

fn send(method: Method, id: &str, headers: &[(&'static str, &str)]) -> Answer {
    let path = "/v1/songs/{id}";
    let api = Api::new("songs", "Songs.")
        .endpoint(
            Endpoint::new(Method::GET, path, "get", "", read)
                .answers(&["etag"])
                .public(),
        )
        .endpoint(Endpoint::new(Method::PUT, path, "put", "", write).public());
    let mut request = Request::new(method, &format!("/v1/songs/{id}"));
    for (name, value) in headers {
        request.headers.insert(*name, value.parse().unwrap());
    }
    block_on(TestEdge::new(&api, &[]).request(request))
}

fn get(id: &str, accepted: &str) -> Answer {
    send(Method::GET, id, &[("accept-encoding", accepted)])
}

fn header<'a>(answer: &'a Answer, name: &str) -> Option<&'a str> {
    let value = answer.response.headers().get(name);
    value.map(|value| value.to_str().unwrap())
}

#[test]
fn a_long_answer_is_gzipped_for_those_who_read_that() {
    let answer = get("long", "br, gzip");
    let sent = answer.response.body();
    let mut text = String::new();
    GzDecoder::new(&sent[..]).read_to_string(&mut text).unwrap();
    assert_eq!(serde_json::from_str::<Value>(&text).unwrap(), long());
    assert!(sent.len() < 200, "{} bytes", sent.len());
    assert_eq!(header(&answer, "content-encoding"), Some("gzip"));
    assert_eq!(
        header(&answer, "content-length"),
        Some(sent.len().to_string().as_str())
    );
    assert_eq!(header(&answer, "vary"), Some("accept-encoding"));
}

#[test]
fn others_get_it_as_it_is_and_caches_are_told_of_both() {
    for accepted in ["identity", "gzip;q=0", "br"] {
        let answer = get("long", accepted);
        assert_eq!(answer.body, long(), "{accepted}");
        assert_eq!(header(&answer, "content-encoding"), None);
        assert_eq!(header(&answer, "vary"), Some("accept-encoding"));
        assert_eq!(header(&answer, "etag"), Some("\"3\""));
    }
}

#[test]
fn what_is_short_or_compressed_in_itself_stays() {
    for id in ["short", "picture"] {
        let answer = get(id, "gzip");
        assert_eq!(header(&answer, "content-encoding"), None, "{id}");
        assert_eq!(header(&answer, "vary"), None, "{id}");
    }
}

#[test]
fn the_etag_of_a_gzipped_answer_is_good_for_both_preconditions() {
    let answer = get("long", "gzip");
    let etag = header(&answer, "etag").unwrap();
    assert_eq!(etag, "W/\"3\"");
    let headers = [("accept-encoding", "gzip"), ("if-none-match", etag)];
    let known = send(Method::GET, "long", &headers);
    assert_eq!(known.response.status(), 304);
    send(Method::PUT, "long", &[("if-match", etag)]).expect(204);
    send(Method::PUT, "long", &[("if-match", "W/\"2\"")])
        .expect_problem(412, "precondition_failed");
}

#[test]
fn head_tells_the_length_that_a_get_would_bring() {
    let get = get("long", "gzip");
    let head = send(Method::HEAD, "long", &[("accept-encoding", "gzip")]);
    assert!(head.response.body().is_empty());
    assert_eq!(
        header(&head, "content-length"),
        header(&get, "content-length")
    );
}
