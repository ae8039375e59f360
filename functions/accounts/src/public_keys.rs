//! `GET /.well-known/jwks.json`: the public keys of access tokens.

use whisper_kit::auth::{JwksView, jwks};
use whisper_kit::{Ctx, Endpoint, Method, Reply, Request, Result};

/// How long others may keep the keys: far less than a token lives after a key has come.
const CACHE: &str = "public, max-age=300";

/// The endpoint.
pub fn endpoint() -> Endpoint {
    Endpoint::new(
        Method::GET,
        "/.well-known/jwks.json",
        "getJwks",
        "The public keys that access tokens are signed with, as a JWK set (RFC 7517)",
        get,
    )
    .public()
    .own_accounts()
    .reply::<JwksView>(200, "The keys.")
}

async fn get(ctx: Ctx, _: Request) -> Result<Reply> {
    Ok(Reply::ok(&jwks(&ctx).await?)?.header("cache-control", CACHE))
}
