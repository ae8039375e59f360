//! Passwords hashed by another component, by service chaining: an instance that answers other requests too goes on with
//! them meanwhile.

/// Variable with the component that hashes passwords; empty for none: the instance does it itself.
pub const HASHING: &str = "password_hashing";
/// Where that component hashes: a private route.
pub const HASH_PATH: &str = "/internal/passwords/hash";
/// Where it verifies: a private route.
pub const VERIFY_PATH: &str = "/internal/passwords/verify";

#[cfg(all(target_family = "wasm", feature = "spin"))]
pub(super) use asking::{hash, verify};

#[cfg(all(target_family = "wasm", feature = "spin"))]
mod asking {
    use bytes::Bytes;
    use http::StatusCode;
    use http::header::{CONTENT_LENGTH, CONTENT_TYPE, HeaderValue};
    use http_body_util::{BodyExt, Full};
    use serde_json::{Value, json};

    use super::super::busy;
    use super::{HASH_PATH, HASHING, VERIFY_PATH};
    use crate::ctx::Ctx;
    use crate::error::Result;
    use crate::log::{self, Level};

    /// The PHC string of a password; none where this instance has to make it.
    pub async fn hash(ctx: &Ctx, password: &str) -> Result<Option<String>> {
        let answer = ask(ctx, HASH_PATH, &json!({"password": password})).await?;
        Ok(answer.and_then(|answer| answer["hash"].as_str().map(str::to_owned)))
    }

    /// Whether the password is the one that was hashed; none where this instance has to find out.
    pub async fn verify(ctx: &Ctx, password: &str, stored: &str) -> Result<Option<bool>> {
        let body = json!({"password": password, "hash": stored});
        let answer = ask(ctx, VERIFY_PATH, &body).await?;
        Ok(answer.and_then(|answer| answer["isRight"].as_bool()))
    }

    async fn ask(ctx: &Ctx, path: &str, body: &Value) -> Result<Option<Value>> {
        let component = ctx.config().text(HASHING).trim();
        if component.is_empty() {
            return Ok(None);
        }
        let cause = match call(component, path, body).await {
            Ok((StatusCode::OK, answer)) => return Ok(Some(answer)),
            Ok((StatusCode::SERVICE_UNAVAILABLE, _)) => return Err(busy()),
            Ok((status, _)) => status.to_string(),
            Err(cause) => cause,
        };
        let fields = [("component", component.into()), ("cause", cause.into())];
        log::write(Level::Warn, "hashed_here", ctx.request_id(), &fields);
        Ok(None)
    }

    async fn call(
        component: &str,
        path: &str,
        body: &Value,
    ) -> std::result::Result<(StatusCode, Value), String> {
        let body = Bytes::from(body.to_string());
        let request = http::Request::post(format!("http://{component}.spin.internal{path}"))
            .header(CONTENT_TYPE, "application/json")
            .header(CONTENT_LENGTH, HeaderValue::from(body.len()))
            .body(Full::new(body))
            .map_err(|e| e.to_string())?;
        let response = spin_sdk::http::send(request)
            .await
            .map_err(|e| e.to_string())?;
        let status = response.status();
        let body = response.into_body().collect().await;
        let body = body.map_err(|e| e.to_string())?.to_bytes();
        Ok((status, serde_json::from_slice(&body).unwrap_or_default()))
    }
}
