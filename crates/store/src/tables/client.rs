//! Requests to the server: their form, and the meaning of their failures.

use std::collections::hash_map::RandomState;
use std::hash::BuildHasher;
use std::time::{Duration, Instant};

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;
use whisper_schema::{Rule, collections, system_collections};

use super::Tables;
use super::transport::{Answer, Call, TransportError};
use crate::columns::violation;
use crate::error::StoreError;

/// How long something is tried again: longer than a lock is waited for in SQL, as each try is several requests.
const PATIENCE: Duration = Duration::from_secs(10);
/// How often a question is asked again that got lost or met a fault of the server's.
const ASKED_AGAIN: u32 = 2;
/// The first pause before another try, and the longest.
const FIRST_PAUSE: Duration = Duration::from_millis(40);
const LONGEST_PAUSE: Duration = Duration::from_secs(1);

/// The failure of a request.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Refusal {
    /// The server answered no; nothing was done. It may say which attribute of ours it is about.
    Refused {
        status: u16,
        kind: String,
        field: Option<Field>,
    },
    /// It put the request off for longer than a caller may wait.
    Throttled,
    /// It never got the request.
    Unsent(&'static str),
    /// It may have carried the request out, or may still do so.
    Unknown(String),
}

/// An attribute that has a value which the server doesn't take, and the rule that it breaks there.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Field {
    key: &'static str,
    rule: Rule,
}

impl Field {
    /// The attribute that a message names, if there is such a one: nothing else is taken over from the message.
    fn read(message: &str) -> Option<Field> {
        let (_, rest) = message.split_once("Attribute \"")?;
        let (name, why) = rest.split_once('"')?;
        let name = name.split('[').next().unwrap_or_default();
        let tables = collections().iter().chain(system_collections());
        let attribute = tables.copied().find_map(|table| table.attribute(name))?;
        let rule = if why.contains("valid range") {
            Rule::Range
        } else if why.contains("no longer than") {
            Rule::Size
        } else {
            Rule::Format
        };
        let key = attribute.key;
        Some(Field { key, rule })
    }
}

impl Refusal {
    /// Whether it is an answer with this status.
    pub fn is(&self, expected: u16) -> bool {
        matches!(self, Refusal::Refused { status, .. } if *status == expected)
    }

    /// Whether the server's name for it ends so: it calls rows documents too, and columns attributes.
    pub fn ends(&self, with: &str) -> bool {
        matches!(self, Refusal::Refused { kind, .. } if kind.ends_with(with))
    }
}

/// Takes over the server's name for the error and nothing else of its answer: its messages quote values.
impl From<Refusal> for StoreError {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Throttled => StoreError::Busy,
            Refusal::Unsent(why) => StoreError::Unavailable(why.to_owned()),
            Refusal::Unknown(why) => StoreError::Unavailable(why),
            Refusal::Refused {
                field: Some(field), ..
            } => {
                let why = "is nothing that the database takes";
                StoreError::Invalid(vec![violation(field.key, field.rule, why)])
            }
            Refusal::Refused { status, kind, .. } => {
                let said = format!("Appwrite says {status} {kind}");
                let missing = [
                    "table_not_found",
                    "collection_not_found",
                    "database_not_found",
                ];
                match status {
                    401 | 403 => StoreError::Unavailable(format!(
                        "{said}: the key must be one of this project, with the scopes rows.read and rows.write"
                    )),
                    _ if missing.contains(&kind.as_str()) => {
                        StoreError::Internal(format!("{said}: run `whisper schema push`"))
                    }
                    _ => StoreError::Internal(said),
                }
            }
        }
    }
}

/// The pauses before a request is sent again: longer each time, and together no longer than [`PATIENCE`].
pub(super) struct Backoff {
    start: Instant,
    waited: Duration,
    tries: u32,
}

impl Backoff {
    pub fn new() -> Self {
        Backoff {
            start: Instant::now(),
            waited: Duration::ZERO,
            tries: 0,
        }
    }

    /// Waits, at least as long as the server asks for. False when the time is up.
    pub async fn wait(&mut self, tables: &Tables, asked: Option<Duration>) -> bool {
        // By chance more or less: requests that collided once must not do so in step.
        let chance = RandomState::new().hash_one(self.tries) % 1000;
        let most = (FIRST_PAUSE * 2u32.saturating_pow(self.tries.min(10))).min(LONGEST_PAUSE);
        let pause = most / 2 + most * u32::try_from(chance).unwrap_or_default() / 2000;
        let pause = asked.map_or(pause, |asked| asked.max(pause));
        if self.start.elapsed().max(self.waited) + pause > PATIENCE {
            return false;
        }
        self.tries += 1;
        self.waited += pause;
        tables.transport.pause(pause).await;
        true
    }
}

