//! The store's conformance suite as a component, so that it also runs on Spin's SQLite.
//!
//! - `/run` runs every case, or those whose name contains the query: 200 if all passed, else 500,
//!   with `{"passed": [names], "failed": [{"name", "error"}]}`.
//! - `/send?<id>` commits a message as the product does, through one store that all requests of the
//!   instance share: requests at the same time share transactions.
//! - `/sent` says how many there are, and the revision of the row all of them changed.
#![cfg(target_family = "wasm")]

use std::rc::Rc;
use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::{Value, json};
use spin_sdk::http::{IntoResponse, Request, Response};
use spin_sdk::http_service;
use whisper_schema::prelude::*;
use whisper_store::conformance::{CASES, Place};
use whisper_store::spin::SpinDriver;
use whisper_store::{Batch, Patch, Query, Store, StoreError};

thread_local! {
    static STORE: Store = Store::new(SpinDriver::new(), Rc::new(now));
}

/// The conversation that `/send` writes to.
const CONVERSATION: &str = "shared";

fn now() -> Timestamp {
    let now = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    Timestamp::from_millis(i64::try_from(now.as_millis()).unwrap_or_default())
}

#[http_service]
async fn handle(request: Request) -> impl IntoResponse {
    let query = request.uri().query().unwrap_or_default();
    let answer = match request.uri().path() {
        "/run" => run(query).await,
        "/send" => outcome(send(query).await),
        "/sent" => outcome(sent().await),
        _ => (404, json!({ "error": "no such route" })),
    };
    let body = answer.1.to_string();
    Response::builder()
        .status(answer.0)
        .header("content-type", "application/json")
        .header("content-length", body.len())
        .body(body)
}

async fn run(only: &str) -> (u16, Value) {
    let place = Place::new(|| Rc::new(SpinDriver::new()));
    let (mut passed, mut failed) = (Vec::new(), Vec::new());
    for case in CASES.iter().filter(|case| case.name.contains(only)) {
        match place.run(case).await {
            Ok(()) => passed.push(case.name),
            Err(why) => failed.push(json!({ "name": case.name, "error": why.0 })),
        }
    }
    let status = if failed.is_empty() { 200 } else { 500 };
    (status, json!({ "passed": passed, "failed": failed }))
}

fn outcome(result: Result<Value, StoreError>) -> (u16, Value) {
    match result {
        Ok(value) => (200, value),
        Err(StoreError::Conflict { .. }) => (409, json!({ "error": "conflict" })),
        Err(error) => (500, json!({ "error": error.to_string() })),
    }
}

async fn send(id: &str) -> Result<Value, StoreError> {
    let message = Message {
        id: id.to_owned(),
        conversation_id: CONVERSATION.to_owned(),
        sender_id: "u".to_owned(),
        content: "hello".to_owned(),
        created_at: Some(Timestamp::AT_COMMIT),
        ..Message::default()
    };
    let conversation = Conversation {
        id: CONVERSATION.to_owned(),
        creator_id: "u".to_owned(),
        ..Conversation::default()
    };
    let summary = Patch::new()
        .set(Conversation::LAST_MESSAGE_ID, id)
        .set(Conversation::LAST_MESSAGE_AT, Timestamp::AT_COMMIT);
    let batch = Batch::new()
        .insert(&message)
        .insert_or_update(&conversation, summary)
        .insert(&UserActivity {
            id: id.to_owned(),
            user_id: "u".to_owned(),
            timestamp: Timestamp::AT_COMMIT,
            ..UserActivity::default()
        });
    let store = STORE.with(Store::clone);
    let done = store.commit(batch).await?;
    Ok(json!({ "at": done.at }))
}

async fn sent() -> Result<Value, StoreError> {
    let store = STORE.with(Store::clone);
    let all = u64::from(u32::MAX);
    let (messages, activities, conversation) = store
        .read((
            Query::<Message>::new().count(all),
            Query::<UserActivity>::new().count(all),
            whisper_store::Get::<Conversation>::id(CONVERSATION),
        ))
        .await?;
    let revision = conversation.map(|conversation| conversation.revision);
    Ok(json!({ "messages": messages, "activities": activities, "revision": revision }))
}
