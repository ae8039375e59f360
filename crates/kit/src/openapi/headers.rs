//! Headers of answers.

use serde_json::{Map, Value, json};

use crate::endpoint::Endpoint;

const PATH: &str = "#/components/headers/";

/// The headers that answers have, by their names.
pub fn components() -> Value {
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
    })
}

/// The headers of an answer with this status.
pub fn of(endpoint: &Endpoint, status: u16, paged: bool) -> Value {
    let is_good = status < 300;
    let asks = |name: &str| endpoint.headers.contains(&name);
    let has = |name: &str| endpoint.answers.contains(&name);
    let all = [
        ("x-request-id", true),
        ("etag", is_good && (has("etag") || asks("if-match"))),
        ("location", status == 201 && has("location")),
        ("link", status == 200 && paged),
        ("idempotency-replayed", is_good && asks("idempotency-key")),
        ("retry-after", matches!(status, 429 | 503)),
        ("ratelimit", status == 429),
        ("ratelimit-policy", status == 429),
    ];
    let given = all.into_iter().filter(|(_, is_given)| *is_given);
    let given: Map<String, Value> = given
        .map(|(name, _)| (name.to_owned(), json!({"$ref": format!("{PATH}{name}")})))
        .collect();
    given.into()
}
