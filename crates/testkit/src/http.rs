//! Calls and replies, short enough to read in a test.

use serde_json::Value;
use ureq::http;

/// Most bytes of an answer that are read.
const LONGEST: u64 = 256 << 20;

/// A call under construction; nothing is sent before [`Call::send`].
#[must_use]
pub struct Call {
    agent: ureq::Agent,
    method: String,
    url: String,
    headers: Vec<(String, String)>,
    body: Option<Vec<u8>>,
}

impl Call {
    pub(crate) fn new(agent: ureq::Agent, method: &str, url: String) -> Self {
        Self {
            agent,
            method: method.to_owned(),
            url,
            headers: Vec::new(),
            body: None,
        }
    }

    /// Adds a header.
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Authenticates with a bearer token.
    pub fn bearer(self, token: &str) -> Self {
        self.header("authorization", &format!("Bearer {token}"))
    }

    /// Sends a JSON body.
    pub fn json(self, body: &Value) -> Self {
        self.raw("application/json", body.to_string().as_bytes())
    }

    /// Sends a body as it is.
    pub fn raw(self, content_type: &str, body: &[u8]) -> Self {
        let mut call = self.header("content-type", content_type);
        call.body = Some(body.to_vec());
        call
    }

    /// Sends the call; panics when no answer came.
    pub fn send(self) -> Reply {
        let what = format!("{} {}", self.method, self.url);
        self.try_send().unwrap_or_else(|e| panic!("{what}: {e}"))
    }

    /// Sends the call; an error means that no whole answer came, as when the host was killed.
    pub fn try_send(self) -> Result<Reply, Box<dyn std::error::Error + Send + Sync>> {
        let mut request = http::Request::builder()
            .method(self.method.as_str())
            .uri(&self.url);
        for (name, value) in &self.headers {
            request = request.header(name, value);
        }
        let mut response = match self.body {
            Some(body) => self.agent.run(request.body(body)?)?,
            None => self.agent.run(request.body(())?)?,
        };
        let body = response.body_mut().with_config().limit(LONGEST);
        let bytes = body.read_to_vec()?;
        let text = String::from_utf8_lossy(&bytes).into_owned();
        Ok(Reply {
            status: response.status().as_u16(),
            headers: response.headers().clone(),
            body: serde_json::from_str(&text).unwrap_or(Value::Null),
            text,
            bytes,
        })
    }
}

/// An answer, read to its end.
#[derive(Debug, Clone)]
pub struct Reply {
    /// The status code.
    pub status: u16,
    /// The headers.
    pub headers: http::HeaderMap,
    /// The body as JSON; null when it is none.
    pub body: Value,
    /// The body as text.
    pub text: String,
    /// The body as it is.
    pub bytes: Vec<u8>,
}

impl Reply {
    /// Asserts the status and returns the body.
    #[track_caller]
    pub fn expect(self, status: u16) -> Value {
        assert_eq!(self.status, status, "{}", self.text);
        self.body
    }

    /// Asserts a problem document (RFC 9457) with this status and code, and returns it.
    #[track_caller]
    pub fn expect_problem(self, status: u16, code: &str) -> Value {
        assert_eq!(
            (self.status, self.body["code"].as_str()),
            (status, Some(code)),
            "{}",
            self.text
        );
        assert_eq!(
            self.header("content-type"),
            Some("application/problem+json")
        );
        assert_eq!(self.body["status"], status);
        assert_eq!(self.body["type"], format!("urn:whisper:error:{code}"));
        assert_eq!(self.body["instance"].as_str(), self.header("x-request-id"));
        self.body
    }

    /// Asserts a problem document that the host made itself, in place of a component: the same in every way.
    #[track_caller]
    pub fn expect_host_problem(self, status: u16, code: &str) -> Value {
        self.expect_problem(status, code)
    }

    /// Asserts a refusal of the body that names exactly these fields, in any order.
    #[track_caller]
    pub fn expect_fields(self, fields: &[&str]) -> Value {
        let body = self.expect_problem(422, "validation_failed");
        let mut named: Vec<&str> = body["errors"]
            .as_array()
            .expect("errors")
            .iter()
            .map(|e| e["field"].as_str().expect("a field"))
            .collect();
        let mut wanted = fields.to_vec();
        named.sort_unstable();
        wanted.sort_unstable();
        assert_eq!(named, wanted, "{body}");
        body
    }

    /// A header's value, when there is one.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|v| v.to_str().ok())
    }
}
