//! Answers of a known length that are written piece by piece.
#![allow(clippy::unwrap_used)]

use futures::executor::block_on;
use whisper_kit::testing::{Answer, TestEdge};
use whisper_kit::{Api, Ctx, Endpoint, Method, Reply, Request, Result};

const WORDS: &str = "some words, again and again; ";
/// How often they are written: more than is compressed at least.
const TIMES: usize = 200;
const ETAG: &str = "\"words\"";

async fn get(_: Ctx, _: Request) -> Result<Reply> {
    let length = WORDS.len() * TIMES;
    let reply = Reply::stream(200, "text/plain", length as u64, |mut outlet| async move {
        for _ in 0..TIMES {
            outlet.write(WORDS.as_bytes().to_vec()).await;
        }
        outlet.end().await;
    });
    Ok(reply.header("etag", ETAG))
}

async fn whole(_: Ctx, _: Request) -> Result<Reply> {
    let reply = Reply::bytes(200, "text/plain", WORDS.repeat(TIMES));
    Ok(reply.header("cache-control", "private, no-transform"))
}

fn api() -> Api {
    let get = Endpoint::new(Method::GET, "/words", "getWords", "Words.", get);
    let whole = Endpoint::new(Method::GET, "/whole", "getWhole", "Words.", whole);
    Api::new("words", "Words")
        .endpoint(get.public().answers(&["etag"]).reply_bytes(200, "Words."))
        .endpoint(whole.public().reply_bytes(200, "Words."))
}

fn call(method: Method, path: &str, headers: &[(&'static str, &'static str)]) -> Answer {
    let mut request = Request::new(method, path);
    for (name, value) in headers {
        request.headers.insert(*name, value.parse().unwrap());
    }
    block_on(TestEdge::new(&api(), &[]).request(request))
}

fn header<'a>(answer: &'a Answer, name: &str) -> Option<&'a str> {
    let value = answer.response.headers().get(name)?;
    value.to_str().ok()
}

#[test]
fn it_has_its_length_and_its_bytes() {
    let length = (WORDS.len() * TIMES).to_string();
    let answer = call(Method::GET, "/words", &[("accept-encoding", "gzip")]);
    assert_eq!(header(&answer, "content-length"), Some(length.as_str()));
    assert_eq!(header(&answer, "content-encoding"), None);
    assert_eq!(answer.bytes, WORDS.repeat(TIMES).into_bytes());
    let head = call(Method::HEAD, "/words", &[]);
    assert_eq!(header(&head, "content-length"), Some(length.as_str()));
    assert!(head.bytes.is_empty());
}

#[test]
fn one_that_is_known_is_not_written() {
    let answer = call(Method::GET, "/words", &[("if-none-match", ETAG)]);
    assert_eq!(answer.response.status(), 304);
    assert_eq!(header(&answer, "content-length"), None);
    assert!(answer.bytes.is_empty());
}

#[test]
fn one_that_is_to_stay_as_it_is_is_not_compressed() {
    let answer = call(Method::GET, "/whole", &[("accept-encoding", "gzip")]);
    assert_eq!(header(&answer, "content-encoding"), None);
    assert_eq!(header(&answer, "vary"), None);
}
