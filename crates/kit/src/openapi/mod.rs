//! The OpenAPI 3.1 document of several functions, made of their endpoint tables.

mod choices;
mod headers;
mod names;
mod parameters;
mod tagged;

#[cfg(feature = "testing")]
pub(crate) use headers::check as check_headers;

use std::collections::BTreeMap;

use schemars::SchemaGenerator;
use schemars::generate::SchemaSettings;
use serde_json::{Map, Value, json};

use crate::endpoint::{Api, Auth, Endpoint};
use crate::error::{Code, Rule};

/// The document's description of the application as a whole.
#[derive(Clone, Copy, Debug, Default)]
pub struct About<'a> {
    /// Its name.
    pub title: &'a str,
    /// Its version.
    pub version: &'a str,
    /// Its description: its purpose and its use, as Markdown.
    pub text: &'a str,
    /// The subjects that operations stand under, in the order to read them.
    pub subjects: &'a [Subject],
}

/// A subject that operations are about.
#[derive(Clone, Copy, Debug)]
pub struct Subject {
    /// Its name.
    pub name: &'static str,
    /// Its description.
    pub about: &'static str,
    /// The beginnings of its operations' paths; of several that fit, the longest counts. A part in braces stands for
    /// any part in braces.
    pub paths: &'static [&'static str],
}

impl Subject {
    /// How many parts of the path it names; none if it isn't about that.
    fn meets(&self, path: &str) -> Option<usize> {
        let begins = |beginning: &&&str| {
            let mut parts = path.split('/');
            beginning.split('/').all(|wanted| {
                parts.next().is_some_and(|part| {
                    part == wanted || wanted.starts_with('{') && part.starts_with('{')
                })
            })
        };
        let lengths = self.paths.iter().filter(begins);
        lengths.map(|path| path.split('/').count()).max()
    }
}

/// The document.
pub fn document(about: &About<'_>, apis: &[Api]) -> Value {
    let mut settings = SchemaSettings::draft2020_12();
    settings.definitions_path = "/components/schemas".into();
    settings.meta_schema = None;
    let mut generator = settings.into_generator();
    let mut paths: BTreeMap<&str, Map<String, Value>> = BTreeMap::new();
    for api in apis {
        let public = |endpoint: &&Endpoint| endpoint.auth != Auth::Private;
        for endpoint in api.endpoints.iter().filter(public) {
            let method = endpoint.method.as_str().to_lowercase();
            let subject = subject(about.subjects, endpoint.path);
            let operation = operation(subject, endpoint, &mut generator);
            paths
                .entry(endpoint.path)
                .or_default()
                .insert(method, operation);
        }
    }
    let mut schemas: Map<String, Value> = generator.take_definitions(true).into_iter().collect();
    schemas.insert("Problem".to_owned(), problem_schema());
    let mut paths = json!(paths);
    let schemas = names::plain(schemas, &mut paths);
    let tags: Vec<Value> = about
        .subjects
        .iter()
        .map(|subject| json!({"name": subject.name, "description": subject.about}))
        .collect();
    let mut document = json!({
        "openapi": "3.1.0",
        "info": {"title": about.title, "version": about.version, "description": about.text,
                 "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"}},
        "servers": [{"url": "/"}],
        "tags": tags,
        "paths": paths,
        "components": {
            "schemas": schemas,
            "headers": headers::components(&paths),
            "securitySchemes": {
                "accessToken": {
                    "type": "http", "scheme": "bearer", "bearerFormat": "JWT",
                    "description": "The `accessToken` of the answer to `signUp`, `signIn` or `refreshSession`; it lasts 15 minutes.",
                },
                "ticket": {
                    "type": "apiKey", "in": "query", "name": "ticket",
                    "description": "The `ticket` of the answer to `createStreamTicket`: it opens one stream, within 30 seconds.",
                },
                "signedAddress": {
                    "type": "apiKey", "in": "query", "name": "sig",
                    "description": "The `url` of a file as answers give it, with `user`, `expires` and `sig`: it is good for some minutes, and for what that user may read.",
                },
                "botToken": {
                    "type": "http", "scheme": "bearer",
                    "description": "The `token` of the answer to `createBot` or `replaceBotToken`; it lasts until it is replaced. Other operations answer bots 403 `not_for_bots`.",
                },
                "operatorKey": {"type": "http", "scheme": "bearer", "description": "The operator's key."},
            },
        },
    });
    tagged::joined(&mut document);
    choices::joined(&mut document);
    document
}

/// The name of the subject that says most about the path.
fn subject(subjects: &[Subject], path: &str) -> Option<&'static str> {
    let met = subjects
        .iter()
        .filter_map(|subject| Some((subject.meets(path)?, subject.name)));
    met.max_by_key(|(parts, _)| *parts).map(|(_, name)| name)
}

