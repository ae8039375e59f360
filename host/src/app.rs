//! The running application: requests in, answers out.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::atomic::Ordering;
use std::sync::{Arc, OnceLock};
use std::time::Instant;

use http::header::{CONNECTION, HOST, HeaderName, HeaderValue};
use http::uri::{Authority, Scheme};
use http::{Request, Response, StatusCode, Uri};
use serde_json::json;
use wasmtime_wasi_http::WasiBody;
use wasmtime_wasi_http::handler::{ProxyHandler, TrapOrPanicError};
use whisper_manifest::hosts::chaining_target;
use whisper_manifest::routes::{RouteMatch, Router};

use crate::bodies::{Bodies, Progress, Watch};
use crate::component::{Answering, Application, ComponentContext};
use crate::faults::{Fault, Faults};
use crate::instances::{Instances, Stats, Taken};
use crate::log;
use crate::problem::{self, Problem, REQUEST_ID};

/// Spin answers this path itself.
const HEALTH: &str = "/.well-known/spin/health";
const RESERVED: &str = "/.well-known/spin/";
/// Characters of a method that the log shows.
const LONGEST_METHOD: usize = 20;

/// A loaded application.
pub struct App {
    router: Router,
    components: BTreeMap<String, ProxyHandler<Instances>>,
    stats: Arc<Stats>,
    faults: Faults,
    bodies: Bodies,
    authority: OnceLock<String>,
}

impl App {
    /// An application of components that are ready.
    pub fn new(
        router: Router,
        components: BTreeMap<String, ProxyHandler<Instances>>,
        stats: Arc<Stats>,
        faults: Faults,
        bodies: Bodies,
    ) -> Self {
        Self {
            router,
            components,
            stats,
            faults,
            bodies,
            authority: OnceLock::new(),
        }
    }

    /// The host's counters.
    pub fn stats(&self) -> &Stats {
        &self.stats
    }

    /// Each component by its id.
    pub fn components(&self) -> impl Iterator<Item = (&str, &ComponentContext)> {
        self.components
            .iter()
            .map(|(id, handler)| (id.as_str(), handler.state().component()))
    }

    /// The component that a path leads to.
    pub fn component_of(&self, path: &str) -> Option<String> {
        Some(self.router.route(path)?.target.component.clone())
    }

    /// Host and port it listens on.
    pub fn authority(&self) -> &str {
        self.authority.get().map_or("localhost", String::as_str)
    }

    /// Notes the address that it listens on.
    pub fn listens_on(&self, address: SocketAddr) {
        let _ = self.authority.set(address.to_string());
    }

    /// Answers a request from outside, or one of the application to itself.
    pub async fn handle_public(
        &self,
        mut request: Request<WasiBody>,
        client: SocketAddr,
    ) -> Response<WasiBody> {
        let start = Instant::now();
        let method = request.method().clone();
        strip_transport(&mut request);
        let path = request.uri().path();
        if path.starts_with(RESERVED) {
            let found = path == HEALTH;
            return if found {
                Response::new(problem::full("OK"))
            } else {
                problem::bare(StatusCode::NOT_FOUND)
            };
        }
        let Some(route) = self.router.route(path) else {
            let response = problem::bare(StatusCode::NOT_FOUND);
            log_request(&method, "", "", &response, start);
            return response;
        };
        let target = Arc::clone(&route.target);
        let response = self.answer(request, &route, client).await;
        log_request(
            &method,
            &target.raw_route,
            &target.component,
            &response,
            start,
        );
        response
    }

    /// Answers a request of one component to another; None when there is no such component.
    pub async fn handle_chained(
        &self,
        component: &str,
        request: Request<WasiBody>,
        client: SocketAddr,
    ) -> Option<Response<WasiBody>> {
        self.components.get(component)?;
        let start = Instant::now();
        let method = request.method().clone();
        let route = RouteMatch::chained(component, request.uri().path());
        let response = self.answer(request, &route, client).await;
        log_request(&method, "(chained)", component, &response, start);
        Some(response)
    }

