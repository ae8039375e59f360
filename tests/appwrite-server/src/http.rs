//! Connections.

use std::convert::Infallible;
use std::io;
use std::net::TcpListener;
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::request::Parts;
use http::{Method, Request, Response};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use serde_json::{Map, Value};
use tokio::sync::oneshot;

use crate::auth;
use crate::call::Call;
use crate::project::Project;
use crate::refusal::{Answered, Refusal};
use crate::routes::{Found, Routes};

/// Bytes of the largest body.
const LARGEST: usize = 12 * 1024 * 1024;

type Shared = Arc<Mutex<Project>>;

/// Serves until it is stopped.
pub fn serve(listener: TcpListener, project: &Shared, stopped: oneshot::Receiver<()>) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_io()
        .build();
    let Ok(runtime) = runtime else { return };
    let routes = Arc::new(Routes::new());
    runtime.block_on(async {
        tokio::select! {
            _ = accept(listener, project, &routes) => {}
            _ = stopped => {}
        }
    });
}

async fn accept(listener: TcpListener, project: &Shared, routes: &Arc<Routes>) -> io::Result<()> {
    let listener = tokio::net::TcpListener::from_std(listener)?;
    loop {
        let (stream, _) = listener.accept().await?;
        let (project, routes) = (project.clone(), routes.clone());
        tokio::spawn(async move {
            let service = service_fn(|request| answer(request, &project, &routes));
            // A client that goes away is its own business.
            let _ = http1::Builder::new()
                .serve_connection(TokioIo::new(stream), service)
                .await;
        });
    }
}

/// What ends a connection without an answer.
#[derive(Debug)]
struct Broken;

impl std::fmt::Display for Broken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("broken on purpose")
    }
}

impl std::error::Error for Broken {}

async fn answer(
    request: Request<Incoming>,
    project: &Shared,
    routes: &Routes,
) -> Result<Response<Full<Bytes>>, Broken> {
    let (head, body) = request.into_parts();
    let body = body.collect().await.map_err(|_| Broken)?.to_bytes();
    before(&head, project).await;
    let mut project = project.lock().unwrap_or_else(PoisonError::into_inner);
    if body.len() > LARGEST {
        let message = "The request is too large";
        return Ok(response(Err(Refusal::new(413, "general_unknown", message))));
    }
    if project.throttled > 0 {
        project.throttled -= 1;
        let refusal = Refusal::new(429, "general_rate_limit_exceeded", "Rate limit exceeded");
        return Ok(response(Err(refusal)));
    }
    let path = head.uri.path().strip_prefix("/v1").unwrap_or_default();
    let answered = match routes.find(&head.method, path) {
        None => Err(Refusal::new(
            404,
            "general_route_not_found",
            "Route not found",
        )),
        Some(found) => reach(&mut project, &head, found, &body)?,
    };
    Ok(response(answered))
}

/// Lets a test do something right before a commit. It may call the server.
async fn before(head: &Parts, project: &Shared) {
    let path = head.uri.path();
    if head.method != Method::PATCH || !path.starts_with("/v1/tablesdb/transactions/") {
        return;
    }
    let next = {
        let mut project = project.lock().unwrap_or_else(PoisonError::into_inner);
        project.before_commits.pop_front()
    };
    if let Some(next) = next {
        // If it panics, the test that gave it has its own way to see that.
        let _ = tokio::task::spawn_blocking(next).await;
    }
}

/// Answers by a route, unless the connection is to break.
fn reach(
    project: &mut Project,
    head: &Parts,
    found: Found,
    body: &[u8],
) -> Result<Answered, Broken> {
    let who = match auth::admit(project, &head.headers, found.scope) {
        Ok(who) => who,
        Err(refusal) => return Ok(Err(refusal)),
    };
    if head.method != Method::GET {
        match &mut project.fails_after {
            Some(0) => return Err(Broken),
            Some(left) => *left -= 1,
            None => {}
        }
        let path = head.uri.path().strip_prefix("/v1").unwrap_or_default();
        project.writes.push(format!("{} {path}", head.method));
    }
    *project.requests.entry(found.kind.clone()).or_default() += 1;
    let commits = found.kind == "PATCH /tablesdb/transactions/{transaction}";
    let answered = match call(project, head, found, who, body) {
        Ok((handler, call)) => {
            let answered = handler(project, &call);
            let committed = answered.is_ok() && call.body.contains_key("commit");
            if commits && committed && project.lost > 0 {
                project.lost -= 1;
                return Err(Broken);
            }
            answered
        }
        Err(refusal) => Err(refusal),
    };
    Ok(answered)
}

/// A route's handler, and what it is called with.
type Ready = (crate::routes::Handler, Call);

fn call(
    project: &Project,
    head: &Parts,
    found: Found,
    who: auth::Who,
    body: &[u8],
) -> Result<Ready, Refusal> {
    let body = match body {
        [] => Map::new(),
        body => serde_json::from_slice::<Map<String, Value>>(body)
            .map_err(|_| Refusal::new(400, "general_argument_invalid", "Body is no JSON object"))?,
    };
    let query = head.uri.query().unwrap_or_default();
    let query = form_urlencoded::parse(query.as_bytes())
        .into_owned()
        .collect();
    let timestamp = head.headers.get("x-appwrite-timestamp");
    let call = Call {
        params: found.params,
        query,
        body,
        who,
        now: project.now(),
        timestamp: timestamp.and_then(|value| Some(value.to_str().ok()?.to_owned())),
    };
    Ok((found.handler, call))
}

fn response(answered: Answered) -> Response<Full<Bytes>> {
    let (status, body) = answered.unwrap_or_else(|refusal| (refusal.code, refusal.body()));
    let bytes = match body {
        Value::Null => Bytes::new(),
        body => Bytes::from(body.to_string()),
    };
    let throttled = (status == 429).then_some(("retry-after", "0"));
    let built = Response::builder()
        .status(status)
        .header(CONTENT_TYPE, "application/json");
    let built = throttled
        .into_iter()
        .fold(built, |built, (name, value)| built.header(name, value));
    let answer: Result<_, Infallible> = Ok(built.body(Full::new(bytes)).unwrap_or_default());
    match answer {
        Ok(answer) => answer,
    }
}