fn operation(subject: Option<&str>, endpoint: &Endpoint, generator: &mut SchemaGenerator) -> Value {
    let mut operation = json!({
        "operationId": endpoint.operation,
        "summary": endpoint.summary,
        "tags": subject.iter().collect::<Vec<_>>(),
        "security": match endpoint.auth {
            Auth::Public | Auth::Private => json!([]),
            Auth::User if endpoint.for_bots => json!([{"accessToken": []}, {"botToken": []}]),
            Auth::User => json!([{"accessToken": []}]),
            Auth::UserOrTicket if endpoint.for_bots => {
                json!([{"accessToken": []}, {"botToken": []}, {"ticket": []}])
            }
            Auth::UserOrTicket => json!([{"accessToken": []}, {"ticket": []}]),
            Auth::UserOrAddress if endpoint.for_bots => {
                json!([{"accessToken": []}, {"botToken": []}, {"signedAddress": []}])
            }
            Auth::UserOrAddress => json!([{"accessToken": []}, {"signedAddress": []}]),
            Auth::Operator => json!([{"operatorKey": []}]),
        },
    });
    let parameters = parameters::of(endpoint, generator);
    let paged = parameters
        .iter()
        .any(|parameter| parameter["name"] == "after");
    operation["responses"] = responses(endpoint, paged, generator);
    if !parameters.is_empty() {
        operation["parameters"] = parameters.into();
    }
    if let Some(body) = endpoint.described.body {
        operation["requestBody"] = json!({
            "required": endpoint.described.body_required,
            "content": {"application/json": {"schema": (body.schema)(generator)}},
        });
    }
    if let Some(bytes) = endpoint.bytes {
        operation["requestBody"] = json!({
            "required": true,
            "description": bytes.about,
            "content": {(bytes.media_type): {"schema": {"type": "string", "format": "binary"}}},
        });
    }
    operation
}

fn responses(endpoint: &Endpoint, paged: bool, generator: &mut SchemaGenerator) -> Value {
    let mut responses: BTreeMap<String, Value> = BTreeMap::new();
    for (status, shape, when) in &endpoint.replies {
        let headers = headers::of(endpoint, *status, paged);
        let mut response = json!({"description": when, "headers": headers});
        if let Some(shape) = shape {
            response["content"] =
                json!({"application/json": {"schema": (shape.schema)(generator)}});
        }
        if endpoint.byte_replies.contains(status) {
            let bytes = json!({"type": "string", "format": "binary"});
            response["content"] = json!({"*/*": {"schema": bytes}});
        }
        responses.insert(status.to_string(), response);
    }
    if let Some((shape, when)) = &endpoint.streamed {
        // As OpenAPI 3.2 describes such streams: the schema is that of each event, whose data is a text.
        let text = json!({
            "type": "string",
            "contentMediaType": "application/json",
            "contentSchema": (shape.schema)(generator),
        });
        let event = json!({
            "type": "object",
            "properties": {"id": {"type": "string"}, "event": {"type": "string"}, "data": text},
            "required": ["event", "data"],
        });
        let content = json!({"text/event-stream": {"schema": event}});
        let headers = headers::of(endpoint, 200, false);
        let response = json!({"description": when, "headers": headers, "content": content});
        responses.insert("200".to_owned(), response);
    }
    let mut by_status: BTreeMap<u16, Vec<&str>> = BTreeMap::new();
    let cursor = paged.then_some(Code::InvalidCursor);
    for code in codes(endpoint).into_iter().chain(cursor) {
        let names = by_status.entry(code.status()).or_default();
        if !names.contains(&code.as_str()) {
            names.push(code.as_str());
        }
    }
    for (status, mut names) in by_status {
        names.sort_unstable();
        let response = json!({
            "description": names.join(", "),
            "headers": headers::of(endpoint, status, paged),
            "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
        });
        responses.insert(status.to_string(), response);
    }
    json!(responses)
}

/// The endpoint's own refusals and those of its kind.
fn codes(endpoint: &Endpoint) -> Vec<Code> {
    let mut codes = endpoint.codes.to_vec();
    codes.extend([Code::Internal, Code::InvalidHeader, Code::Unavailable]);
    match endpoint.auth {
        Auth::Public | Auth::Private => {}
        Auth::Operator => codes.push(Code::Unauthenticated),
        Auth::User | Auth::UserOrTicket | Auth::UserOrAddress => codes.extend([
            Code::Unauthenticated,
            Code::TokenInvalid,
            Code::TokenExpired,
            Code::SessionRevoked,
        ]),
    }
    if endpoint.auth == Auth::User && !endpoint.for_bots {
        codes.push(Code::NotForBots);
    }
    if endpoint.described.body.is_some() {
        codes.extend([
            Code::InvalidJson,
            Code::PayloadTooLarge,
            Code::UnsupportedMediaType,
            Code::ValidationFailed,
        ]);
    }
    if endpoint.bytes.is_some() {
        codes.extend([
            Code::IncompleteBody,
            Code::PayloadTooLarge,
            Code::RequestTimeout,
            Code::UnsupportedMediaType,
        ]);
    }
    if endpoint.described.query.is_some() {
        codes.push(Code::InvalidQuery);
    }
    if endpoint.headers.contains(&"if-match") {
        codes.push(Code::PreconditionFailed);
    }
    if endpoint.headers.contains(&"idempotency-key") {
        codes.extend([Code::IdempotencyKeyReused, Code::InvalidHeader]);
    }
    if endpoint.path.contains('{') {
        codes.push(Code::NotFound);
    }
    codes
}

fn problem_schema() -> Value {
    let codes: Vec<&str> = Code::ALL.iter().map(|code| code.as_str()).collect();
    let rules: Vec<&str> = Rule::ALL.iter().map(|rule| rule.as_str()).collect();
    json!({
        "type": "object",
        "description": "The problem (RFC 9457).",
        "required": ["type", "title", "status", "code", "detail", "instance"],
        "properties": {
            "type": {"type": "string", "format": "uri"},
            "title": {"type": "string"},
            "status": {"type": "integer"},
            "code": {"type": "string", "enum": codes},
            "detail": {"type": "string"},
            "instance": {"type": "string", "description": "The request's id, as in x-request-id."},
            "errors": {
                "type": "array",
                "items": {
                    "type": "object",
                    "required": ["field", "rule", "detail"],
                    "properties": {
                        "field": {"type": "string"},
                        "rule": {"type": "string", "enum": rules},
                        "detail": {"type": "string"},
                    },
                },
            },
        },
    })
}