    async fn answer(
        &self,
        mut request: Request<WasiBody>,
        route: &RouteMatch,
        client: SocketAddr,
    ) -> Response<WasiBody> {
        if let Err(problem) = prepare(&mut request, route, client) {
            return problem.response(&problem::new_id());
        }
        let Some(handler) = self.components.get(&route.target.component) else {
            return problem::bare(StatusCode::NOT_FOUND);
        };
        let taken = Taken::default();
        self.stats.requests.fetch_add(1, Ordering::Relaxed);
        let _in_flight = InFlight::new(&self.stats);
        let of = taken.clone();
        let long = handler.state().component().long_bodies;
        let long: Option<Progress> = long.then(|| Box::new(move || of.note_piece()) as _);
        let mut watch = self.bodies.watch(&mut request, long);
        let refusal = async {
            match &mut watch {
                Some(watch) => watch.refusal().await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            answer = pass(handler, &taken, request) => match (answer, watch.as_mut().and_then(Watch::refused)) {
                // The component answered the part that it read of a body that broke off, before the host could.
                (_, Some(problem)) => {
                    taken.note_answered();
                    problem.response(taken.id())
                }
                (Ok(Ok(response)), None) => {
                    taken.note_answered();
                    response
                }
                (Ok(Err(error)), None) => self.failed(&taken, &error, &route.target.component),
                (Err(problem), None) => problem.response(taken.id()),
            },
            // The component reads that its body broke off, and is done with it.
            problem = refusal => {
                taken.note_answered();
                problem.response(taken.id())
            }
        }
    }

    fn failed(
        &self,
        taken: &Taken,
        error: &wasmtime::Error,
        component: &str,
    ) -> Response<WasiBody> {
        let problem = taken.problem(error);
        let (counter, kind) = match problem {
            Problem::Timeout => (&self.stats.timed_out, "component_timeout"),
            _ => (&self.stats.trapped, "component_trapped"),
        };
        counter.fetch_add(1, Ordering::Relaxed);
        let id = taken.id();
        let response = problem.response(id);
        let reason = format!("{error:#}");
        let fields = json!({ "component": component, "requestId": id, "reason": reason });
        log::event("request_failed", fields, || {
            format!("[{component}] request {id}: {reason}")
        });
        if !taken.ended_with(error) {
            taken.note_answered();
            self.faults.tell(Fault {
                component: component.to_owned(),
                kind,
                reason,
                request_ids: vec![id.to_owned()],
            });
        }
        response
    }
}

impl Application for App {
    fn authority(&self) -> &str {
        App::authority(self)
    }

    fn answer_own(
        &self,
        request: Request<WasiBody>,
        client: SocketAddr,
    ) -> Answering<'_, Response<WasiBody>> {
        Box::pin(self.handle_public(request, client))
    }

    fn answer_chained<'a>(
        &'a self,
        component: &'a str,
        request: Request<WasiBody>,
        client: SocketAddr,
    ) -> Answering<'a, Option<Response<WasiBody>>> {
        Box::pin(self.handle_chained(component, request, client))
    }
}

/// Hands a request to an instance of its component, when it is its turn.
async fn pass(
    handler: &ProxyHandler<Instances>,
    taken: &Taken,
    request: Request<WasiBody>,
) -> Result<wasmtime::Result<Response<WasiBody>>, Problem> {
    let instances = handler.state();
    let Some(computing) = instances.computing() else {
        let turn = instances.turnstile().enter().await;
        return Ok(handler.handle(taken.ticket(turn), request).await);
    };
    let place = computing.enter().await.ok_or(Problem::Busy)?;
    let turn = instances.turnstile().enter().await;
    let (handler, ticket) = (handler.clone(), taken.ticket(turn));
    let work = async move { handler.handle(ticket, request).await };
    let answer = computing.run(place, work).await;
    Ok(answer.unwrap_or_else(|| Err(TrapOrPanicError.into())))
}

/// Counts a request until its answer begins or its client is gone.
struct InFlight<'a>(&'a Stats);

impl<'a> InFlight<'a> {
    fn new(stats: &'a Stats) -> Self {
        stats.in_flight.fetch_add(1, Ordering::Relaxed);
        Self(stats)
    }
}

