//! Cross-origin rules (Fetch standard): browsers come in from the configured origins only.
//!
//! Tokens travel in a header, never in a cookie, so credentials mode is never allowed.

use http::HeaderValue;
use http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
    ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE, VARY,
};

use crate::config::Config;
use crate::reply::Response;
use crate::request::Request;

const REQUEST_HEADERS: &str =
    "authorization, content-type, if-match, if-none-match, idempotency-key";
const EXPOSED: &str = "etag, link, location, retry-after, ratelimit, ratelimit-policy, x-request-id, idempotency-replayed, \
    accept-ranges, content-range, content-disposition, upload-offset, upload-complete, upload-length, upload-limit";
/// Seconds that a browser may remember a preflight's answer.
const MAX_AGE: &str = "600";

/// The allowed origin, as it is answered: the request's own, or `*`; none when it may not come in.
pub fn allowed(config: &Config, request: &Request) -> Option<String> {
    let origin = request.header("origin")?;
    config.list("cors_origins").find_map(|entry| match entry {
        "*" => Some("*".to_owned()),
        entry if entry.trim_end_matches('/').eq_ignore_ascii_case(origin) => {
            Some(origin.to_owned())
        }
        _ => None,
    })
}

/// Marks an answer for the browser.
pub fn mark(response: &mut Response, config: &Config, origin: Option<&str>) {
    if config.text("cors_origins").trim().is_empty() {
        return;
    }
    let headers = response.headers_mut();
    // Caches must not give one origin's answer to another.
    headers.append(VARY, HeaderValue::from_static("Origin"));
    if let Some(Ok(origin)) = origin.map(HeaderValue::from_str) {
        headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin);
        headers.insert(
            ACCESS_CONTROL_EXPOSE_HEADERS,
            HeaderValue::from_static(EXPOSED),
        );
    }
}

/// Marks the answer to a preflight, for a path with these methods and these headers of its own.
pub fn mark_preflight(response: &mut Response, methods: &str, own: &[&str]) {
    let headers = response.headers_mut();
    if let Ok(methods) = HeaderValue::from_str(methods) {
        headers.insert(ACCESS_CONTROL_ALLOW_METHODS, methods);
    }
    let names = [&[REQUEST_HEADERS], own].concat().join(", ");
    if let Ok(names) = HeaderValue::from_str(&names) {
        headers.insert(ACCESS_CONTROL_ALLOW_HEADERS, names);
    }
    headers.insert(ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static(MAX_AGE));
}
