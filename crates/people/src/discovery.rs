//! Finding people by an e-mail address or a phone number: one that was verified to be theirs, and by which they let
//! others find them.
//!
//! Clients send hashes of addresses with a salt of this server's. It keeps codes of such hashes by a key, of verified addresses
//! alone. The owner's setting is asked at each look. A hash of a phone number can be undone by trying all numbers, so asking is limited besides.

use whisper_kit::auth::keyed_id;
use whisper_kit::auth::sha256_hex;
use whisper_kit::ids::derived_id;
use whisper_kit::{Ctx, Result};
use whisper_schema::prelude::{Column, Discoverable, DiscoverableKind, Profile};
use whisper_store::{Batch, Filter};

use crate::privacy::{Circle, Consent};

/// The most users who lose an address at once when it becomes another's; there is one at most.
const MOST_OWNERS: u64 = 10;

/// The salt of this server's hashes.
///
/// # Errors
/// The store's, when the key has to be read.
pub async fn discovery_salt(ctx: &Ctx) -> Result<String> {
    keyed_id(ctx, &["discovery", "salt"]).await
}

/// The hash of an address, as clients make it: SHA-256 of salt and address in lower-case hexadecimal digits. E-mail
/// addresses are taken in lower case, phone numbers in international form, such as `+41791234567`.
pub fn discovery_hash(salt: &str, address: &str) -> String {
    sha256_hex(format!("{salt}{}", address.to_lowercase()))
}

/// The code by which a hash is kept.
///
/// # Errors
/// The store's, when the key has to be read.
pub async fn discovery_code(ctx: &Ctx, hash: &str) -> Result<String> {
    keyed_id(ctx, &["discovery", "code", hash]).await
}

/// The address of a kind that a profile has. A phone number in a profile may be unverified: only a row of `discoverables` says that
/// it was verified.
pub fn address_of(profile: &Profile, kind: DiscoverableKind) -> Option<&str> {
    match kind {
        DiscoverableKind::Email => profile.email.as_deref(),
        DiscoverableKind::Phone => profile.phone.as_deref(),
    }
}

/// Says in a commit that an address was verified to be a user's. Another user who had the address is found by it no longer,
/// as addresses change hands.
///
/// # Errors
/// The store's, when the key has to be read.
pub async fn verified(
    ctx: &Ctx,
    batch: Batch,
    user: &str,
    kind: DiscoverableKind,
    address: &str,
) -> Result<Batch> {
    let hash = discovery_hash(&discovery_salt(ctx).await?, address);
    let code = discovery_code(ctx, &hash).await?;
    let of_others = Filter::and([
        Filter::<Discoverable>::eq(Discoverable::CODE, code.as_str()),
        Filter::ne(Discoverable::USER_ID, user),
    ]);
    let batch = batch.delete_where(of_others, MOST_OWNERS);
    Ok(batch.upsert(&Discoverable {
        id: row_id(user, kind),
        user_id: user.to_owned(),
        kind,
        code,
    }))
}

/// Says in a commit that no address of a kind is verified to be a user's.
pub fn unverified(batch: Batch, user: &str, kind: DiscoverableKind) -> Batch {
    let id = Filter::<Discoverable>::eq(Column::id(), row_id(user, kind));
    batch.delete_where(id, 1)
}

fn row_id(user: &str, kind: DiscoverableKind) -> String {
    derived_id(&["discoverable", user, kind.as_str()])
}

/// The setting that says who may find somebody by an address of a kind.
pub(crate) fn by(consent: &Consent, kind: DiscoverableKind) -> Circle {
    match kind {
        DiscoverableKind::Email => consent.find_by_email,
        DiscoverableKind::Phone => consent.find_by_phone,
    }
}
