//! The steps of reading a JWT of any signer.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::error::{Code, Error, Result};
use crate::request::Request;

/// The longest token that is looked at, in bytes.
pub(crate) const MAX_TOKEN: usize = 2048;

/// The token of the Authorization header (RFC 6750).
pub(crate) fn bearer(request: &Request) -> Option<&str> {
    let (scheme, token) = request.header("authorization")?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

/// A part of a JWT, decoded.
pub(crate) fn part<T: serde::de::DeserializeOwned>(text: &str) -> Result<T> {
    let json = URL_SAFE_NO_PAD.decode(text).map_err(|_| invalid())?;
    serde_json::from_slice(&json).map_err(|_| invalid())
}

/// The refusal of a token that is none of ours.
pub(crate) fn invalid() -> Error {
    Error::new(Code::TokenInvalid, "This token is not valid.")
}
