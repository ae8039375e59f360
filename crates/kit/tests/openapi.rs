//! The OpenAPI document agrees with the endpoint table.
#![allow(clippy::unwrap_used, missing_docs, dead_code)]

use schemars::JsonSchema;
use serde_json::{Value, json};
use whisper_kit::openapi::{About, Subject};
use whisper_kit::page::{Listing, Window};
use whisper_kit::{
    Api, Auth, Code, Ctx, Endpoint, Json, Method, OptionalJson, Reply, Request, Result, openapi,
};
use whisper_schema::Body;

const ABOUT: About = About {
    title: "Whisper",
    version: "1.2.3",
    text: "A backend.",
    subjects: &[
        Subject {
            name: "Notes",
            about: "Words to oneself.",
            paths: &["/v1/notes", "/v1/trash"],
        },
        Subject {
            name: "One note",
            about: "A single one.",
            paths: &["/v1/notes/{}"],
        },
        Subject {
            name: "Operations",
            about: "For operators.",
            paths: &["/internal"],
        },
    ],
};

/// A note to oneself.
#[derive(Body)]
struct NewNote {
    /// Its text.
    text: String,
    /// Whether it stands on top.
    is_pinned: Option<bool>,
}

#[derive(JsonSchema)]
#[schemars(rename = "NoteView")]
struct Note {
    id: String,
    author: Author,
}

#[derive(JsonSchema)]
struct Author {
    name: String,
}

async fn nothing(_: Ctx, _: Request) -> Result<Reply> {
    Ok(Reply::no_content())
}

async fn make(_: Ctx, _: Request, _: Json<NewNote>) -> Result<Reply> {
    Ok(Reply::no_content())
}

async fn change(_: Ctx, _: Request, _: OptionalJson<NewNote>) -> Result<Reply> {
    Ok(Reply::no_content())
}

async fn list(_: Ctx, _: Request, _: Window) -> Result<Reply> {
    Ok(Reply::no_content())
}

fn document() -> Value {
    let notes = Api::new("notes", "Notes.")
        .endpoint(
            Endpoint::new(
                Method::POST,
                "/v1/notes",
                "createNote",
                "Makes a note",
                make,
            )
            .headers(&["idempotency-key"])
            .reply::<Note>(201, "The note.")
            .codes(&[Code::RateLimited]),
        )
        .endpoint(
            Endpoint::new(Method::GET, "/v1/notes", "listNotes", "Lists notes", list)
                .reply::<Listing<Note>>(200, "A page."),
        )
        .endpoint(
            Endpoint::new(
                Method::GET,
                "/v1/trash",
                "listTrash",
                "Lists deleted notes",
                list,
            )
            .reply::<Listing<Note>>(200, "A page."),
        )
        .endpoint(
            Endpoint::new(
                Method::PATCH,
                "/v1/notes/{id}",
                "updateNote",
                "Changes a note",
                change,
            )
            .headers(&["if-match"])
            .codes(&[Code::PreconditionRequired])
            .reply_empty(204, "Changed."),
        );
    let open = Api::new("open", "Open.")
        .endpoint(Endpoint::new(Method::GET, "/health", "health", "Is it up", nothing).public())
        .endpoint(
            Endpoint::new(
                Method::POST,
                "/v1/notes/{id}/{secret}",
                "post",
                "Posts",
                nothing,
            )
            .public(),
        )
        .endpoint(
            Endpoint::new(Method::POST, "/internal/jobs/x", "runX", "Runs x", nothing)
                .auth(Auth::Operator),
        );
    openapi::document(&ABOUT, &[notes, open])
}

/// Every `$ref` within the value.
fn references(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::Object(fields) => {
            found.extend(
                fields
                    .get("$ref")
                    .and_then(Value::as_str)
                    .map(str::to_owned),
            );
            fields.values().for_each(|field| references(field, found));
        }
        Value::Array(items) => items.iter().for_each(|item| references(item, found)),
        _ => {}
    }
}

fn parameter<'a>(operation: &'a Value, name: &str) -> &'a Value {
    operation["parameters"]
        .as_array()
        .unwrap()
        .iter()
        .find(|p| p["name"] == name)
        .unwrap()
}

#[test]
fn it_is_the_same_every_time() {
    assert_eq!(document().to_string(), document().to_string());
    assert_eq!(document()["openapi"], "3.1.0");
}

#[test]
fn operations_stand_under_the_subject_that_says_most() {
    let document = document();
    for (path, method, subject) in [
        ("/v1/trash", "get", json!(["Notes"])),
        ("/v1/notes/{id}", "patch", json!(["One note"])),
        ("/internal/jobs/x", "post", json!(["Operations"])),
        ("/health", "get", json!([])),
    ] {
        assert_eq!(document["paths"][path][method]["tags"], subject, "{path}");
    }
    assert_eq!(document["tags"][1]["name"], "One note");
}

