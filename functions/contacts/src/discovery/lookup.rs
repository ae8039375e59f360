//! From hashes to people, as far as these let the caller find them.

use std::collections::{BTreeMap, BTreeSet};

use whisper_kit::{Ctx, Result};
use whisper_people::{
    People, address_of, consents, discovery_code, discovery_hash, discovery_salt, shown_to,
};
use whisper_schema::prelude::Discoverable;
use whisper_store::{Doc, Filter, Query};

/// How many codes one question names.
const CODES: usize = 500;

/// People who were found.
#[derive(Default)]
pub struct Looked {
    /// The person behind each hash, by id.
    pub found: BTreeMap<String, String>,
    /// These people, as the caller sees them.
    pub people: People,
}

/// Looks for the people behind hashes. It costs two reads, however many there are.
///
/// The answer is the same for somebody who doesn't want to be found, isn't there, has no such address that is verified, or
/// is parted from the caller by a block: the hash is left out of it.
///
/// # Errors
/// The store's.
pub async fn lookup<'a>(
    ctx: &Ctx,
    me: &str,
    hashes: impl IntoIterator<Item = &'a str>,
) -> Result<Looked> {
    let hashes: BTreeSet<&str> = hashes.into_iter().collect();
    if hashes.is_empty() {
        return Ok(Looked::default());
    }
    let mut codes = BTreeMap::new();
    for hash in &hashes {
        codes.insert(discovery_code(ctx, hash).await?, *hash);
    }
    let names: Vec<&str> = codes.keys().map(String::as_str).collect();
    let asked = names.chunks(CODES).map(|codes| {
        Query::<Discoverable>::new()
            .filter(Filter::is_in(Discoverable::CODE, codes.iter().copied()))
            .limit(whisper_store::MAX_LIMIT)
    });
    let rows = ctx.read(asked.collect::<Vec<_>>()).await?;
    let rows: Vec<Discoverable> = rows.into_iter().flatten().map(Doc::into_inner).collect();
    let users = || rows.iter().map(|row| row.user_id.as_str());
    let (people, consents) = ctx
        .read((shown_to(me, users()), consents(me, users())))
        .await?;
    let salt = discovery_salt(ctx).await?;
    let mut found = BTreeMap::new();
    for row in &rows {
        let user = row.user_id.as_str();
        let (Some(profile), Some(hash)) = (people.profile(user), codes.get(&row.code)) else {
            continue;
        };
        // The row may be older than the address.
        let address = address_of(profile, row.kind);
        let is_theirs = address.is_some_and(|address| discovery_hash(&salt, address) == **hash);
        if user != me && is_theirs && consents.may_find(user, row.kind) {
            found.insert((*hash).to_owned(), user.to_owned());
        }
    }
    Ok(Looked { found, people })
}