impl Tables {
    /// Asks for something. Doing so twice does no harm, so it is done again if it fails.
    pub(super) async fn get(
        &self,
        path: &str,
        query: &[(String, String)],
    ) -> Result<Value, Refusal> {
        let mut backoff = Backoff::new();
        let mut again = ASKED_AGAIN;
        loop {
            let refusal = match self.request("GET", path, query, "").await {
                Ok(value) => return Ok(value),
                Err(refusal) => refusal,
            };
            let passing = matches!(refusal, Refusal::Unsent(_) | Refusal::Unknown(_));
            if !passing || again == 0 || !backoff.wait(self, None).await {
                return Err(refusal);
            }
            again -= 1;
        }
    }

    /// Has something done.
    pub(super) async fn send(
        &self,
        method: &'static str,
        path: &str,
        body: Value,
    ) -> Result<Value, Refusal> {
        self.request(method, path, &[], &body.to_string()).await
    }

    /// One request; sent again when the server puts it off.
    async fn request(
        &self,
        method: &'static str,
        path: &str,
        query: &[(String, String)],
        body: &str,
    ) -> Result<Value, Refusal> {
        let mut backoff = Backoff::new();
        loop {
            let call = self.call(method, path, query, body)?;
            let answer = self.transport.send(call).await;
            match answer {
                Ok(Answer {
                    status: 429,
                    retry_after,
                    ..
                }) => {
                    if !backoff.wait(self, retry_after).await {
                        return Err(Refusal::Throttled);
                    }
                }
                Ok(answer) => return read(answer),
                Err(TransportError::Unsent(why)) => return Err(Refusal::Unsent(why)),
                Err(TransportError::Lost(why)) => return Err(Refusal::Unknown(why.to_owned())),
            }
        }
    }

    fn call(
        &self,
        method: &'static str,
        path: &str,
        query: &[(String, String)],
        body: &str,
    ) -> Result<Call, Refusal> {
        if !self.credentials.is_set() {
            return Err(Refusal::Unsent("there is no key for Appwrite"));
        }
        let mut url = format!("{}{path}", self.endpoint);
        for (i, (name, value)) in query.iter().enumerate() {
            let separator = if i == 0 { '?' } else { '&' };
            let (name, value) = (encoded(name), encoded(value));
            url.push_str(&format!("{separator}{name}={value}"));
        }
        Ok(Call {
            method,
            url,
            headers: vec![
                ("content-type", "application/json".to_owned()),
                ("x-appwrite-project", self.project.clone()),
                ("x-appwrite-key", self.credentials.get()),
            ],
            body: body.to_owned(),
        })
    }
}

fn encoded(text: &str) -> String {
    utf8_percent_encode(text, NON_ALPHANUMERIC).to_string()
}

/// Reads an answer; a success without a body is null.
fn read(answer: Answer) -> Result<Value, Refusal> {
    let Answer { status, body, .. } = answer;
    // After a timeout of the server, or of a proxy before it, the request may still be carried out behind it.
    if status >= 500 || status == 408 {
        return Err(Refusal::Unknown(format!("Appwrite says {status}")));
    }
    if body.is_empty() && status < 300 {
        return Ok(Value::Null);
    }
    match serde_json::from_slice::<Value>(&body) {
        Ok(value) if status < 300 => Ok(value),
        Ok(value) if status >= 400 && value["type"].is_string() => {
            let kind = value["type"].as_str().unwrap_or_default();
            let known = |c: &char| c.is_ascii_alphanumeric() || *c == '_';
            let kind: String = kind.chars().filter(known).take(60).collect();
            let message = value["message"].as_str().unwrap_or_default();
            let structure = kind.ends_with("_invalid_structure");
            let field = Field::read(message).filter(|_| structure);
            Err(Refusal::Refused {
                status,
                kind,
                field,
            })
        }
        _ if status < 300 => Err(Refusal::Unknown(
            "the answer is none of Appwrite's".to_owned(),
        )),
        _ => Err(Refusal::Unsent(
            "the answer is none of Appwrite's; is the endpoint right? It ends in /v1",
        )),
    }
}
