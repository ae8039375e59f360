//! Connections.

use std::io;
use std::net::TcpListener;
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use http::header::{CONTENT_TYPE, TRANSFER_ENCODING};
use http::request::Parts;
use http::{Method, Request, Response};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use serde_json::{Map, Value};
use tokio::sync::mpsc::UnboundedReceiver;
use tokio::sync::oneshot;

use crate::CONSOLE;
use crate::auth;
use crate::call::Call;
use crate::form;
use crate::function::execution;
use crate::function::run::{Ran, Started};
use crate::project::Project;
use crate::refusal::{Answered, Refusal};
use crate::routes::{Found, Handler, Routes};
use crate::version::Version;

/// Bytes of the largest body.
const LARGEST: usize = 12 * 1024 * 1024;

type Shared = Arc<Mutex<Project>>;

/// Serves until it is stopped.
pub fn serve(
    listener: TcpListener,
    project: &Shared,
    waiting: UnboundedReceiver<Started>,
    stopped: oneshot::Receiver<()>,
) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_io()
        .build();
    let Ok(runtime) = runtime else { return };
    let routes = Arc::new(Routes::new());
    runtime.block_on(async {
        tokio::select! {
            _ = accept(listener, project, &routes) => {}
            () = work(project, waiting) => {}
            _ = stopped => {}
        }
    });
    // A function may still run; the owner of the hook ends it.
    runtime.shutdown_background();
}

/// Runs the functions that no caller waits for, one after the other.
async fn work(project: &Shared, mut waiting: UnboundedReceiver<Started>) {
    while let Some(started) = waiting.recv().await {
        let (execution, ran) = run(started).await;
        let pending = {
            let mut project = project.lock().unwrap_or_else(PoisonError::into_inner);
            execution::finish(&mut project, execution, ran, None);
            project.runner.as_ref().map(|runner| runner.pending.clone())
        };
        if let Some(pending) = pending {
            pending.ended();
        }
    }
    // No run can be started any more: the server goes on without this.
    std::future::pending().await
}

/// Runs a function, beside other requests: it may call the server.
async fn run(started: Started) -> (Value, Ran) {
    let Started {
        hook,
        run,
        execution,
    } = started;
    let ran = tokio::task::spawn_blocking(move || hook(run)).await;
    let ran = ran.unwrap_or_else(|error| Ran {
        status: 500,
        errors: error.to_string(),
        ..Ran::default()
    });
    (execution, ran)
}

async fn accept(listener: TcpListener, project: &Shared, routes: &Arc<Routes>) -> io::Result<()> {
    let listener = tokio::net::TcpListener::from_std(listener)?;
    loop {
        let (stream, _) = listener.accept().await?;
        let (project, routes) = (project.clone(), routes.clone());
        tokio::spawn(async move {
            let service = service_fn(|request| answer(request, &project, &routes));
            // A client that goes away before the answer is no error.
            let _ = http1::Builder::new()
                .serve_connection(TokioIo::new(stream), service)
                .await;
        });
    }
}

/// An error that ends a connection without an answer.
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
    let form = form::read(&head.headers, &body).await;
    let (started, who) = {
        let mut project = project.lock().unwrap_or_else(PoisonError::into_inner);
        project.chunked += usize::from(head.headers.contains_key(TRANSFER_ENCODING));
        let version = project.options.version;
        match first(&mut project, &head, routes, body, form)? {
            Then::Answer(answered) => return Ok(response(answered, version)),
            Then::Run(started, who) => (*started, who),
        }
    };
    let (execution, ran) = run(started).await;
    let mut project = project.lock().unwrap_or_else(PoisonError::into_inner);
    let execution = execution::finish(&mut project, execution, ran, Some(&who));
    let version = project.options.version;
    Ok(response(Ok(Reply::plain((201, execution))), version))
}

