//! Headers of answers.

use serde_json::{Map, Value, json};

use crate::endpoint::Endpoint;
#[cfg(feature = "testing")]
use crate::reply::Response;

const PATH: &str = "#/components/headers/";

/// The headers that answers of these paths have, by their names.
pub fn components(paths: &Value) -> Value {
    let mut all = all();
    let used = paths.to_string();
    if let Value::Object(headers) = &mut all {
        headers.retain(|name, _| used.contains(&format!("\"{PATH}{name}\"")));
    }
    all
}

fn all() -> Value {
    let text = |about: &str| json!({"description": about, "schema": {"type": "string"}});
    let seconds = json!({
        "description": "Seconds to wait before the next try.",
        "schema": {"type": "integer", "minimum": 0},
    });
    json!({
        "x-request-id": text("Id of the request, for questions about it."),
        "etag": text("The document's revision, for `if-match`."),
        "location": text("Where the new one is."),
        "link": text("The pages around this one (RFC 8288): `next` and `prev`."),
        "idempotency-replayed": {
            "description": "Whether the answer is the first one's, repeated.",
            "schema": {"type": "string", "const": "true"},
        },
        "retry-after": seconds,
        "ratelimit": text("The rest of the limit, and when it is anew."),
        "ratelimit-policy": text("The limit and its window in seconds."),
        "accept-ranges": text("Ranges may be asked for: `bytes` (RFC 9110, 14.3)."),
        "content-range": text("The part of the content that the body is (RFC 9110, 14.4)."),
        "content-disposition": text("Whether the content is shown or saved, and its name (RFC 6266)."),
        "upload-offset": text("How many bytes of the file are kept: where an upload goes on."),
        "upload-length": text("Size of the whole file in bytes."),
        "upload-complete": text("Whether all bytes are there: `?1`, or `?0`."),
        "upload-limit": text("The bounds of the upload: `max-size` in bytes, `max-age` in seconds."),
    })
}

/// Holds the headers of an answer against the document: a test fails at one that it doesn't have.
#[cfg(feature = "testing")]
#[allow(clippy::panic)]
pub fn check(endpoint: &Endpoint, answer: &Response) {
    let status = answer.status().as_u16();
    if status == 304 {
        return;
    }
    let told = of(endpoint, status, true);
    for name in answer.headers().keys().map(http::HeaderName::as_str) {
        let is_ours = all().get(name).is_some();
        if is_ours && told.get(name).is_none() {
            let operation = endpoint.operation;
            panic!("{operation} answers {status} with {name}, which the API document doesn't tell");
        }
    }
}

/// The headers of an answer with this status.
pub fn of(endpoint: &Endpoint, status: u16, paged: bool) -> Value {
    let is_good = status < 300;
    let asks = |name: &str| endpoint.headers.contains(&name);
    let has = |name: &str| endpoint.answers.contains(&name);
    // Refusals of an upload say how far it got as well.
    let is_of_upload = is_good || matches!(status, 409 | 422);
    let all = [
        ("x-request-id", true),
        ("etag", is_good && (has("etag") || asks("if-match"))),
        ("location", matches!(status, 200 | 201) && has("location")),
        ("link", status == 200 && paged),
        ("idempotency-replayed", is_good && asks("idempotency-key")),
        ("retry-after", matches!(status, 429 | 503)),
        ("ratelimit", status == 429),
        ("ratelimit-policy", status == 429),
        ("accept-ranges", is_good && has("accept-ranges")),
        (
            "content-range",
            matches!(status, 206 | 416) && has("content-range"),
        ),
        ("content-disposition", is_good && has("content-disposition")),
        ("upload-offset", is_of_upload && has("upload-offset")),
        ("upload-complete", is_of_upload && has("upload-complete")),
        ("upload-length", is_good && has("upload-length")),
        ("upload-limit", is_good && has("upload-limit")),
    ];
    let given = all.into_iter().filter(|(_, is_given)| *is_given);
    let given: Map<String, Value> = given
        .map(|(name, _)| (name.to_owned(), json!({"$ref": format!("{PATH}{name}")})))
        .collect();
    given.into()
}
