//! Whether the sessions of streams stand.

use std::collections::BTreeMap;

use whisper_kit::Ctx;
use whisper_kit::error::Result;
use whisper_people::by_ids;
use whisper_schema::prelude::{Account, AccountStatus, Column, Session};
use whisper_store::{Filter, Query};

use crate::audience::User;

/// Accounts that one question names.
const CHUNK: usize = 500;

/// The streams, of these, whose session is over, or whose account is out of use. One statement; none where another server keeps
/// the sessions, which ends streams by their age alone.
///
/// # Errors
/// The store's.
pub async fn signed_out(ctx: &Ctx, streams: &[(u64, User, String)]) -> Result<Vec<u64>> {
    if ctx.is_foreign() || streams.is_empty() {
        return Ok(Vec::new());
    }
    let sessions = streams.iter().map(|(_, _, session)| session.as_str());
    let users: Vec<&str> = streams.iter().map(|(_, user, _)| &**user).collect();
    let unused = users.chunks(CHUNK).map(|some| {
        Query::<Account>::new()
            .filter(Filter::is_in(Column::id(), some.iter().copied()))
            .filter(Filter::ne(Account::STATUS, AccountStatus::Active))
            .limit(CHUNK as u32)
    });
    let asked = (by_ids::<Session>(sessions), unused.collect::<Vec<_>>());
    let (sessions, unused) = ctx.read(asked).await?;
    let now = ctx.now();
    let standing: BTreeMap<String, String> = sessions
        .into_iter()
        .flatten()
        .filter(|session| session.expires_at > now)
        .map(|session| (session.id.clone(), session.into_inner().user_id))
        .collect();
    let unused: Vec<String> = unused
        .into_iter()
        .flatten()
        .map(|account| account.id.clone())
        .collect();
    let is_over = |(_, user, session): &&(u64, User, String)| {
        standing.get(session).is_none_or(|owner| **owner != **user)
            || unused.iter().any(|unused| **unused == **user)
    };
    Ok(streams.iter().filter(is_over).map(|(id, ..)| *id).collect())
}
