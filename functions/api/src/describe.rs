//! The service's own description, health and document.

use serde::Serialize;
use whisper_kit::{Ctx, Reply, Request, Result};

/// The document, made by this crate's test.
pub const OPENAPI: &str = include_str!("../openapi.json");

/// The service and where to look.
#[derive(Serialize)]
#[cfg_attr(not(target_family = "wasm"), derive(schemars::JsonSchema))]
pub struct ServiceView {
    /// Name of the service.
    name: &'static str,
    /// Its version.
    version: &'static str,
    /// Where the OpenAPI document is.
    openapi: &'static str,
    /// Where the page for people is.
    docs: &'static str,
}

/// Whether the service answers.
#[derive(Serialize)]
#[cfg_attr(not(target_family = "wasm"), derive(schemars::JsonSchema))]
pub struct HealthView {
    /// Always `ok`: otherwise there is no answer.
    #[cfg_attr(not(target_family = "wasm"), schemars(extend("const" = "ok")))]
    status: &'static str,
}

/// `GET /`
pub async fn service(_: Ctx, _: Request) -> Result<Reply> {
    Reply::ok(&ServiceView {
        name: "whisper",
        version: env!("CARGO_PKG_VERSION"),
        openapi: "/v1/openapi.json",
        docs: "/docs",
    })
}

/// `GET /health`
pub async fn health(_: Ctx, _: Request) -> Result<Reply> {
    Reply::ok(&HealthView { status: "ok" })
}

/// `GET /v1/openapi.json`
pub async fn openapi(_: Ctx, _: Request) -> Result<Reply> {
    Ok(Reply::bytes(200, "application/json", OPENAPI.as_bytes())
        .header("cache-control", "no-cache"))
}
