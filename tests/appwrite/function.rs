//! A function under Node, called as Appwrite calls it.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::OnceLock;

use appwrite_server::{PROJECT, Server};
use whisper_testkit::{Value, json};

use super::package::Package;

/// A function, running. It ends when dropped.
pub struct Function {
    node: Child,
    address: String,
    key: String,
    agent: ureq::Agent,
}

/// An answer.
#[derive(Debug)]
pub struct Answer {
    /// Its status.
    pub status: u16,
    /// Its headers, repeated ones included.
    pub headers: ureq::http::HeaderMap,
    /// Its body.
    pub body: Vec<u8>,
}

impl Function {
    /// Starts a function of the project that the server has, with the key that its scopes allow.
    pub fn start(package: &Package, server: &Server, path: &str) -> Self {
        let mut node = Command::new(&package.node)
            .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("appwrite/runtime.mjs"))
            .arg(package.functions.join(path))
            .env("APPWRITE_FUNCTION_API_ENDPOINT", server.endpoint())
            .env("APPWRITE_FUNCTION_PROJECT_ID", PROJECT)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut port = String::new();
        let out: ChildStdout = node.stdout.take().unwrap();
        BufReader::new(out).read_line(&mut port).unwrap();
        Self {
            node,
            address: format!("http://127.0.0.1:{}", port.trim()),
            key: server.key(&["rows.read", "rows.write"]),
            agent: agent(),
        }
    }

    /// A call that comes from outside, by a user with this JWT; empty for a guest.
    pub fn call(&self, user: &str, jwt: &str, method: &str, path: &str) -> Call<'_> {
        let headers = [
            ("x-appwrite-trigger", "http"),
            ("x-appwrite-user-id", user),
            ("x-appwrite-user-jwt", jwt),
            ("x-appwrite-client-ip", "203.0.113.9"),
        ];
        self.with(method, path, &headers)
    }

    /// Calls the function as its schedule does.
    pub fn on_schedule(&self) -> Answer {
        let headers = [
            ("x-appwrite-trigger", "schedule"),
            ("x-appwrite-user-id", ""),
        ];
        self.with("POST", "/", &headers).send()
    }

    /// Calls the function as an event of this name does.
    pub fn on_event(&self, name: &str, payload: &Value) -> Answer {
        let headers = [
            ("x-appwrite-trigger", "event"),
            ("x-appwrite-event", name),
            ("x-appwrite-user-id", ""),
        ];
        self.with("POST", "/", &headers).json(payload).send()
    }

    /// The headers that Appwrite sets, over any that a client sends.
    fn with(&self, method: &str, path: &str, headers: &[(&str, &str)]) -> Call<'_> {
        let own = headers
            .iter()
            .copied()
            .chain([("x-appwrite-key", &*self.key)]);
        Call {
            function: self,
            method: method.to_owned(),
            path: path.to_owned(),
            own: own.map(|(n, v)| (n.to_owned(), v.to_owned())).collect(),
            sent: Vec::new(),
            body: None,
        }
    }
}

impl Drop for Function {
    fn drop(&mut self) {
        let _ = self.node.kill();
        let _ = self.node.wait();
    }
}

fn agent() -> ureq::Agent {
    static AGENT: OnceLock<ureq::Agent> = OnceLock::new();
    let make = || {
        let config = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .allow_non_standard_methods(true);
        config.build().new_agent()
    };
    AGENT.get_or_init(make).clone()
}

/// A call under construction.
#[must_use]
pub struct Call<'f> {
    function: &'f Function,
    method: String,
    path: String,
    own: Vec<(String, String)>,
    sent: Vec<(String, String)>,
    body: Option<Vec<u8>>,
}

impl Call<'_> {
    /// A header that the client sends; of those that Appwrite sets, it counts for nothing.
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.sent.push((name.to_owned(), value.to_owned()));
        self
    }

    /// A header that got in beside those that Appwrite sets.
    pub fn smuggled(mut self, name: &str, value: &str) -> Self {
        self.own.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Without a header that Appwrite sets.
    pub fn without(mut self, name: &str) -> Self {
        self.own.retain(|(own, _)| own != name);
        self
    }

    /// A JSON body.
    pub fn json(self, body: &Value) -> Self {
        self.bytes("application/json", body.to_string().as_bytes())
    }

    /// A body as it is.
    pub fn bytes(mut self, content_type: &str, body: &[u8]) -> Self {
        self.body = Some(body.to_vec());
        self.header("content-type", content_type)
    }

    /// Sends it.
    pub fn send(self) -> Answer {
        let url = format!("{}{}", self.function.address, self.path);
        let mut request = ureq::http::Request::builder()
            .method(self.method.as_str())
            .uri(url);
        let overwritten = |name: &str| self.own.iter().any(|(own, _)| own == name);
        let sent = self.sent.iter().filter(|(name, _)| !overwritten(name));
        for (name, value) in sent.chain(&self.own) {
            request = request.header(name, value);
        }
        let agent = &self.function.agent;
        let mut response = match self.body {
            Some(body) => agent.run(request.body(body).unwrap()).unwrap(),
            None => agent.run(request.body(()).unwrap()).unwrap(),
        };
        Answer {
            status: response.status().as_u16(),
            headers: response.headers().clone(),
            body: response
                .body_mut()
                .with_config()
                .limit(64 << 20)
                .read_to_vec()
                .unwrap(),
        }
    }
}

impl Answer {
    /// The body as JSON, after a check of the status.
    #[track_caller]
    pub fn expect(&self, status: u16) -> Value {
        let text = String::from_utf8_lossy(&self.body);
        assert_eq!(self.status, status, "{text}");
        serde_json::from_str(&text).unwrap_or(json!(text))
    }

    /// A problem document with this status and code.
    #[track_caller]
    pub fn refused(&self, status: u16, code: &str) {
        assert_eq!(self.expect(status)["code"], code);
        let kind = &self.headers["content-type"];
        assert_eq!(kind, "application/problem+json; charset=utf-8");
    }
}
