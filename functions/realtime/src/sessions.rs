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

/// A stream, and the session that it is held by.
pub struct Held {
    /// The stream.
    pub id: u64,
    /// Its user.
    pub user: User,
    /// The session.
    pub session: String,
    /// The hash of the token, if that is a bot's.
    pub token: Option<String>,
}

/// The streams, of these, whose session is over, or whose account is out of use. One statement; none where another server keeps
/// the sessions, which ends streams by their age alone.
///
/// # Errors
/// The store's.
pub async fn signed_out(ctx: &Ctx, streams: &[Held]) -> Result<Vec<u64>> {
    if ctx.is_foreign() || streams.is_empty() {
        return Ok(Vec::new());
    }
    let sessions = streams.iter().map(|held| held.session.as_str());
    let users: Vec<&str> = streams.iter().map(|held| &*held.user).collect();
    let unused = users.chunks(CHUNK).map(|some| {
        Query::<Account>::new()
            .filter(Filter::is_in(Column::id(), some.iter().copied()))
            .filter(Filter::ne(Account::STATUS, AccountStatus::Active))
            .limit(CHUNK as u32)
    });
    let asked = (by_ids::<Session>(sessions), unused.collect::<Vec<_>>());
    let (sessions, unused) = ctx.read(asked).await?;
    let now = ctx.now();
    let standing: BTreeMap<String, (String, String)> = sessions
        .into_iter()
        .flatten()
        .filter(|session| session.expires_at > now)
        .map(|session| {
            let session = session.into_inner();
            (session.id, (session.user_id, session.refresh_hash))
        })
        .collect();
    let unused: Vec<String> = unused
        .into_iter()
        .flatten()
        .map(|account| account.id.clone())
        .collect();
    let is_over = |held: &&Held| {
        let stands = standing.get(&held.session).is_some_and(|(owner, kept)| {
            **owner == *held.user && held.token.as_ref().is_none_or(|token| token == kept)
        });
        !stands || unused.iter().any(|unused| **unused == *held.user)
    };
    Ok(streams.iter().filter(is_over).map(|held| held.id).collect())
}
