//! Bodies of callers that aren't let in.
#![allow(clippy::unwrap_used, missing_docs)]

use std::cell::Cell;
use std::rc::Rc;

use futures::executor::block_on;
use whisper_kit::edge::{Edge, Unread};
use whisper_kit::{
    Api, Auth, Bytes, Config, Ctx, Endpoint, Instance, Method, Reply, Request, Result,
};
use whisper_schema::Timestamp;

async fn done(_: Ctx, _: Request) -> Result<Reply> {
    Ok(Reply::no_content())
}

/// A body that notes the limit that it is read with.
struct Watched<'a>(&'a Cell<Option<usize>>);

impl Unread for Watched<'_> {
    async fn whole(self, limit: usize) -> Result<Bytes> {
        self.0.set(Some(limit));
        Ok(Bytes::new())
    }
}

/// The status that a request gets, and the limit that its body was read with, if it was.
fn call(path: &str, authorization: &str) -> (u16, Option<usize>) {
    let endpoint = |path, auth| Endpoint::new(Method::POST, path, "x", "", done).auth(auth);
    let api = Api::new("x", "X.")
        .endpoint(endpoint("/public", Auth::Public).body_limit(7))
        .endpoint(endpoint("/user", Auth::User))
        .endpoint(endpoint("/operator", Auth::Operator))
        .endpoint(endpoint("/private", Auth::Private));
    let config = Config::new([("operator_key", "key")]);
    let instance = Instance::new(None, config, Rc::new(|| Timestamp::from_millis(0)));
    let mut request = Request::new(Method::POST, path);
    let authorization = authorization.parse().unwrap();
    request.headers.insert("authorization", authorization);
    let read = Cell::new(None);
    let edge = Edge::new(&api).unwrap();
    let response = block_on(edge.answer(Rc::new(instance), request, Watched(&read)));
    (response.response.status().as_u16(), read.get())
}

#[test]
fn the_body_of_a_stranger_is_not_read() {
    for (path, authorization, status) in [
        ("/user", "", 401),
        ("/user", "Bearer made.up", 401),
        ("/operator", "", 401),
        ("/operator", "Bearer guess", 401),
        ("/private", "", 404),
        ("/nothing", "", 404),
    ] {
        assert_eq!(call(path, authorization), (status, None), "{path}");
    }
}

#[test]
fn the_body_of_a_caller_is_read_within_the_limit() {
    assert_eq!(call("/public", ""), (204, Some(7)));
    assert_eq!(
        call("/operator", "Bearer key"),
        (204, Some(whisper_kit::BODY_LIMIT))
    );
}
