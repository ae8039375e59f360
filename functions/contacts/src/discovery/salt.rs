//! `GET /v1/contact-discovery`: how addresses are hashed here.

use serde::Serialize;
use whisper_kit::{Ctx, Endpoint, Method, Reply, Request, Result};
use whisper_people::discovery_salt;

use super::find::MOST_HASHES;

/// The way in which this server hashes addresses.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(not(target_family = "wasm"), derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct DiscoveryView {
    /// Text that stands before an address when it is hashed. It is this server's, and stays the same.
    pub salt: String,
    /// `sha256`: the hash of the salt and the address behind it, both in UTF-8, as 64 hexadecimal digits in lower case. An
    /// e-mail address is in lower case, a phone number in international form without blanks, such as `+41791234567`.
    pub algorithm: &'static str,
    /// How many hashes one request may ask for.
    pub most_hashes: usize,
}

/// The endpoint.
pub fn endpoint() -> Endpoint {
    Endpoint::new(
        Method::GET,
        super::DISCOVERY,
        "getContactDiscovery",
        "How addresses are hashed to find friends by them.",
        get,
    )
    .reply::<DiscoveryView>(200, "The salt, and the way to hash with it.")
}

async fn get(ctx: Ctx, _: Request) -> Result<Reply> {
    Reply::ok(&DiscoveryView {
        salt: discovery_salt(&ctx).await?,
        algorithm: "sha256",
        most_hashes: MOST_HASHES,
    })
}
