//! A database with people, and the helpers of these tests.

use std::pin::pin;
use std::task::{Context, Poll, Waker};

use serde_json::{Value, json};
use whisper_kit::testing::{Answer, TestEdge};
use whisper_kit::{Bytes, Method, Request};
use whisper_schema::Document;
use whisper_schema::prelude::{FileChunk, Profile};
use whisper_store::{Batch, Get, Query};

/// The first bytes of a JPEG.
pub const JPEG: &[u8] = b"\xff\xd8\xff\xe0\0\x10JFIF\0\x01\x01\0\0\x01\0\x01\0\0";
/// The first bytes of a PNG.
pub const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR";
/// The first bytes of a film.
pub const MP4: &[u8] = b"\0\0\0\x18ftypisom\0\0\x02\0isommp41";
/// Length of a chunk.
pub const CHUNK: usize = FileChunk::LENGTH;
/// A day, in milliseconds.
pub const DAY: i64 = 24 * 3_600_000;

/// Bytes of this length that begin like a file, and differ from place to place.
pub fn bytes(start: &[u8], length: usize) -> Vec<u8> {
    let rest = (0..u32::MAX).flat_map(|n| n.wrapping_mul(2_654_435_761).to_be_bytes());
    // A character that opens an element would make a page of some.
    let rest = rest.map(|byte| if byte == b'<' { b'.' } else { byte });
    start.iter().copied().chain(rest).take(length).collect()
}

/// Waits for something, also in the middle of another wait: bodies that a test makes piece by piece send requests of their own.
pub fn block_on<T>(work: impl Future<Output = T>) -> T {
    let mut work = pin!(work);
    let mut context = Context::from_waker(Waker::noop());
    loop {
        if let Poll::Ready(done) = work.as_mut().poll(&mut context) {
            return done;
        }
        std::thread::yield_now();
    }
}

/// The function on an empty database.
pub struct Scene {
    /// The function.
    pub edge: TestEdge,
}

/// Somebody signed in.
#[derive(Clone, Debug)]
pub struct Person {
    /// Their id.
    pub id: String,
    /// Their token.
    pub token: String,
}

impl Scene {
    /// With these variables.
    pub fn with(variables: &[(&str, &str)]) -> Self {
        let all = [variables, &[("operator_key", "key")]].concat();
        Self {
            edge: TestEdge::new(&media::api(), &all),
        }
    }

    /// On PostgreSQL; none, after a line that says so, where there is no server.
    pub fn on_postgres() -> Option<Self> {
        let url = postgres_server::shared()?.fresh_database();
        let variables = [("operator_key", "key")];
        let edge = TestEdge::on_postgres(&media::api(), &variables, &url);
        block_on(edge.store().migrate()).expect("the tables");
        Some(Self { edge })
    }

    /// With the defaults.
    pub fn new() -> Self {
        Self::with(&[])
    }

    /// Somebody with an account and a profile.
    pub fn person(&self) -> Person {
        let (id, token) = block_on(self.edge.user());
        self.put(&Profile {
            id: id.clone(),
            user_id: id.clone(),
            username: Some(format!("user-{id}")),
            ..Profile::default()
        });
        Person { id, token }
    }

    /// Commits this.
    pub fn commit(&self, batch: Batch) {
        block_on(self.edge.store().commit(batch)).expect("a commit");
    }

    /// Stores a document.
    pub fn put<D: Document>(&self, document: &D) {
        self.commit(Batch::new().upsert(document));
    }

    /// A document.
    pub fn get<D: Document>(&self, id: &str) -> Option<D> {
        let found = block_on(self.edge.store().read(Get::<D>::id(id)));
        found.expect("a read").map(whisper_store::Doc::into_inner)
    }

    /// How many documents there are.
    pub fn count<D: Document>(&self) -> u64 {
        block_on(self.edge.store().read(Query::<D>::new().count(1000))).expect("a read")
    }