impl Drop for InFlight<'_> {
    fn drop(&mut self) {
        self.0.in_flight.fetch_sub(1, Ordering::Relaxed);
    }
}

/// Takes out headers that concern the connection alone, and a host that only components may name.
fn strip_transport(request: &mut Request<WasiBody>) {
    let headers = request.headers_mut();
    headers.remove(CONNECTION);
    let chained = headers.get(HOST).and_then(|host| host.to_str().ok());
    if chained.and_then(chaining_target).is_some() {
        headers.remove(HOST);
    }
}

/// Completes the URI and says, in headers no client can set, how the component was reached. Refuses the requests
/// that Spin refuses.
fn prepare(
    request: &mut Request<WasiBody>,
    route: &RouteMatch,
    client: SocketAddr,
) -> Result<(), Problem> {
    let full_url = complete(request).ok_or(Problem::BadHost)?;
    let headers = request.headers_mut();
    let is_text = |value: &HeaderValue| std::str::from_utf8(value.as_bytes()).is_ok();
    if let Some((name, _)) = headers.iter().find(|(_, value)| !is_text(value)) {
        let name = name.to_string();
        return Err(Problem::BadHeader { name });
    }
    let forged: Vec<HeaderName> = headers
        .keys()
        .filter(|name| name.as_str().starts_with("spin-"))
        .cloned()
        .collect();
    for name in forged {
        headers.remove(name);
    }
    for (name, value) in route.headers(&full_url, &client.to_string()) {
        let bytes = (name.as_bytes(), value.as_bytes());
        let header = (
            HeaderName::from_bytes(bytes.0),
            HeaderValue::from_bytes(bytes.1),
        );
        let (Ok(name), Ok(value)) = header else {
            return Err(Problem::BadHeader { name });
        };
        headers.insert(name, value);
    }
    Ok(())
}

/// Completes the URI of a request with the one host that it names, and returns it as a whole; none when it names
/// none, or several.
fn complete(request: &mut Request<WasiBody>) -> Option<String> {
    if request.headers().get_all(HOST).iter().count() > 1 {
        return None;
    }
    let from_header = match request.headers().get(HOST) {
        Some(host) => Some(host.to_str().ok()?.parse::<Authority>().ok()?),
        None => None,
    };
    let mut parts = std::mem::take(request.uri_mut()).into_parts();
    let authority = match (from_header, parts.authority.take()) {
        (Some(header), Some(uri)) if header != uri => return None,
        (Some(authority), _) | (None, Some(authority)) => authority,
        (None, None) => return None,
    };
    let host = request
        .headers()
        .get(HOST)
        .and_then(|h| h.to_str().ok())
        .unwrap_or("localhost");
    let path = parts
        .path_and_query
        .as_ref()
        .map_or("/", |path| path.as_str());
    let full_url = format!("http://{host}{path}");
    parts.scheme = Some(Scheme::HTTP);
    parts.authority = Some(authority);
    *request.uri_mut() = Uri::from_parts(parts).ok()?;
    Some(full_url)
}

fn request_id(response: &Response<WasiBody>) -> &str {
    response
        .headers()
        .get(REQUEST_ID)
        .and_then(|id| id.to_str().ok())
        .unwrap_or_default()
}

/// A method for the log. Clients may make up their own, which hyper reads at any length.
fn cut(method: &str) -> &str {
    // A method is ASCII.
    method.get(..LONGEST_METHOD).unwrap_or(method)
}

fn log_request(
    method: &http::Method,
    route: &str,
    component: &str,
    response: &Response<WasiBody>,
    start: Instant,
) {
    let method = cut(method.as_str());
    let status = response.status().as_u16();
    let ms = start.elapsed().as_micros() as f64 / 1000.0;
    let id = request_id(response);
    let fields = json!({
        "method": method, "route": route, "component": component, "status": status,
        "ms": ms, "requestId": id,
    });
    log::event("request", fields, || {
        format!("{method} {route} {status} {ms:.1} ms {id}")
    });
}
