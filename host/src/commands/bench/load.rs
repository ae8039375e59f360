//! The load: connections that send as fast as they are answered.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::Method;
use hyper::body::Incoming;
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use tokio::net::TcpStream;

use super::report::Measured;

/// One kept-alive connection.
pub struct Client {
    sender: SendRequest<Full<Bytes>>,
    authority: String,
}

impl Client {
    /// Connects.
    pub async fn connect(authority: &str) -> anyhow::Result<Self> {
        let stream = TcpStream::connect(authority).await.context("connecting")?;
        stream.set_nodelay(true)?;
        let (sender, connection) = handshake(TokioIo::new(stream)).await?;
        tokio::spawn(connection);
        Ok(Self {
            sender,
            authority: authority.to_owned(),
        })
    }

    /// Posts JSON and returns the status with the body.
    pub async fn post(
        &mut self,
        path: &str,
        token: Option<&str>,
        body: String,
    ) -> anyhow::Result<(u16, Bytes)> {
        self.call(Method::POST, path, token, body).await
    }

    /// Calls a route and returns the status with the body.
    pub async fn call(
        &mut self,
        method: Method,
        path: &str,
        token: Option<&str>,
        body: String,
    ) -> anyhow::Result<(u16, Bytes)> {
        let (status, answer) = self.begin(method, path, token, body).await?;
        Ok((status, answer.collect().await?.to_bytes()))
    }

    /// Opens the stream of events of this user, over a connection that carries nothing else from then on.
    pub async fn stream(mut self, token: &str) -> anyhow::Result<Incoming> {
        let path = "/v1/realtime";
        let begun = self.begin(Method::GET, path, Some(token), String::new());
        let (status, answer) = begun.await?;
        if status != 200 {
            let bytes = answer.collect().await?.to_bytes();
            bail!("GET {path}: {status} {}", String::from_utf8_lossy(&bytes));
        }
        Ok(answer)
    }

    /// Calls a route; gives the status, and the body that comes.
    async fn begin(
        &mut self,
        method: Method,
        path: &str,
        token: Option<&str>,
        body: String,
    ) -> anyhow::Result<(u16, Incoming)> {
        let mut request = hyper::Request::builder()
            .method(method)
            .uri(path)
            .header("host", &self.authority)
            .header("content-type", "application/json");
        if let Some(token) = token {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        self.sender.ready().await?;
        let response = self
            .sender
            .send_request(request.body(Full::new(Bytes::from(body)))?)
            .await?;
        Ok((response.status().as_u16(), response.into_body()))
    }

    /// Reads something, and wants a 200.
    pub async fn read(&mut self, path: &str, token: &str) -> anyhow::Result<Value> {
        let call = self.call(Method::GET, path, Some(token), String::new());
        let (status, bytes) = call.await?;
        if status != 200 {
            bail!("GET {path}: {status} {}", String::from_utf8_lossy(&bytes));
        }
        Ok(serde_json::from_slice(&bytes)?)
    }

    /// Posts JSON, wants a 2xx, and returns the answer.
    pub async fn create(
        &mut self,
        path: &str,
        token: Option<&str>,
        body: &Value,
    ) -> anyhow::Result<Value> {
        let (status, bytes) = self.post(path, token, body.to_string()).await?;
        if !(200..300).contains(&status) {
            bail!("POST {path}: {status} {}", String::from_utf8_lossy(&bytes));
        }
        Ok(serde_json::from_slice(&bytes)?)
    }
}

/// A user who sends, and the conversations they send to.
#[derive(Debug)]
pub struct Sender {
    /// The access token.
    pub token: String,
    /// The conversations, used in turn.
    pub conversations: Vec<String>,
}

/// How long to send.
#[derive(Clone)]
pub enum Until {
    /// Unmeasured, then measured.
    Time(Duration, Duration),
    /// Measured from the beginning, until it is set.
    Told(Arc<AtomicBool>),
}

/// Sends over one connection for each sender.
pub async fn run(
    authority: &str,
    senders: Arc<Vec<Sender>>,
    until: Until,
) -> anyhow::Result<Measured> {
    run_over(&[authority], senders, until).await
}

/// The same over several hosts, which get the connections by turns.
pub async fn run_over(
    authorities: &[&str],
    senders: Arc<Vec<Sender>>,
    until: Until,
) -> anyhow::Result<Measured> {
    let mut tasks = tokio::task::JoinSet::new();
    for index in 0..senders.len() {
        let client = Client::connect(authorities[index % authorities.len()]).await?;
        let senders = Arc::clone(&senders);
        let until = until.clone();
        tasks.spawn(async move { send(client, &senders[index], index, until).await });
    }
    let mut all = Measured::default();
    while let Some(one) = tasks.join_next().await {
        all.merge(one?);
    }
    Ok(all)
}

async fn send(mut client: Client, sender: &Sender, offset: usize, until: Until) -> Measured {
    let mut measured = Measured::default();
    let now = Instant::now();
    let (warm, end) = match &until {
        Until::Time(warm_up, duration) => (now + *warm_up, Some(now + *warm_up + *duration)),
        Until::Told(_) => (now, None),
    };
    let over = || match &until {
        Until::Told(told) => told.load(Ordering::Relaxed),
        Until::Time(..) => end.is_some_and(|end| Instant::now() >= end),
    };
    let mut n = offset;
    while !over() {
        let conversation = &sender.conversations[n % sender.conversations.len()];
        let path = format!("/v1/conversations/{conversation}/messages");
        let body = json!({
            "id": uuid::Uuid::now_v7().to_string(),
            "contentType": "text",
            "content": content(n as u64),
        });
        let start = Instant::now();
        let answer = client
            .post(&path, Some(&sender.token), body.to_string())
            .await;
        let taken = start.elapsed();
        n += 1;
        if start < warm {
            continue;
        }
        match answer {
            Ok((201, _)) => measured.took(taken),
            Ok((status, body)) => {
                note(
                    &mut measured,
                    format!("{status} {}", String::from_utf8_lossy(&body)),
                );
            }
            Err(error) => {
                note(&mut measured, error.to_string());
                // A broken connection answers nothing more.
                break;
            }
        }
    }
    measured.elapsed = Instant::now().saturating_duration_since(warm);
    measured
}

/// Notes a send that was refused, or got no answer.
pub fn note(measured: &mut Measured, error: String) {
    measured.errors += 1;
    measured.first_error.get_or_insert(error);
}

/// The text of the n-th message; the baseline writes the same.
pub fn content(n: u64) -> String {
    format!("Message {n}: the quick brown fox jumps over the lazy dog, and then some.")
}