/// An answer with its headers.
struct Reply {
    status: u16,
    body: Value,
    headers: Vec<(&'static str, String)>,
}

impl Reply {
    fn plain((status, body): (u16, Value)) -> Self {
        Reply {
            status,
            body,
            headers: Vec::new(),
        }
    }
}

/// The consequence of a request: an answer, or a function's run, whose end is the answer to the caller.
enum Then {
    Answer(Result<Reply, Refusal>),
    Run(Box<Started>, auth::Who),
}

impl Then {
    fn plain(answered: Answered) -> Self {
        Then::Answer(answered.map(Reply::plain))
    }
}

/// Decides the consequence of a request.
fn first(
    project: &mut Project,
    head: &Parts,
    routes: &Routes,
    body: Bytes,
    form: Option<form::Read>,
) -> Result<Then, Broken> {
    let refuse = |refusal| Ok(Then::plain(Err(refusal)));
    if body.len() > LARGEST {
        return refuse(Refusal::new(
            413,
            "general_unknown",
            "The request is too large",
        ));
    }
    if project.throttled > 0 {
        project.throttled -= 1;
        let refusal = Refusal::new(429, "general_rate_limit_exceeded", "Rate limit exceeded");
        return refuse(refusal);
    }
    let path = head.uri.path().strip_prefix("/v1").unwrap_or_default();
    match routes.find(&head.method, path) {
        None => {
            let message = "Route not found";
            refuse(Refusal::new(404, "general_route_not_found", message))
        }
        Some(found) => reach(project, head, found, (&body, form)),
    }
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
    sent: (&[u8], Option<form::Read>),
) -> Result<Then, Broken> {
    let who = match auth::admit(project, &head.headers, found.scope) {
        Ok(who) => who,
        Err(refusal) => return Ok(Then::plain(Err(refusal))),
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
    let handler = found.handler;
    let call = match call(project, head, found, who, sent) {
        Ok(call) => call,
        Err(refusal) => return Ok(Then::plain(Err(refusal))),
    };
    Ok(match handler {
        Handler::Plain(handler) => {
            let answered = handler(project, &call);
            let committed = answered.is_ok() && call.body.contains_key("commit");
            if commits && committed && project.lost > 0 {
                project.lost -= 1;
                return Err(Broken);
            }
            Then::plain(answered)
        }
        Handler::SignIn(handler) => {
            let signed_in = handler(project, &call);
            Then::Answer(signed_in.map(|(body, headers)| Reply {
                status: 201,
                body,
                headers,
            }))
        }
        Handler::Run(handler) => match handler(project, &call) {
            Ok(started) => Then::Run(Box::new(started), call.who),
            Err(refusal) => Then::plain(Err(refusal)),
        },
    })
}

/// The call for a route's handler.
fn call(
    project: &Project,
    head: &Parts,
    found: Found,
    who: auth::Who,
    (body, form): (&[u8], Option<form::Read>),
) -> Result<Call, Refusal> {
    let (body, files) = match (form, body) {
        (Some(form), _) => form?,
        (None, []) => Default::default(),
        (None, body) => {
            let read = serde_json::from_slice::<Map<String, Value>>(body);
            let wrong = |_| Refusal::new(400, "general_argument_invalid", "Body is no JSON object");
            (read.map_err(wrong)?, Vec::new())
        }
    };
    let query = head.uri.query().unwrap_or_default();
    let query = form_urlencoded::parse(query.as_bytes())
        .into_owned()
        .collect();
    let header = |name: &str| head.headers.get(name).and_then(|value| value.to_str().ok());
    let format = header("x-appwrite-response-format");
    Ok(Call {
        params: found.params,
        query,
        body,
        who,
        now: project.now(),
        timestamp: header("x-appwrite-timestamp").map(str::to_owned),
        files,
        console: header("x-appwrite-project") == Some(CONSOLE),
        before_1_9: project.options.version == Version::V1_8
            || format.is_some_and(|format| {
                let mut parts = format.split('.').map(|part| part.parse().unwrap_or(0));
                (parts.next(), parts.next()) < (Some(1), Some(9))
            }),
        version: project.options.version,
        legacy: found.kind.contains(" /databases/"),
        in_parts: header("content-range").is_some(),
    })
}

fn response(answered: Result<Reply, Refusal>, version: Version) -> Response<Full<Bytes>> {
    let refused = |refusal: Refusal| Reply::plain((refusal.code, refusal.body(version)));
    let reply = answered.unwrap_or_else(refused);
    let bytes = match reply.body {
        Value::Null => Bytes::new(),
        body => Bytes::from(body.to_string()),
    };
    let throttled = (reply.status == 429).then(|| ("retry-after", "0".to_owned()));
    let built = Response::builder()
        .status(reply.status)
        .header(CONTENT_TYPE, "application/json");
    let headers = throttled.into_iter().chain(reply.headers);
    let built = headers.fold(built, |built, (name, value)| built.header(name, value));
    built.body(Full::new(bytes)).unwrap_or_default()
}
