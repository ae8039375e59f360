//! The edge: from a request to a response, also when a handler fails.

use std::rc::Rc;

use bytes::Bytes;
use http::header::{ALLOW, CACHE_CONTROL, CONTENT_LENGTH, CONTENT_TYPE, ETAG, WWW_AUTHENTICATE};
use http::{HeaderName, HeaderValue, Method, StatusCode};
use serde_json::json;

use crate::auth;
use crate::client;
use crate::compress;
use crate::cors;
use crate::ctx::{Ctx, Instance};
use crate::endpoint::{Api, Auth, Endpoint, Header};
use crate::error::{Code, Error, Result};
use crate::incoming::Incoming;
use crate::log::{self, Level};
use crate::outlet::Opened;
use crate::precondition;
use crate::reply::{Reply, Response};
use crate::request::Request;
use crate::routes::{Found, Routes};
use crate::signal::Fault;

/// Headers that decide the effect of a request, beside an endpoint's own.
const MEANINGFUL: [&str; 6] = [
    "authorization",
    "content-encoding",
    "content-type",
    "idempotency-key",
    "if-match",
    "if-none-match",
];
/// Characters of a method that a refusal repeats.
const LONGEST_METHOD: usize = 20;

/// The body of a request, which nobody has read yet.
pub trait Unread: Sized {
    /// Reads it, so many bytes at most.
    fn whole(self, limit: usize) -> impl Future<Output = Result<Bytes>>;

    /// Hands it over as it comes, so many bytes at most; where bodies come whole, all of it is one piece.
    fn in_pieces(self, most: u64) -> impl Future<Output = Result<Incoming>> {
        let limit = usize::try_from(most).unwrap_or(usize::MAX);
        async move { self.whole(limit).await.map(Incoming::whole) }
    }
}

/// The answer to a request.
pub struct Answered {
    /// Its head, and its body where that is whole.
    pub response: Response,
    /// The writer of its body, where that goes on.
    pub opened: Option<Opened>,
}

/// The edge of a function: it answers every request.
pub struct Edge {
    name: &'static str,
    routes: Routes,
}

impl Edge {
    /// The edge of a function.
    ///
    /// # Errors
    /// A fault when two paths contradict each other; the function's own tests show that.
    pub fn new(api: &Api) -> Result<Self> {
        Ok(Self {
            name: api.name,
            routes: Routes::new(api)?,
        })
    }

    /// Answers a request. Its body is read for callers alone who are let in, so that no other one is ever held.
    pub async fn answer(
        &self,
        instance: Rc<Instance>,
        request: Request,
        body: impl Unread,
    ) -> Answered {
        let ctx = match Ctx::new(instance) {
            Ok(ctx) => ctx,
            Err(error) => {
                return Answered {
                    response: finish("", refuse("", "", &error)),
                    opened: None,
                };
            }
        };
        let origin = cors::allowed(ctx.config(), &request);
        let head = request.method == Method::HEAD;
        let known = known_versions(&request);
        let gzip = compress::is_wanted(&request);
        let mut opened = None;
        let mut response = if request.method == Method::OPTIONS {
            self.options(ctx.request_id(), &request, origin.is_some())
        } else {
            let found = self.routes.find(&request.method, &request.path);
            let operation = found.operation();
            match dispatch(&ctx, found, request, body).await {
                Ok(mut reply) => {
                    opened = reply.take_opened();
                    reply.into_response()
                }
                Err(error) => {
                    if let Some(fault) = self.fault(&ctx, operation, &error) {
                        ctx.report(fault);
                    }
                    refuse(ctx.request_id(), operation, &error)
                }
            }
        };
        if known.is_some_and(|known| leave_out_if_known(&mut response, &known)) {
            opened = None;
        }
        cors::mark(&mut response, ctx.config(), origin.as_deref());
        compress::apply(&mut response, gzip);
        // A body that is written piece by piece has its length here where that is known before its end.
        let is_measured = response.headers().contains_key(CONTENT_LENGTH);
        let mut response = finish(ctx.request_id(), response);
        if head {
            // The length stays that of the body a GET would bring (RFC 9110, 9.3.2).
            *response.body_mut() = Bytes::new();
            opened = None;
        } else if opened.is_some() && !is_measured {
            response.headers_mut().remove(CONTENT_LENGTH);
        }
        Answered { response, opened }
    }

