//! The claims of an access token, and how long it lives: shared by the tokens and the keys.

use serde::{Deserialize, Serialize};

use super::Caller;

/// How long an access token is good for, in seconds.
pub const ACCESS_LIFETIME: i64 = 15 * 60;
/// The issuer of the tokens, which is their audience too.
pub(crate) const ISSUER: &str = "whisper";
/// The issuer of callers that another server has verified. No token that we signed names it.
const FOREIGN: &str = "foreign";

/// The claims of an access token (RFC 9068).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Claims {
    /// Its issuer.
    pub iss: String,
    /// The audience that it is for.
    pub aud: String,
    /// The user's id.
    pub sub: String,
    /// The session's id.
    pub sid: String,
    /// When it was issued, in seconds since 1970.
    pub iat: i64,
    /// When it expires, in seconds since 1970.
    pub exp: i64,
    /// The token's own id.
    pub jti: String,
    /// SHA-256 of a bot's token, hexadecimal. The bot's session must hold the same, else another token has replaced this one.
    /// JWTs leave it out.
    #[serde(skip)]
    pub bot_token: Option<String>,
}

impl Claims {
    /// The claims of a token that another server has verified: its user, its session, and when it expires (in seconds
    /// since 1970).
    pub(super) fn foreign(user_id: String, session_id: String, exp: i64) -> Self {
        Self {
            iss: FOREIGN.to_owned(),
            aud: ISSUER.to_owned(),
            sub: user_id,
            sid: session_id,
            iat: 0,
            exp,
            jti: String::new(),
            bot_token: None,
        }
    }

    /// The claims of a bot's token with this SHA-256. Its session has the bot's own id.
    pub fn of_bot(bot: &str, token_hash: String) -> Self {
        Self {
            iss: ISSUER.to_owned(),
            aud: ISSUER.to_owned(),
            sub: bot.to_owned(),
            sid: bot.to_owned(),
            iat: 0,
            exp: i64::MAX,
            jti: String::new(),
            bot_token: Some(token_hash),
        }
    }

    /// The claims of somebody who was let in by a ticket, which lives less long than any token.
    pub(crate) fn of_ticket(caller: &Caller, is_foreign: bool) -> Self {
        let (user, session) = (caller.user_id.clone(), caller.session_id.clone());
        let mut claims = Self::foreign(user, session, i64::MAX);
        if !is_foreign {
            ISSUER.clone_into(&mut claims.iss);
        }
        claims
    }

    /// The id of the session, if it is one of ours; none where another server keeps the sessions.
    pub fn own_session(&self) -> Option<&str> {
        (self.iss != FOREIGN).then_some(self.sid.as_str())
    }
}
