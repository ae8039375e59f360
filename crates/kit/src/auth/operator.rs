//! The operator: whoever holds the key in the variable `operator_key`.

use subtle::ConstantTimeEq;

use super::token::bearer;
use crate::ctx::Ctx;
use crate::error::{Code, Error, Result};
use crate::request::Request;

/// Lets the operator in; nobody when the variable is empty.
///
/// # Errors
/// [`Code::Unauthenticated`].
pub fn operator(ctx: &Ctx, request: &Request) -> Result<()> {
    let key = ctx.config().text("operator_key");
    let given = bearer(request).unwrap_or_default();
    let same = bool::from(given.as_bytes().ct_eq(key.as_bytes()));
    if same && !key.is_empty() {
        return Ok(());
    }
    let detail = "This route is the operator's: send Authorization: Bearer <operator key>.";
    Err(Error::new(Code::Unauthenticated, detail))
}
