//! Making an account: the documents that people's and bots' have in common, and the refusal of names that somebody has.

use std::convert::Infallible;

use whisper_kit::{Code, Ctx, Error, ResultExt};
use whisper_schema::prelude::{Account, Profile};
use whisper_store::{Batch, StoreError};

use crate::names;

/// The documents of a new account.
pub fn documents(ctx: &Ctx, account: &Account, profile: &Profile) -> Batch {
    let batch = Batch::new().insert(account).insert(profile);
    let batch = match &profile.username {
        Some(username) => names::take(batch, &account.id, username, ctx.now()),
        None => batch,
    };
    match &profile.display_name {
        Some(name) => names::show(batch, &account.id, Some(name)),
        None => batch,
    }
}

/// The refusal that names the part of a new account or profile that somebody has already.
pub fn taken(error: StoreError) -> Error {
    const NAME: &str = "Somebody has this user name.";
    const EMAIL: &str = "An account with this e-mail address exists.";
    let outcome = Err::<Infallible, _>(error)
        .on_conflict("idx_email", Code::EmailTaken, EMAIL)
        .on_conflict("idx_username", Code::UsernameTaken, NAME)
        .on_failed(names::RESTS, Code::UsernameTaken, NAME);
    match outcome {
        Err(error) => error,
        Ok(never) => match never {},
    }
}
