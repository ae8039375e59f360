//! `POST /internal/passwords/hash`: hashes a password.

use serde::Serialize;
use whisper_kit::auth::{HASH_PATH, hash_here};
use whisper_kit::log::Secret;
use whisper_kit::{Auth, Ctx, Endpoint, Json, Method, Reply, Request, Result};
use whisper_schema::Body;

use crate::PASSWORD_MAX;

/// A password to be hashed.
#[derive(Clone, Debug, Body)]
#[body(example = r#"{"password": "correct horse battery"}"#)]
pub struct ToHash {
    /// The password, prepared.
    #[field(size = 0..=PASSWORD_MAX)]
    password: Secret<String>,
}

/// A password's hash.
#[derive(Debug, Serialize)]
#[cfg_attr(not(target_family = "wasm"), derive(schemars::JsonSchema))]
pub struct HashedView {
    /// The PHC string to keep.
    hash: String,
}

/// The endpoint.
pub fn endpoint() -> Endpoint {
    Endpoint::new(
        Method::POST,
        HASH_PATH,
        "hashPassword",
        "Hashes a password",
        hash,
    )
    .auth(Auth::Private)
    .reply::<HashedView>(200, "Its hash.")
}

async fn hash(ctx: Ctx, _: Request, Json(body): Json<ToHash>) -> Result<Reply> {
    let hash = hash_here(&ctx, body.password.reveal()).await?;
    Reply::ok(&HashedView { hash })
}
