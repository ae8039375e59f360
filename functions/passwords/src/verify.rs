//! `POST /internal/passwords/verify`: holds a password against a hash.

use serde::Serialize;
use whisper_kit::auth::{VERIFY_PATH, verify_here};
use whisper_kit::log::Secret;
use whisper_kit::{Auth, Ctx, Endpoint, Json, Method, Reply, Request, Result};
use whisper_schema::Body;

use crate::PASSWORD_MAX;

/// Most characters of a hash.
const HASH_MAX: usize = 512;

/// A password, and the hash of the right one.
#[derive(Clone, Debug, Body)]
#[body(
    example = r#"{"password": "correct horse battery", "hash": "$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHRzb21lc2FsdA$qF2ZpRrN4ZHfL4gtdqnGVjHGoF6CMC2ZO7OEbYEvB2U"}"#
)]
pub struct ToVerify {
    /// The password, prepared.
    #[field(size = 0..=PASSWORD_MAX)]
    password: Secret<String>,
    /// The PHC string that was kept.
    #[field(size = 0..=HASH_MAX)]
    hash: Secret<String>,
}

/// The outcome.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(not(target_family = "wasm"), derive(schemars::JsonSchema))]
pub struct VerifiedView {
    /// Whether it is the password that was hashed.
    is_right: bool,
}

/// The endpoint.
pub fn endpoint() -> Endpoint {
    Endpoint::new(
        Method::POST,
        VERIFY_PATH,
        "verifyPassword",
        "Holds a password against a hash",
        verify,
    )
    .auth(Auth::Private)
    .reply::<VerifiedView>(200, "Whether it is the one.")
}

async fn verify(ctx: Ctx, _: Request, Json(body): Json<ToVerify>) -> Result<Reply> {
    let is_right = verify_here(&ctx, body.password.reveal(), body.hash.reveal()).await?;
    Reply::ok(&VerifiedView { is_right })
}
