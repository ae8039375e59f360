//! A component that takes bodies in pieces, for tests of the kit and the host.
//!
//! `PUT /uploads/{id}` tells how many bytes came and their hash, in its answer and in its log, where a test finds them when there was no answer to give.
//! With `?refuse` it answers 403 without a look at the body. `PUT /short/{id}` is the same by the manifest's component that takes no long bodies.
#![cfg(target_family = "wasm")]

use serde::Serialize;
use serde_json::json;
use sha2::{Digest, Sha256};
use whisper_kit::log::{self, Level};
use whisper_kit::{Api, Code, Ctx, Endpoint, Error, Incoming, Method, Reply, Request, Result};

/// The most bytes of a body.
const MOST: u64 = 64 * 1024 * 1024;

/// The part of a body that came.
#[derive(Default, Serialize)]
struct Taken {
    bytes: u64,
    largest: usize,
    sha256: String,
}

fn api() -> Api {
    let endpoint = |path, name| Endpoint::new(Method::PUT, path, name, "Takes bytes.", put);
    let takes = |endpoint: Endpoint| endpoint.public().bytes_body(MOST, "Any bytes.");
    Api::new("uploading", "Takes bodies in pieces.")
        .without_store()
        .endpoint(takes(endpoint("/uploads/{id}", "put")))
        .endpoint(takes(endpoint("/short/{id}", "putShort")))
}

whisper_kit::entry!(crate::api);

async fn put(ctx: Ctx, request: Request, mut body: Incoming) -> Result<Reply> {
    if request.query == "refuse" {
        return Err(Error::new(Code::Forbidden, "Not now."));
    }
    let mut taken = Taken::default();
    let outcome = take(&mut body, &mut taken).await;
    let told = outcome
        .as_ref()
        .map_or_else(|e| e.code().as_str(), |()| "whole");
    let fields = [
        ("id", json!(request.id("id")?)),
        ("outcome", json!(told)),
        ("bytes", json!(taken.bytes)),
    ];
    log::write(Level::Info, "taken", ctx.request_id(), &fields);
    outcome?;
    Reply::ok(&taken)
}

async fn take(body: &mut Incoming, taken: &mut Taken) -> Result<()> {
    let mut hash = Sha256::new();
    while let Some(piece) = body.next().await? {
        taken.bytes += piece.len() as u64;
        taken.largest = taken.largest.max(piece.len());
        hash.update(&piece);
    }
    let digits = hash.finalize();
    taken.sha256 = digits.iter().map(|byte| format!("{byte:02x}")).collect();
    Ok(())
}
