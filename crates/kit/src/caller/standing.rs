//! Whether a token still counts: its session stands, and its account is in use.

use subtle::ConstantTimeEq;
use whisper_schema::prelude::{Account, AccountStatus, Session};
use whisper_schema::{Column, Timestamp};
use whisper_store::{Doc, Filter, First, Get, Query};

use super::claims::Claims;
use crate::error::{Code, Error, Result};

/// The session of a token, where we keep it, and its account if there is something about it.
pub(crate) type Standing = (Option<Option<Doc<Session>>>, Option<Doc<Account>>);

/// The question whether a token still counts, to be asked together with others: its session, and the account if
/// there is something about it. Only the account where another server keeps the sessions: it has said that this one
/// stands.
pub(crate) fn standing(claims: &Claims) -> (Option<Get<Session>>, First<Account>) {
    (claims.own_session().map(Get::id), peculiar(&claims.sub))
}

/// Refuses a token whose session is over, or whose account is out of use, by the finding of [`standing`]. Tells whether
/// the account is anonymous.
///
/// # Errors
/// [`Code::SessionRevoked`].
pub(crate) fn check(claims: &Claims, (session, account): Standing, now: Timestamp) -> Result<bool> {
    let is_token = |kept: &str| match &claims.bot_token {
        Some(given) => bool::from(given.as_bytes().ct_eq(kept.as_bytes())),
        None => true,
    };
    let stands = |session: Doc<Session>| {
        session.user_id == claims.sub && session.expires_at > now && is_token(&session.refresh_hash)
    };
    if session.is_some_and(|session| !session.is_some_and(stands)) {
        return Err(ended());
    }
    is_anonymous(account)
}

/// The question for an account about which there is something: it is out of use, or anonymous.
pub(crate) fn peculiar(user_id: &str) -> First<Account> {
    let either = Filter::or([
        Filter::ne(Account::STATUS, AccountStatus::Active),
        Filter::eq(Account::IS_ANONYMOUS, true),
    ]);
    Query::new()
        .filter(Filter::eq(Column::id(), user_id))
        .filter(either)
        .first()
}

/// Whether an account is anonymous, by the finding of [`peculiar`].
pub(crate) fn is_anonymous(found: Option<Doc<Account>>) -> Result<bool> {
    match found {
        Some(account) if account.status != AccountStatus::Active => Err(ended()),
        found => Ok(found.is_some()),
    }
}

/// The refusal of a token whose session is over.
pub(crate) fn ended() -> Error {
    let detail = "The session was revoked or has expired. Sign in again.";
    Error::new(Code::SessionRevoked, detail)
}
