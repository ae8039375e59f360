//! Requests to a server, with a key.

use std::fmt;
use std::time::Duration;

use backon::{BackoffBuilder, ExponentialBuilder};
use serde_json::Value;
use ureq::http::{Method, Request};

/// Time for a request, its answer included.
const TIMEOUT: Duration = Duration::from_secs(60);
/// How often a request is tried again that the server put off.
const RETRIES: usize = 6;
/// The longest time between two tries, even if the server asks for more.
const LONGEST_WAIT: Duration = Duration::from_secs(60);

/// Reaches one project of a server.
pub struct Client {
    agent: ureq::Agent,
    endpoint: String,
    project: String,
    key: String,
}

/// The failure of a request.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RemoteError {
    /// Status of the answer; none when there was none.
    pub status: Option<u16>,
    /// The server's name for it, such as `column_limit_exceeded`; empty when there is none.
    pub kind: String,
    /// The server's own words, or why there is no answer.
    pub message: String,
    retry_after: Option<Duration>,
}

impl RemoteError {
    fn unreachable(message: impl fmt::Display) -> Self {
        RemoteError {
            message: message.to_string(),
            ..RemoteError::default()
        }
    }

    /// An answer that no server of Appwrite's gives.
    pub(super) fn strange(what: &str) -> Self {
        RemoteError {
            status: Some(200),
            kind: "unexpected_answer".to_owned(),
            message: format!("the answer is none of Appwrite's: {what}"),
            retry_after: None,
        }
    }

    /// Whether the same request may succeed later, and doing it twice does no harm.
    fn is_passing(&self, method: &Method) -> bool {
        match self.status {
            Some(429) => true,
            Some(502..=504) | None => method == Method::GET,
            Some(_) => false,
        }
    }
}

impl fmt::Display for RemoteError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.status {
            Some(status) => write!(f, "{status} {}: {}", self.kind, self.message),
            None => f.write_str(&self.message),
        }
    }
}

impl std::error::Error for RemoteError {}

impl Client {
    /// A client for the API at this address, such as `https://cloud.appwrite.io/v1`.
    pub fn new(endpoint: &str, project: &str, key: &str) -> Self {
        // The key goes to this server and to none that it points at.
        let config = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .timeout_global(Some(TIMEOUT));
        Client {
            agent: config.build().new_agent(),
            endpoint: endpoint.trim_end_matches('/').to_owned(),
            project: project.to_owned(),
            key: key.to_owned(),
        }
    }

    /// Has something done, or asks for something; a success without a body is null. A request that the server puts off
    /// (429), or a GET without an answer or with 502 to 504, is tried again up to six times, with growing waits or
    /// those the server asks for.
    ///
    /// # Errors
    /// When the server can't be reached or refuses.
    pub fn send(&self, method: &Method, path: &str, body: &Value) -> Result<Value, RemoteError> {
        let waits = ExponentialBuilder::default()
            .with_min_delay(Duration::from_millis(200))
            .with_max_delay(LONGEST_WAIT)
            .with_max_times(RETRIES)
            .with_jitter();
        let mut waits = waits.build();
        loop {
            match self.once(method, path, body) {
                Err(error) if error.is_passing(method) => {
                    let Some(wait) = waits.next() else {
                        return Err(error);
                    };
                    let asked = error.retry_after.unwrap_or(wait);
                    std::thread::sleep(asked.min(LONGEST_WAIT));
                }
                result => return result,
            }
        }
    }

    /// Asks for something.
    ///
    /// # Errors
    /// As [`Client::send`].
    pub fn get(&self, path: &str) -> Result<Value, RemoteError> {
        self.send(&Method::GET, path, &Value::Null)
    }

    fn once(&self, method: &Method, path: &str, body: &Value) -> Result<Value, RemoteError> {
        let bytes = match body {
            Value::Null => Vec::new(),
            body => body.to_string().into_bytes(),
        };
        let request = Request::builder()
            .method(method)
            .uri(format!("{}{path}", self.endpoint))
            .header("content-type", "application/json")
            .header("x-appwrite-project", &self.project)
            .header("x-appwrite-key", &self.key)
            .body(bytes)
            .map_err(RemoteError::unreachable)?;
        let mut answer = self.agent.run(request).map_err(RemoteError::unreachable)?;
        let status = answer.status().as_u16();
        let after = answer.headers().get("retry-after");
        let after = after.and_then(|value| value.to_str().ok()?.trim().parse().ok());
        let text = answer
            .body_mut()
            .read_to_string()
            .map_err(RemoteError::unreachable)?;
        let value = if text.is_empty() {
            Some(Value::Null)
        } else {
            serde_json::from_str(&text).ok()
        };
        let text_of =
            |value: &Value, name: &str| value[name].as_str().unwrap_or_default().to_owned();
        let refused = |kind, message| {
            Err(RemoteError {
                status: Some(status),
                kind,
                message,
                retry_after: after.map(Duration::from_secs),
            })
        };
        match value {
            Some(value) if status < 300 => Ok(value),
            Some(value) if value["message"].is_string() => {
                refused(text_of(&value, "type"), text_of(&value, "message"))
            }
            _ => refused(
                String::new(),
                "the answer is none of Appwrite's; is the endpoint right? It ends in /v1".into(),
            ),
        }
    }
}
