//! The other one: whether they exist for the caller, and who calls.

use whisper_kit::auth::{check_session, session_query};
use whisper_kit::ids::derived_id;
use whisper_kit::{Ctx, Error, OptionExt, Result};
use whisper_schema::prelude::{Account, AccountStatus, Contact};
use whisper_store::{Doc, Filter, First, Get, Query, ReadSet};

/// Reads something together with the caller's session, in one statement.
///
/// # Errors
/// The refusals of [`check_session`], or a fault of the store.
pub async fn read<R: ReadSet>(ctx: &Ctx, what: R) -> Result<R::Output> {
    let claims = ctx.claims()?;
    let (session, found) = ctx.store()?.read((session_query(&claims), what)).await?;
    check_session(&claims, &session, ctx.now())?;
    Ok(found)
}

/// Id of the row that says that one user follows another.
pub fn follow_id(follower: &str, following: &str) -> String {
    derived_id(&["follow", follower, following])
}

/// Holds for blocks between two, whoever blocked whom.
pub fn blocked(one: &str, other: &str) -> Filter<Contact> {
    let by = |owner: &str, contact: &str| {
        Filter::and([
            Filter::eq(Contact::USER_ID, owner),
            Filter::eq(Contact::CONTACT_USER_ID, contact),
        ])
    };
    Filter::and([
        Filter::eq(Contact::IS_BLOCKED, true),
        Filter::or([by(one, other), by(other, one)]),
    ])
}

/// Asks whether somebody exists for the caller.
pub fn visible(caller: &str, user: &str) -> (Get<Account>, First<Contact>) {
    (
        Get::id(user),
        Query::new().filter(blocked(caller, user)).first(),
    )
}

/// Refuses those who don't exist for the caller.
///
/// # Errors
/// `not_found`.
pub fn check_visible((account, block): (Option<Doc<Account>>, Option<Doc<Contact>>)) -> Result<()> {
    let account = account.or_not_found()?;
    match account.status == AccountStatus::Active && block.is_none() {
        true => Ok(()),
        false => Err(Error::not_found()),
    }
}
