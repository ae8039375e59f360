//! What is read together with the caller's session.

use whisper_kit::auth::{check_session, session_query};
use whisper_kit::{Ctx, Result};
use whisper_store::ReadSet;

/// Reads something, and lets in who has a session, in one statement.
///
/// # Errors
/// The refusals of [`check_session`], or a fault of the store.
pub async fn read<R: ReadSet>(ctx: &Ctx, what: R) -> Result<R::Output> {
    let claims = ctx.claims()?;
    let (session, found) = ctx.store()?.read((session_query(&claims), what)).await?;
    check_session(&claims, &session, ctx.now())?;
    Ok(found)
}