    /// The endpoint that answers such a request.
    #[cfg(all(feature = "testing", not(target_family = "wasm")))]
    pub(crate) fn endpoint(&self, request: &Request) -> Option<Rc<Endpoint>> {
        match self.routes.find(&request.method, &request.path) {
            Found::Endpoint(endpoint, _) => Some(endpoint),
            _ => None,
        }
    }

    /// The report of an error, if it is one of ours.
    fn fault(&self, ctx: &Ctx, operation: &'static str, error: &Error) -> Option<Fault> {
        error.is_reported().then(|| Fault {
            component: self.name,
            code: error.code().as_str(),
            operation,
            cause: error.source_text().unwrap_or_default().to_owned(),
            request_id: ctx.request_id().to_owned(),
        })
    }

    /// Answers with the methods of a path: to a browser before it sends the real request, and to any other client.
    fn options(&self, request_id: &str, request: &Request, allowed: bool) -> Response {
        let Some(methods) = self.routes.methods(&request.path) else {
            return refuse(request_id, "", &no_route());
        };
        let mut response = Response::new(Bytes::new());
        *response.status_mut() = StatusCode::NO_CONTENT;
        if allowed {
            cors::mark_preflight(
                &mut response,
                &methods,
                &self.routes.own_headers(&request.path),
            );
        }
        if let Ok(methods) = HeaderValue::from_str(&methods) {
            response.headers_mut().insert(ALLOW, methods);
        }
        response
    }
}

impl Found {
    fn operation(&self) -> &'static str {
        match self {
            Found::Endpoint(endpoint, _) => endpoint.operation,
            _ => "",
        }
    }
}

async fn dispatch(
    ctx: &Ctx,
    found: Found,
    mut request: Request,
    body: impl Unread,
) -> Result<Reply> {
    match found {
        Found::Endpoint(endpoint, _) if endpoint.own_accounts && ctx.is_foreign() => {
            Err(no_route())
        }
        Found::Endpoint(endpoint, params) => {
            request.params = params;
            check_headers(&request, endpoint.own_headers)?;
            if endpoint.at_replica {
                ctx.allow_replica();
            }
            authenticate(ctx, &request, &endpoint).await?;
            match endpoint.bytes {
                Some(bytes) => request.incoming.put(body.in_pieces(bytes.most).await?),
                None => request.body = body.whole(endpoint.body_limit).await?,
            }
            let reply = (endpoint.handler)(ctx.clone(), request).await?;
            // A handler that read something has had the session checked with that; this checks it for the others.
            ctx.check_session().await?;
            Ok(reply)
        }
        Found::OtherMethod(methods) => {
            let method = request.method.as_str();
            let method = method.get(..LONGEST_METHOD).unwrap_or(method);
            let detail = format!("{method} is not offered here.");
            Err(Error::new(Code::MethodNotAllowed, detail).with_header("allow", methods))
        }
        Found::Nothing => Err(no_route()),
    }
}

/// Refuses a header that would count as missing because it is no text.
fn check_headers(request: &Request, own: &[Header]) -> Result<()> {
    let is_text = |name: &&str| {
        let mut values = request.headers.get_all(*name).iter();
        values.all(|value| value.to_str().is_ok())
    };
    let own = own.iter().map(|header| header.name);
    match MEANINGFUL
        .into_iter()
        .chain(own)
        .find(|name| !is_text(name))
    {
        None => Ok(()),
        Some(name) => {
            let detail = format!("The value of {name} may have no other characters than ASCII's.");
            Err(Error::new(Code::InvalidHeader, detail))
        }
    }
}

fn no_route() -> Error {
    Error::new(Code::RouteNotFound, "There is no such route.")
}