#[test]
fn answers_say_which_headers_they_have() {
    let document = document();
    let headers = |path: &str, method: &str, status: &str| -> Vec<String> {
        let answer = &document["paths"][path][method]["responses"][status];
        let headers = answer["headers"].as_object().unwrap();
        headers.keys().cloned().collect()
    };
    let id = "x-request-id".to_owned();
    assert_eq!(
        headers("/v1/notes", "post", "201"),
        ["idempotency-replayed".to_owned(), id.clone()]
    );
    assert_eq!(
        headers("/v1/notes", "get", "200"),
        ["link".to_owned(), id.clone()]
    );
    assert!(headers("/v1/notes", "post", "429").contains(&"retry-after".to_owned()));
    assert_eq!(
        headers("/v1/notes/{id}", "patch", "204"),
        ["etag".to_owned(), id]
    );
}

#[test]
fn lists_and_what_is_shown_have_plain_names() {
    let document = document();
    let schemas = document["components"]["schemas"].as_object().unwrap();
    let names: Vec<&str> = schemas.keys().map(String::as_str).collect();
    assert_eq!(names, ["Author", "NewNote", "Note", "NoteList", "Problem"]);
}

#[test]
fn every_reference_leads_somewhere() {
    let document = document();
    let mut found = Vec::new();
    references(&document, &mut found);
    assert!(found.len() > 5, "{found:?}");
    for reference in found {
        let pointer = reference.strip_prefix('#').unwrap();
        assert!(document.pointer(pointer).is_some(), "{reference}");
    }
}

#[test]
fn bodies_are_described() {
    let document = document();
    let create = &document["paths"]["/v1/notes"]["post"];
    assert_eq!(create["requestBody"]["required"], true);
    let schema = &document["components"]["schemas"]["NewNote"];
    assert_eq!(schema["required"], json!(["text"]));
    assert_eq!(schema["additionalProperties"], false);
    assert_eq!(schema["properties"]["text"]["description"], "Its text.");
    assert!(schema["properties"]["isPinned"].is_object());
    assert_eq!(
        document["paths"]["/v1/notes/{id}"]["patch"]["requestBody"]["required"],
        false
    );
    assert!(create["responses"]["201"]["content"]["application/json"]["schema"].is_object());
}

#[test]
fn parameters_are_described() {
    let document = document();
    let list = &document["paths"]["/v1/notes"]["get"];
    assert_eq!(parameter(list, "limit")["in"], "query");
    assert_eq!(parameter(list, "limit")["required"], false);
    assert_eq!(
        list["parameters"],
        document["paths"]["/v1/trash"]["get"]["parameters"]
    );
    assert_eq!(
        document["components"]["schemas"]["PageQuery"],
        Value::Null,
        "it is no body"
    );
    let update = &document["paths"]["/v1/notes/{id}"]["patch"];
    assert_eq!(parameter(update, "id")["in"], "path");
    assert_eq!(parameter(update, "id")["schema"]["maxLength"], 36);
    let secret = &document["paths"]["/v1/notes/{id}/{secret}"]["post"];
    let secret = &parameter(secret, "secret")["schema"];
    assert_eq!(secret["pattern"], "^[A-Za-z0-9_-]+$");
    // 256 bits, and the beginning that tells its kind.
    assert!(secret["maxLength"].as_u64() >= Some(47));
    assert_eq!(parameter(update, "if-match")["required"], true);
    let create = &document["paths"]["/v1/notes"]["post"];
    assert_eq!(parameter(create, "idempotency-key")["required"], false);
}

#[test]
fn refusals_follow_from_what_an_endpoint_is() {
    let document = document();
    let codes = |path: &str, method: &str, status: &str| {
        let response = &document["paths"][path][method]["responses"][status];
        response["description"]
            .as_str()
            .unwrap_or_default()
            .to_owned()
    };
    let user = "session_revoked, token_expired, token_invalid, unauthenticated";
    assert_eq!(codes("/v1/notes", "post", "401"), user);
    assert_eq!(
        codes("/v1/notes", "post", "422"),
        "idempotency_key_reused, validation_failed"
    );
    assert_eq!(codes("/v1/notes", "post", "429"), "rate_limited");
    assert_eq!(
        codes("/v1/notes", "get", "400"),
        "invalid_cursor, invalid_header, invalid_query"
    );
    assert_eq!(codes("/v1/notes/{id}", "patch", "404"), "not_found");
    assert_eq!(
        codes("/v1/notes/{id}", "patch", "428"),
        "precondition_required"
    );
    assert_eq!(codes("/internal/jobs/x", "post", "401"), "unauthenticated");
    assert_eq!(codes("/health", "get", "401"), "");
}

#[test]
fn security_is_per_operation() {
    let document = document();
    let security = |path: &str, method: &str| document["paths"][path][method]["security"].clone();
    assert_eq!(security("/v1/notes", "get"), json!([{"accessToken": []}]));
    assert_eq!(security("/health", "get"), json!([]));
    assert_eq!(
        security("/internal/jobs/x", "post"),
        json!([{"operatorKey": []}])
    );
}
