//! Tokens of bots: `wbot_<the bot's id>.<secret>`, good until they are replaced.
//!
//! An access token of 15 minutes with a refresh token that changes each time is for devices: a program that answers from several machines,
//! or is configured once, can't keep one. So a bot has one session, with its own id and without an end, that holds the SHA-256 of its token;
//! replacing that row, or deleting it, voids the token with the next request. The secret carries a code that only this server
//! can make, so that a made-up token is refused before anything is read for it. The key of the code never changes: rotating
//! the keys of access tokens voids no bot's token.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use subtle::ConstantTimeEq;
use whisper_schema::Timestamp;
use whisper_schema::prelude::Session;
use whisper_store::Batch;

use super::keys::bot_key;
use super::{MAC, mac, sha256_hex};
use crate::caller::{Claims, bearer, invalid};
use crate::ctx::Ctx;
use crate::error::Result;
use crate::ids::{is_program_id, random};
use crate::request::Request;

/// The beginning of bots' tokens, so that they can be recognised where they don't belong.
pub const BOT_PREFIX: &str = "wbot_";
/// The end of a session that has none: 9999-12-31T00:00:00Z, which every store takes.
const NEVER: Timestamp = Timestamp::from_millis(253_402_214_400_000);
/// Random bytes of a token.
const RANDOM: usize = 32;

/// Gives a bot another token, readable here and never again. The batch gets the write that must be committed; the token is worth nothing before, and
/// the one before it nothing after.
///
/// # Errors
/// The store's; a fault when the runtime has no randomness.
pub async fn issue_bot_token(ctx: &Ctx, batch: Batch, bot: &str) -> Result<(Batch, String)> {
    let bytes: [u8; RANDOM] = random()?;
    let code = mac(&bot_key(ctx).await?, bot, &bytes);
    let secret = URL_SAFE_NO_PAD.encode([bytes.as_slice(), code.as_slice()].concat());
    let token = format!("{BOT_PREFIX}{bot}.{secret}");
    let session = Session {
        id: bot.to_owned(),
        user_id: bot.to_owned(),
        refresh_hash: sha256_hex(&token),
        previous_refresh_hash: None,
        device: None,
        user_agent: None,
        ip_address: None,
        created_at: Timestamp::AT_COMMIT,
        last_used_at: Timestamp::AT_COMMIT,
        expires_at: NEVER,
        refreshed_at: None,
    };
    Ok((batch.upsert(&session), token))
}

/// The token of a request, if it has the form of a bot's.
pub(crate) fn bot_token(request: &Request) -> Option<&str> {
    bearer(request).filter(|token| token.starts_with(BOT_PREFIX))
}

/// Verifies that this server made a bot's token. Whether it is the one in force is looked up with the first statement.
///
/// # Errors
/// `token_invalid`, and the store's.
pub(crate) async fn verify_bot(ctx: &Ctx, token: &str) -> Result<Claims> {
    let bare = token.strip_prefix(BOT_PREFIX).ok_or_else(invalid)?;
    let (bot, secret) = bare.split_once('.').ok_or_else(invalid)?;
    let bytes = URL_SAFE_NO_PAD.decode(secret).map_err(|_| invalid())?;
    if !is_program_id(bot) || bytes.len() != RANDOM + MAC {
        return Err(invalid());
    }
    let (random, code) = bytes.split_at(RANDOM);
    let wanted = mac(&bot_key(ctx).await?, bot, random);
    match bool::from(code.ct_eq(wanted.as_slice())) {
        true => Ok(Claims::of_bot(bot, sha256_hex(token))),
        false => Err(invalid()),
    }
}
