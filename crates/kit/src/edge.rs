//! The edge: from a request to a response, whatever happens in between.

use std::rc::Rc;

use bytes::Bytes;
use http::header::{CACHE_CONTROL, CONTENT_LENGTH, WWW_AUTHENTICATE};
use http::{HeaderName, HeaderValue, Method, StatusCode};
use serde_json::json;

use crate::cors;
use crate::ctx::{Ctx, Instance};
use crate::endpoint::{Api, Auth, BODY_LIMIT, Endpoint};
use crate::error::{Code, Error, Result};
use crate::log::{self, Level};
use crate::reply::{Reply, Response};
use crate::request::Request;
use crate::auth;

/// A function's routes, ready to be matched.
pub struct Edge {
    routes: matchit::Router<Vec<Endpoint>>,
}

/// What a path and a method lead to.
enum Matched {
    Endpoint(Endpoint, Vec<(String, String)>),
    OtherMethod(Vec<Method>),
    Nothing,
}

impl Edge {
    /// The routes of a function.
    ///
    /// # Errors
    /// A fault when two paths contradict each other; the function's own tests show that.
    pub fn new(api: &Api) -> Result<Self> {
        let mut by_path: Vec<(&'static str, Vec<Endpoint>)> = Vec::new();
        for endpoint in &api.endpoints {
            match by_path.iter_mut().find(|(path, _)| *path == endpoint.path) {
                Some((_, endpoints)) => endpoints.push(endpoint.clone()),
                None => by_path.push((endpoint.path, vec![endpoint.clone()])),
            }
        }
        let mut routes = matchit::Router::new();
        for (path, endpoints) in by_path {
            routes.insert(path, endpoints).map_err(Error::internal)?;
        }
        Ok(Self { routes })
    }

    /// How many bytes the body of such a request may have.
    pub fn body_limit(&self, method: &Method, path: &str) -> usize {
        match self.find(method, path) {
            Matched::Endpoint(endpoint, _) => endpoint.body_limit,
            _ => BODY_LIMIT,
        }
    }

    /// Answers a request. `request` is an error when it could not be read.
    pub async fn answer(&self, instance: Rc<Instance>, request: Result<Request>) -> Response {
        let ctx = match Ctx::new(instance) {
            Ok(ctx) => ctx,
            Err(error) => return finish("", refuse("", &error)),
        };
        let request = match request {
            Ok(request) => request,
            Err(error) => return finish(ctx.request_id(), refuse(ctx.request_id(), &error)),
        };
        let origin = cors::allowed(ctx.config(), &request);
        let head = request.method == Method::HEAD;
        let mut response = if cors::is_preflight(&request) {
            self.preflight(&request, origin.is_some())
        } else {
            match self.dispatch(&ctx, request).await {
                Ok(reply) => reply.into_response(),
                Err(error) => refuse(ctx.request_id(), &error),
            }
        };
        cors::mark(&mut response, ctx.config(), origin.as_deref());
        let mut response = finish(ctx.request_id(), response);
        if head {
            // The length stays that of the body a GET would bring (RFC 9110, 9.3.2).
            *response.body_mut() = Bytes::new();
        }
        response
    }

    async fn dispatch(&self, ctx: &Ctx, mut request: Request) -> Result<Reply> {
        match self.find(&request.method, &request.path) {
            Matched::Endpoint(endpoint, params) => {
                if request.body.len() > endpoint.body_limit {
                    return Err(too_large(endpoint.body_limit));
                }
                request.params = params;
                admit(ctx, &request, endpoint.auth).await?;
                (endpoint.handler)(ctx.clone(), request).await
            }
            Matched::OtherMethod(methods) => {
                let detail = format!("{} is not offered here.", request.method);
                let error = Error::new(Code::MethodNotAllowed, detail);
                Err(error.with_header("allow", allow(&methods)))
            }
            Matched::Nothing => Err(Error::new(Code::RouteNotFound, "There is no such route.")),
        }
    }

    fn preflight(&self, request: &Request, allowed: bool) -> Response {
        let mut response = Response::new(Bytes::new());
        *response.status_mut() = StatusCode::NO_CONTENT;
        if let (true, Matched::Endpoint(..) | Matched::OtherMethod(_)) =
            (allowed, self.find(&Method::OPTIONS, &request.path))
        {
            let methods = self.methods(&request.path);
            cors::mark_preflight(&mut response, &allow(&methods));
        }
        response
    }

    fn methods(&self, path: &str) -> Vec<Method> {
        self.routes.at(path).map_or_else(
            |_| Vec::new(),
            |found| found.value.iter().map(|e| e.method.clone()).collect(),
        )
    }

    fn find(&self, method: &Method, path: &str) -> Matched {
        // A trailing slash means the same resource.
        let path = match path.strip_suffix('/') {
            Some(shorter) if !shorter.is_empty() => shorter,
            _ => path,
        };
        let Ok(found) = self.routes.at(path) else {
            return Matched::Nothing;
        };
        let wanted = if method == Method::HEAD { &Method::GET } else { method };
        match found.value.iter().find(|endpoint| endpoint.method == *wanted) {
            Some(endpoint) => {
                let params = found.params.iter().map(|(k, v)| (k.to_owned(), decode(v)));
                Matched::Endpoint(endpoint.clone(), params.collect())
            }
            None => Matched::OtherMethod(found.value.iter().map(|e| e.method.clone()).collect()),
        }
    }
}

/// The refusal of a body over the limit.
pub fn too_large(limit: usize) -> Error {
    Error::new(Code::PayloadTooLarge, format!("The body may have {limit} bytes here."))
}

async fn admit(ctx: &Ctx, request: &Request, who: Auth) -> Result<()> {
    match who {
        Auth::Public => Ok(()),
        Auth::Operator => auth::operator(ctx, request),
        Auth::User => {
            let claims = auth::verify(ctx, request).await?;
            let session = ctx.store()?.read(auth::session_query(&claims)).await?;
            let caller = auth::check_session(&claims, session.as_ref(), ctx.now())?;
            ctx.set_claims(claims);
            ctx.set_caller(caller);
            Ok(())
        }
        Auth::UserDeferred => {
            let claims = auth::verify(ctx, request).await?;
            ctx.set_claims(claims);
            Ok(())
        }
    }
}

fn decode(part: &str) -> String {
    percent_encoding::percent_decode_str(part)
        .decode_utf8()
        .map_or_else(|_| part.to_owned(), |text| text.into_owned())
}

fn allow(methods: &[Method]) -> String {
    let mut names: Vec<&str> = methods.iter().map(Method::as_str).collect();
    names.sort_unstable();
    names.dedup();
    names.join(", ")
}

/// The problem document of an error, which is logged when it is our fault.
fn refuse(request_id: &str, error: &Error) -> Response {
    let status = error.code().status();
    if status >= 500 {
        let fields = [
            ("code", json!(error.code().as_str())),
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
        if let Ok(value) = HeaderValue::from_str(value) {
            response.headers_mut().insert(HeaderName::from_static(name), value);
        }
    }
    response
}

/// What every answer carries. The length is set because a chunked answer stalls on Spin (its
/// connections have no TCP_NODELAY).
fn finish(request_id: &str, mut response: Response) -> Response {
    let length = response.body().len();
    let headers = response.headers_mut();
    headers.insert(CONTENT_LENGTH, HeaderValue::from(length));
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