    /// Sends a request with a body of JSON, none for null.
    pub fn send(&self, method: Method, path: &str, token: &str, body: &Value) -> Answer {
        block_on(self.edge.send(method, path, token, body))
    }

    /// Reads.
    pub fn read(&self, path: &str, token: &str) -> Answer {
        self.send(Method::GET, path, token, &Value::Null)
    }

    /// Sends any request.
    pub fn request(&self, request: Request) -> Answer {
        block_on(self.edge.request(request))
    }

    /// A request with these headers.
    pub fn with_headers(
        &self,
        (method, path): (Method, &str),
        token: &str,
        headers: &[(&'static str, &str)],
    ) -> Request {
        let mut request = self.edge.request_of(method, path, token, &Value::Null);
        for (name, value) in headers {
            request
                .headers
                .insert(*name, value.parse().expect("a header"));
        }
        request
    }

    /// Begins an upload.
    pub fn begin(&self, who: &Person, what: &Value) -> Answer {
        self.send(Method::POST, "/v1/files", &who.token, what)
    }

    /// Begins an upload into a bucket; gives its id.
    pub fn begun(&self, who: &Person, (bucket, mime_type): (&str, &str), size: usize) -> String {
        let what = json!({"bucket": bucket, "name": "a name", "mimeType": mime_type, "size": size});
        let answer = self.begin(who, &what).expect(201);
        answer["id"].as_str().expect("an id").to_owned()
    }

    /// Sends all bytes.
    pub fn sent(&self, who: &Person, id: &str, bytes: &[u8]) -> Answer {
        let path = content(id);
        let mut request = self.with_headers((Method::PUT, &path), &who.token, &[]);
        request.body = Bytes::copy_from_slice(bytes);
        self.request(request)
    }

    /// Sends some bytes.
    pub fn appended(
        &self,
        who: &Person,
        id: &str,
        (offset, is_last): (usize, bool),
        bytes: &[u8],
    ) -> Answer {
        let mut request = self.append(who, id, (offset, is_last));
        request.body = Bytes::copy_from_slice(bytes);
        self.request(request)
    }

    /// The request that appends, without a body.
    pub fn append(&self, who: &Person, id: &str, (offset, is_last): (usize, bool)) -> Request {
        let offset = offset.to_string();
        let headers = [
            ("content-type", "application/partial-upload"),
            ("upload-offset", offset.as_str()),
            ("upload-complete", if is_last { "?1" } else { "?0" }),
        ];
        self.with_headers((Method::PATCH, &content(id)), &who.token, &headers)
    }

    /// Where an upload goes on.
    pub fn offset(&self, who: &Person, id: &str) -> Answer {
        let head = self.with_headers((Method::HEAD, &content(id)), &who.token, &[]);
        self.request(head)
    }

    /// Uploads a file; gives its id.
    pub fn uploaded(&self, who: &Person, kind: (&str, &str), bytes: &[u8]) -> String {
        let id = self.begun(who, kind, bytes.len());
        let file = self.sent(who, &id, bytes).expect(200);
        assert_eq!(file["state"], "ready");
        id
    }

    /// Uploads a small picture into the bucket of messages; gives its id.
    pub fn picture(&self, who: &Person) -> String {
        self.uploaded(who, ("messages", "image/jpeg"), JPEG)
    }

    /// Runs the job; gives its report.
    pub fn run(&self) -> Value {
        let path = "/internal/jobs/media-expiry";
        self.send(Method::POST, path, "key", &Value::Null)
            .expect(200)
    }
}

/// Where the bytes of a file are.
pub fn content(id: &str) -> String {
    format!("/v1/files/{id}/content")
}

/// A header of an answer; empty where there is none.
pub fn header<'a>(answer: &'a Answer, name: &str) -> &'a str {
    let value = answer.response.headers().get(name);
    value.map_or("", |value| value.to_str().expect("text"))
}