async fn authenticate(ctx: &Ctx, request: &Request, endpoint: &Endpoint) -> Result<()> {
    match endpoint.auth {
        Auth::Public => Ok(()),
        Auth::Operator => auth::operator(ctx, request),
        Auth::Private if client::is_component(&request.headers) => Ok(()),
        Auth::Private => Err(no_route()),
        Auth::UserOrTicket | Auth::UserOrAddress if request.header("authorization").is_none() => {
            Ok(())
        }
        Auth::User | Auth::UserOrTicket | Auth::UserOrAddress => {
            ctx.set_claims(auth::verify(ctx, request).await?);
            match ctx.caller()?.is_bot() && !endpoint.for_bots {
                true => refuse_bot(ctx).await,
                false => Ok(()),
            }
        }
    }
}

/// Refuses a bot where people alone may call; whether its token is good is told first.
async fn refuse_bot(ctx: &Ctx) -> Result<()> {
    ctx.check_session().await?;
    let detail = "This route is for people; a bot's token is no good here.";
    Err(Error::new(Code::NotForBots, detail))
}

/// The versions that the client has, when it wants an answer only to another one.
fn known_versions(request: &Request) -> Option<String> {
    let reads = request.method == Method::GET || request.method == Method::HEAD;
    request
        .header("if-none-match")
        .filter(|_| reads)
        .map(str::to_owned)
}

/// Makes 304 of an answer of which the client has this version (RFC 9110, 13.1.2); tells whether it did.
fn leave_out_if_known(response: &mut Response, known: &str) -> bool {
    let Some(etag) = response
        .headers()
        .get(ETAG)
        .and_then(|etag| etag.to_str().ok())
    else {
        return false;
    };
    let is_known = response.status() == StatusCode::OK && precondition::is_among(etag, known);
    if is_known {
        *response.status_mut() = StatusCode::NOT_MODIFIED;
        *response.body_mut() = Bytes::new();
        response.headers_mut().remove(CONTENT_TYPE);
        response.headers_mut().remove(CONTENT_LENGTH);
    }
    is_known
}

/// The problem document of an error, which is logged when it is our fault.
fn refuse(request_id: &str, operation: &str, error: &Error) -> Response {
    let status = error.code().status();
    if status >= 500 && error.code() != Code::QuotaExceeded {
        let fields = [
            ("code", json!(error.code().as_str())),
            ("operation", json!(operation)),
            ("cause", json!(error.source_text().unwrap_or_default())),
        ];
        log::write(Level::Error, "request_failed", request_id, &fields);
    }
    let body = error.to_problem(request_id).to_string();
    let mut response = Reply::bytes(status, "application/problem+json", body).into_response();
    if status == 401 {
        response
            .headers_mut()
            .insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
    }
    for (name, value) in error.headers() {
        let name = HeaderName::from_bytes(name.as_bytes());
        if let (Ok(name), Ok(value)) = (name, HeaderValue::from_str(value)) {
            response.headers_mut().insert(name, value);
        }
    }
    response
}

/// Adds the headers that every answer has. The length is set because a chunked answer stalls on Spin (its
/// connections have no TCP_NODELAY).
fn finish(request_id: &str, mut response: Response) -> Response {
    let length = response.body().len();
    // Both have no body by definition, and 204 must not name a length (RFC 9110, 8.6).
    let bodiless = matches!(
        response.status(),
        StatusCode::NO_CONTENT | StatusCode::NOT_MODIFIED
    );
    let headers = response.headers_mut();
    if !bodiless && !headers.contains_key(CONTENT_LENGTH) {
        headers.insert(CONTENT_LENGTH, HeaderValue::from(length));
    }
    if let Ok(id) = HeaderValue::from_str(request_id) {
        headers.insert(HeaderName::from_static("x-request-id"), id);
    }
    headers.insert(
        HeaderName::from_static("x-content-type-options"),
        HeaderValue::from_static("nosniff"),
    );
    headers.insert(
        HeaderName::from_static("referrer-policy"),
        HeaderValue::from_static("no-referrer"),
    );
    if !headers.contains_key(CACHE_CONTROL) {
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
    response
}
