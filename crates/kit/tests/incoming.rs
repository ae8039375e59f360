//! Bodies that handlers take in pieces.
#![allow(clippy::unwrap_used, missing_docs)]

use std::cell::Cell;
use std::rc::Rc;

use futures::executor::block_on;
use serde_json::{Value, json};
use whisper_kit::edge::Edge;
use whisper_kit::openapi::{About, document};
use whisper_kit::testing::{Answer, TestEdge, broken_off, too_slow};
use whisper_kit::{
    Api, Bytes, Code, Ctx, Endpoint, Error, Incoming, Method, Reply, Request, Result,
};

/// Bytes that the endpoint takes.
const MOST: u64 = 10;

/// Takes a body to its end, or gives up where the query says so.
async fn put(_: Ctx, request: Request, mut body: Incoming) -> Result<Reply> {
    let mut pieces = Vec::new();
    if request.query == "refuse" {
        return Err(Error::new(Code::Forbidden, "Not now."));
    }
    while let Some(piece) = body.next().await? {
        pieces.push(String::from_utf8_lossy(&piece).into_owned());
        if request.query == "one" {
            break;
        }
    }
    let (length, come) = (body.length(), body.come());
    Reply::ok(&json!({"pieces": pieces, "length": length, "come": come}))
}

/// Tells how a body failed, and what it says when it is asked again.
async fn insist(_: Ctx, _: Request, mut body: Incoming) -> Result<Reply> {
    let told = |next: Result<Option<Bytes>>| match next {
        Ok(piece) => json!(piece.map(|piece| piece.len())),
        Err(error) => json!(error.code().as_str()),
    };
    let all = [
        told(body.next().await),
        told(body.next().await),
        told(body.next().await),
    ];
    Reply::ok(&all)
}

fn api() -> Api {
    let put = Endpoint::new(Method::PUT, "/put", "put", "Puts", put);
    let insist = Endpoint::new(Method::PUT, "/insist", "insist", "Insists", insist);
    Api::new("pieces", "Pieces.")
        .endpoint(put.public().bytes_body(MOST, "Any bytes."))
        .endpoint(insist.public().bytes_body(MOST, "Any bytes."))
}

fn request(path: &str, headers: &[(&'static str, &'static str)]) -> Request {
    let mut request = Request::new(Method::PUT, path);
    for (name, value) in headers {
        request.headers.insert(*name, value.parse().unwrap());
    }
    request
}

fn piece(text: &'static str) -> Result<Bytes> {
    Ok(Bytes::from_static(text.as_bytes()))
}

fn send(
    path: &str,
    headers: &[(&'static str, &'static str)],
    pieces: Vec<Result<Bytes>>,
) -> Answer {
    let edge = TestEdge::new(&api(), &[]);
    block_on(edge.request_in_pieces(request(path, headers), pieces))
}

#[test]
fn pieces_come_one_by_one_and_none_is_empty() {
    let pieces = vec![piece("ab"), piece(""), piece("cde")];
    let told = send("/put", &[("content-length", "5")], pieces).expect(200);
    assert_eq!(
        told,
        json!({"pieces": ["ab", "cde"], "length": 5, "come": 5})
    );
    let told = send("/put", &[], Vec::new()).expect(200);
    assert_eq!(told, json!({"pieces": [], "length": null, "come": 0}));
}

#[test]
fn a_body_that_comes_whole_is_one_piece() {
    let edge = TestEdge::new(&api(), &[]);
    let mut whole = request("/put", &[]);
    whole.body = Bytes::from_static(b"0123456789");
    let told = block_on(edge.request(whole.clone())).expect(200);
    assert_eq!(
        told,
        json!({"pieces": ["0123456789"], "length": 10, "come": 10})
    );
    whole.body = Bytes::from_static(b"0123456789a");
    block_on(edge.request(whole)).expect_problem(413, "payload_too_large");
}

