//! Finding people by an e-mail address or a phone number: one that was verified to be theirs, and by which they let
//! others find them.
//!
//! Clients send hashes of addresses with a salt of this server's. It keeps codes of such hashes by a key, of those
//! addresses alone. A hash of a phone number can be undone by trying all numbers, so asking is limited besides.

use std::collections::BTreeMap;

use whisper_kit::auth::keyed_id;
use whisper_kit::auth::sha256_hex;
use whisper_kit::ids::derived_id;
use whisper_kit::{Ctx, Result};
use whisper_schema::prelude::{Column, Discoverable, DiscoverableKind, Profile};
use whisper_store::{Batch, Filter};

use crate::privacy::{Circle, Consent, consent};

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

/// Addresses that were verified to be somebody's.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Verified<'a> {
    /// The e-mail address.
    pub email: Option<&'a str>,
    /// The phone number, in international form.
    pub phone: Option<&'a str>,
}

impl<'a> Verified<'a> {
    /// The addresses of a profile: its e-mail address stands there only once it is verified. Its phone number is its owner's
    /// word alone, and counts for nothing here.
    pub fn of(profile: &'a Profile) -> Self {
        Self {
            email: profile.email.as_deref(),
            phone: None,
        }
    }
}

/// The addresses by which somebody lets others find them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Findable(BTreeMap<DiscoverableKind, String>);

impl Findable {
    /// The verified addresses by which the owner of a profile lets anybody find them.
    pub fn of(profile: &Profile, verified: Verified<'_>) -> Self {
        let consent = consent(profile);
        let addresses = [
            (DiscoverableKind::Email, verified.email),
            (DiscoverableKind::Phone, verified.phone),
        ];
        let let_by = addresses.into_iter().filter_map(|(kind, address)| {
            let circle = by(&consent, kind);
            let address = address.filter(|_| circle != Circle::Nobody)?;
            Some((kind, address.to_owned()))
        });
        Self(let_by.collect())
    }

    /// The address of a kind.
    pub fn address(&self, kind: DiscoverableKind) -> Option<&str> {
        self.0.get(&kind).map(String::as_str)
    }

    /// Has somebody found by these addresses from now on, and by no others, in the commit that changes them. Nothing is
    /// added where they are as they were.
    ///
    /// # Errors
    /// The store's, when the key has to be read.
    pub async fn publish(
        &self,
        ctx: &Ctx,
        batch: Batch,
        user: &str,
        before: &Self,
    ) -> Result<Batch> {
        let mut batch = batch;
        for kind in DiscoverableKind::ALL.iter().copied() {
            let address = self.address(kind);
            if address == before.address(kind) {
                continue;
            }
            let id = derived_id(&["discoverable", user, kind.as_str()]);
            batch = match address {
                None => batch.delete_where(Filter::<Discoverable>::eq(Column::id(), id), 1),
                Some(address) => {
                    let hash = discovery_hash(&discovery_salt(ctx).await?, address);
                    batch.upsert(&Discoverable {
                        id,
                        user_id: user.to_owned(),
                        kind,
                        code: discovery_code(ctx, &hash).await?,
                    })
                }
            };
        }
        Ok(batch)
    }
}

/// The setting that says who may find somebody by an address of a kind.
pub(crate) fn by(consent: &Consent, kind: DiscoverableKind) -> Circle {
    match kind {
        DiscoverableKind::Email => consent.find_by_email,
        DiscoverableKind::Phone => consent.find_by_phone,
    }
}
