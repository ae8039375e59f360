//! Problem documents (RFC 9457) for the host's answers in a component's place. The kit's list of codes
//! (`crates/kit/src/error/code.rs`) has theirs too: clients see one list.

use std::borrow::Cow;

use bytes::Bytes;
use http::header::{CONTENT_LENGTH, CONTENT_TYPE, HeaderValue, RETRY_AFTER};
use http::{Response, StatusCode};
use http_body_util::{BodyExt, Full};
use serde_json::json;
use uuid::Uuid;
use wasmtime_wasi_http::WasiBody;

/// Header of the request's id.
pub const REQUEST_ID: &str = "x-request-id";

/// The problem for which the host answers in a component's place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Problem {
    /// The component stopped: a panic, a trap, too much memory.
    Trapped {
        /// The cause, as far as a client may know it.
        detail: &'static str,
    },
    /// It took too long.
    Timeout,
    /// The request has no usable `Host` header.
    BadHost,
    /// A header's value is no text in UTF-8. Spin answers a bare 500 to such a request.
    BadHeader {
        /// Its name.
        name: String,
    },
    /// The client took too long to send the body.
    SlowBody {
        /// Whether the component takes bodies in pieces, and may have kept those that came.
        in_pieces: bool,
    },
    /// Bodies of other requests leave no room for this one.
    BodiesFull,
    /// Too many requests wait for a component that computes.
    Busy,
}

/// Seconds after which a client may try again where there was no room.
const TRY_AGAIN: u64 = 1;

/// Status, code, title and detail of a problem document.
type Parts = (StatusCode, &'static str, &'static str, Cow<'static, str>);

impl Problem {
    fn parts(&self) -> Parts {
        match self {
            Self::Trapped { detail } => (
                StatusCode::BAD_GATEWAY,
                "component_trapped",
                "The component failed",
                Cow::Borrowed(detail),
            ),
            Self::Timeout => (
                StatusCode::GATEWAY_TIMEOUT,
                "component_timeout",
                "The component took too long",
                "The component did not answer in time; the request may have had an effect.".into(),
            ),
            Self::BadHost => (
                StatusCode::BAD_REQUEST,
                "invalid_host",
                "The Host header is not usable",
                "The request must have one valid Host header.".into(),
            ),
            Self::BadHeader { name } => (
                StatusCode::BAD_REQUEST,
                "invalid_header",
                "Invalid header",
                format!("The value of the header {name} is no text in UTF-8.").into(),
            ),
            Self::SlowBody { in_pieces } => (
                StatusCode::REQUEST_TIMEOUT,
                "request_timeout",
                "The body came too slowly",
                match in_pieces {
                    false => "The rest of the body did not come in time; nothing was done.".into(),
                    true => "The rest of the body did not come in time.".into(),
                },
            ),
            Self::BodiesFull => (
                StatusCode::SERVICE_UNAVAILABLE,
                "unavailable",
                "Temporarily unavailable",
                "Too many large bodies are on their way. Try again in a moment.".into(),
            ),
            Self::Busy => (
                StatusCode::SERVICE_UNAVAILABLE,
                "unavailable",
                "Temporarily unavailable",
                "Too many requests wait for this. Try again in a moment.".into(),
            ),
        }
    }

    /// The answer to the request of this id.
    pub fn response(&self, id: &str) -> Response<WasiBody> {
        let (status, code, title, detail) = self.parts();
        let document = json!({
            "type": format!("urn:whisper:error:{code}"),
            "title": title,
            "status": status.as_u16(),
            "code": code,
            "detail": detail,
            "instance": id,
        });
        let body = Bytes::from(document.to_string());
        let length = HeaderValue::from(body.len());
        let mut response = Response::new(full(body));
        *response.status_mut() = status;
        let headers = response.headers_mut();
        headers.insert(
            CONTENT_TYPE,
            HeaderValue::from_static("application/problem+json"),
        );
        headers.insert(CONTENT_LENGTH, length);
        if let Ok(id) = HeaderValue::from_str(id) {
            headers.insert(REQUEST_ID, id);
        }
        if matches!(self, Self::BodiesFull | Self::Busy) {
            headers.insert(RETRY_AFTER, HeaderValue::from(TRY_AGAIN));
        }
        response
    }
}

/// An id for a request that no component answers.
pub fn new_id() -> String {
    Uuid::now_v7().to_string()
}

/// A body that is there as a whole.
pub fn full(bytes: impl Into<Bytes>) -> WasiBody {
    Full::new(bytes.into())
        .map_err(|never| match never {})
        .boxed_unsync()
}

/// A bare answer, such as Spin's 404 for a path without a route.
pub fn bare(status: StatusCode) -> Response<WasiBody> {
    let mut response = Response::new(full(Bytes::new()));
    *response.status_mut() = status;
    response
        .headers_mut()
        .insert(CONTENT_LENGTH, HeaderValue::from_static("0"));
    response
}
