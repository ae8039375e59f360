//! Users that another server signs in: it names the user of a JWT, and we take its word.
//!
//! On Appwrite a call brings the caller's id and a JWT for it, in headers that Appwrite sets itself. The id alone
//! proves nothing: it counts only together with a JWT that the server verifies as that user's.

use std::cell::RefCell;
use std::collections::HashMap;
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;

use serde::Deserialize;
use sha2::{Digest, Sha256};
use whisper_schema::Timestamp;

use super::claims::Claims;
use super::jwt::{MAX_TOKEN, bearer, invalid, part};
use crate::error::{Code, Error, Result};
use crate::ids::is_id;
use crate::request::Request;

/// Header with the id of the user who calls; empty without one.
const USER_ID: &str = "x-appwrite-user-id";
/// Header with that user's JWT.
const USER_JWT: &str = "x-appwrite-user-jwt";
/// For how many seconds the server's word is taken again without asking: so long a user may still be let in after
/// signing out.
const TRUSTED: i64 = 60;
/// How many verified JWTs an instance remembers.
const REMEMBERED: usize = 1024;

/// The id of the JWT's user, to be awaited; none when the server refuses the JWT.
pub type Verifying<'a> = Pin<Box<dyn Future<Output = Result<Option<String>>> + 'a>>;

/// A server that signs users in, in the place of our own accounts.
pub trait IdentityServer {
    /// Asks for the id of this JWT's user.
    fn user_of<'a>(&'a self, jwt: &'a str) -> Verifying<'a>;
}

/// Such a server, and its answers of late.
pub(crate) struct Foreign {
    server: Rc<dyn IdentityServer>,
    verified: RefCell<HashMap<[u8; 32], Verified>>,
}

#[derive(Clone)]
struct Verified {
    claims: Claims,
    /// Until when we don't ask again, in seconds since 1970.
    until: i64,
}

/// The part of a JWT that is read here. Its signature is the server's to check, so this decides nothing but refusals.
#[derive(Deserialize)]
struct Payload {
    #[serde(rename = "userId")]
    user_id: String,
    /// Demanded: without one the server would take a JWT for somebody's that another of its projects has signed for
    /// a user with the same id.
    #[serde(rename = "sessionId", default)]
    session_id: String,
    exp: Option<f64>,
}

impl Foreign {
    pub fn new(server: Rc<dyn IdentityServer>) -> Self {
        Self {
            server,
            verified: RefCell::default(),
        }
    }

    /// Verifies the JWT of a request: that in Appwrite's own header, which must be of the user in the header beside
    /// it, or, at a domain of the function's, where Appwrite doesn't sign users in, the bearer token.
    pub async fn verify(&self, now: Timestamp, request: &Request) -> Result<Claims> {
        let named = single(request, USER_ID)?;
        let (jwt, user) = match (single(request, USER_JWT)?, bearer(request)) {
            (Some(jwt), _) => (jwt, Some(named.ok_or_else(invalid)?)),
            // An id without a JWT proves nothing.
            (None, Some(jwt)) if named.is_none() => (jwt, None),
            (None, _) => return Err(nobody()),
        };
        let now = now.as_millis().div_euclid(1000);
        let payload = read(jwt)?;
        if payload.exp.is_some_and(|exp| exp <= seconds(now)) {
            return Err(expired());
        }
        if user.is_some_and(|user| user != payload.user_id) {
            return Err(invalid());
        }
        self.ask(jwt, payload, now).await
    }

    /// Asks the server, or takes its answer of a moment ago.
    async fn ask(&self, jwt: &str, payload: Payload, now: i64) -> Result<Claims> {
        let digest: [u8; 32] = Sha256::digest(jwt.as_bytes()).into();
        let known = self.verified.borrow().get(&digest).cloned();
        if let Some(known) = known.filter(|known| now < known.until && now >= known.until - TRUSTED)
        {
            return Ok(known.claims);
        }
        let user = self.server.user_of(jwt).await?;
        if user.as_deref() != Some(payload.user_id.as_str()) {
            return Err(invalid());
        }
        let claims = Claims::foreign(payload.user_id, payload.session_id, now + TRUSTED);
        let mut verified = self.verified.borrow_mut();
        if verified.len() >= REMEMBERED {
            verified.clear();
        }
        let until = now + TRUSTED;
        let known = Verified { claims, until };
        verified.insert(digest, known.clone());
        Ok(known.claims)
    }
}

/// The payload of a JWT, if it has the form of such a user's.
fn read(jwt: &str) -> Result<Payload> {
    let mut parts = jwt.split('.');
    let (Some(_), Some(payload), Some(_), None) =
        (parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return Err(invalid());
    };
    if jwt.len() > MAX_TOKEN {
        return Err(invalid());
    }
    let payload: Payload = part(payload)?;
    if !is_id(&payload.session_id) {
        return Err(invalid());
    }
    if !is_foreign_id(&payload.user_id) {
        let detail = "Users with an id of this form were made elsewhere. Sign up with another id.";
        return Err(Error::new(Code::TokenInvalid, detail));
    }
    Ok(payload)
}

/// Whether another server's user may have this id: any that can be one, but for UUIDs, which are our own
/// accounts'. On Appwrite everybody may choose their own id: so none can take the id of a user that another bundle has
/// made on the same data.
pub fn is_foreign_id(id: &str) -> bool {
    is_id(id) && uuid::Uuid::try_parse(id).is_err()
}

/// A header that is there once and not empty. A repeated one is refused: the caller sent it beside the one that
/// Appwrite set.
fn single<'a>(request: &'a Request, name: &str) -> Result<Option<&'a str>> {
    let mut values = request.headers.get_all(name).iter();
    let Some(value) = values.next() else {
        return Ok(None);
    };
    if values.next().is_some() {
        return Err(invalid());
    }
    let value = value.to_str().map_err(|_| invalid())?;
    Ok(Some(value).filter(|value| !value.is_empty()))
}

#[allow(clippy::cast_precision_loss)]
fn seconds(now: i64) -> f64 {
    now as f64
}

fn nobody() -> Error {
    let detail = "Sign in at Appwrite, and call the function as that user; at a domain of its own, with an Appwrite \
                  JWT in the header Authorization: Bearer <JWT>.";
    Error::new(Code::Unauthenticated, detail)
}

fn expired() -> Error {
    Error::new(
        Code::TokenExpired,
        "The JWT has expired. Get a new one from Appwrite.",
    )
}
