//! Who calls, looked up together with what the use case needs.

use whisper_kit::auth::{Caller, check_session, session_query};
use whisper_kit::{Ctx, Result};
use whisper_store::ReadSet;

/// Reads `set` and the caller's session in one statement. For endpoints whose session is not looked up before
/// ([`whisper_kit::Auth::UserDeferred`]): none of them may go on without this.
///
/// # Errors
/// A fault of the store, or that the session has ended.
pub async fn read_as_caller<R: ReadSet>(ctx: &Ctx, set: R) -> Result<(Caller, R::Output)> {
    let claims = ctx.claims()?;
    let (session, found) = ctx.store()?.read((session_query(&claims), set)).await?;
    let caller = check_session(&claims, &session, ctx.now())?;
    Ok((caller, found))
}