#[test]
fn nothing_is_read_that_the_handler_does_not_ask_for() {
    for (query, asked) in [("refuse", 0), ("one", 1), ("", 3)] {
        let taken = Rc::new(Cell::new(0));
        let count = Rc::clone(&taken);
        let pieces = ["ab", "cd", "ef"].into_iter().map(move |text| {
            count.set(count.get() + 1);
            piece(text)
        });
        let edge = TestEdge::new(&api(), &[]);
        let path = format!("/put?{query}");
        let answer = block_on(edge.request_in_pieces(request(&path, &[]), pieces));
        let status = if query == "refuse" { 403 } else { 200 };
        answer.expect(status);
        assert_eq!(taken.get(), asked, "{query}");
    }
}

#[test]
fn a_body_that_fails_is_told_from_one_that_ends() {
    let refused =
        |pieces, code: &str, status| send("/put", &[], pieces).expect_problem(status, code);
    refused(vec![piece("ab"), Err(broken_off())], "incomplete_body", 400);
    refused(vec![piece("ab"), Err(too_slow())], "request_timeout", 408);
    // One that ends before its length has broken off as well.
    let short = send("/put", &[("content-length", "5")], vec![piece("abcd")]);
    short.expect_problem(400, "incomplete_body");
    let told = send("/insist", &[], vec![Err(too_slow()), piece("ab")]).expect(200);
    assert_eq!(
        told,
        json!(["request_timeout", "incomplete_body", "incomplete_body"])
    );
    let told = send("/insist", &[], vec![piece("ab")]).expect(200);
    assert_eq!(told, json!([2, null, null]));
}

#[test]
fn the_limit_counts_by_the_length_and_by_the_bytes() {
    let large = [("content-length", "11")];
    send("/put?refuse", &large, Vec::new()).expect_problem(413, "payload_too_large");
    let pieces = || vec![piece("01234"), piece("56789"), piece("a"), piece("b")];
    send("/put", &[], pieces()).expect_problem(413, "payload_too_large");
    send("/put", &[], pieces().into_iter().take(2).collect()).expect(200);
}

#[test]
fn a_compressed_body_is_refused() {
    for (encoding, status) in [("gzip", 415), ("identity", 200)] {
        let answer = send("/put", &[("content-encoding", encoding)], vec![piece("a")]);
        answer.expect(status);
    }
}

#[test]
fn the_document_tells_of_bytes() {
    let api = Api::new("pieces", "Pieces.").endpoint(
        Endpoint::new(Method::PATCH, "/go-on", "goOn", "Goes on", put).bytes_body_of(
            "application/partial-upload",
            MOST,
            "The rest.",
        ),
    );
    let document = document(&About::default(), &[self::api(), api]);
    let body = |path: &str, method: &str| document["paths"][path][method]["requestBody"].clone();
    let binary = json!({"schema": {"type": "string", "format": "binary"}});
    let expected = |media: &str, about: &str| -> Value {
        json!({"required": true, "description": about, "content": {media: binary}})
    };
    assert_eq!(
        body("/put", "put"),
        expected("application/octet-stream", "Any bytes.")
    );
    assert_eq!(
        body("/go-on", "patch"),
        expected("application/partial-upload", "The rest.")
    );
    let responses = &document["paths"]["/put"]["put"]["responses"];
    for (status, code) in [
        ("400", "incomplete_body"),
        ("408", "request_timeout"),
        ("413", "payload_too_large"),
        ("415", "unsupported_media_type"),
    ] {
        let told = responses[status]["description"].as_str().unwrap();
        assert!(told.contains(code), "{told}");
    }
}

#[test]
fn an_endpoint_and_its_handler_agree_on_the_body() {
    async fn plain(_: Ctx, _: Request) -> Result<Reply> {
        Ok(Reply::no_content())
    }
    let without = Endpoint::new(Method::PUT, "/a", "a", "A", put);
    let with = Endpoint::new(Method::PUT, "/b", "b", "B", plain).bytes_body(1, "Bytes.");
    for endpoint in [without, with] {
        let api = Api::new("wrong", "Wrong.").endpoint(endpoint);
        assert!(Edge::new(&api).is_err());
    }
}
