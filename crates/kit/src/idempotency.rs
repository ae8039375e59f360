//! Idempotency-Key (IETF draft): a retried request has its effect once and gets the same answer.
//!
//! The answer is stored in the same commit as the effect, for 24 hours, by caller, route and key. The job `retention` removes those
//! whose time has come: a bounded delete in the commit would keep it from going together with others that wait.

use serde_json::{Map, Value, json};
use whisper_schema::Timestamp;
use whisper_schema::prelude::IdempotencyKey;
use whisper_store::{Batch, Committed, Filter, Get, StoreError};

use crate::auth::sha256_hex;
use crate::ctx::Ctx;
use crate::error::{Code, Error, Result};
use crate::ids::derived_id;
use crate::reply::Reply;
use crate::request::Request;

/// How long an answer is kept, in milliseconds.
const LIFETIME: i64 = 24 * 60 * 60 * 1000;

/// A request that may be a retry.
pub struct Once {
    row: Option<Row>,
}

struct Row {
    id: String,
    user_id: String,
    route: &'static str,
    key: String,
    body_hash: String,
}

/// The outcome of a commit that may be a retry.
pub enum Outcome {
    /// It took effect now.
    Done(Committed),
    /// It had taken effect before; this is the answer that it got.
    Replayed(Reply),
}

impl Once {
    /// Reads the request's key. The first thing a route does after it knows the caller.
    ///
    /// # Errors
    /// [`Code::InvalidHeader`] for a key that is empty, too long or not visible ASCII.
    pub fn of(request: &Request, user_id: &str, route: &'static str) -> Result<Self> {
        let Some(value) = request.headers.get("idempotency-key") else {
            return Ok(Self { row: None });
        };
        let key = value.to_str().unwrap_or_default().to_owned();
        let visible = key.bytes().all(|b| (0x21..=0x7e).contains(&b));
        if !(1..=255).contains(&key.len()) || !visible {
            let detail = "Idempotency-Key must be 1 to 255 visible ASCII characters.";
            return Err(Error::new(Code::InvalidHeader, detail));
        }
        Ok(Self {
            row: Some(Row {
                id: derived_id(&["idempotency", user_id, route, &key]),
                user_id: user_id.to_owned(),
                route,
                key,
                body_hash: fingerprint(request),
            }),
        })
    }

    /// The answer of the first request with this key, if there was one.
    ///
    /// # Errors
    /// [`Code::IdempotencyKeyReused`] when it was another request: another body, or about something else.
    pub async fn replay(&self, ctx: &Ctx) -> Result<Option<Reply>> {
        let Some(row) = &self.row else {
            return Ok(None);
        };
        let Some(stored) = ctx.read(Get::<IdempotencyKey>::id(&row.id)).await? else {
            return Ok(None);
        };
        if stored.expires_at <= ctx.now() {
            let this = Filter::<IdempotencyKey>::eq(whisper_schema::Column::id(), row.id.as_str());
            ctx.store()
                .await?
                .commit(Batch::new().delete_where(this, 1))
                .await?;
            return Ok(None);
        }
        if stored.body_hash != row.body_hash {
            let detail = "This Idempotency-Key was used for another request.";
            return Err(Error::new(Code::IdempotencyKeyReused, detail));
        }
        Ok(Some(
            restore(&stored)?.header("idempotency-replayed", "true"),
        ))
    }

    /// Commits the effect together with its answer. Of two at once, one takes effect and the other
    /// gets its answer.
    ///
    /// # Errors
    /// The commit's.
    pub async fn commit(
        &self,
        ctx: &Ctx,
        batch: Batch,
        reply: &Reply,
    ) -> Result<Outcome, CommitError> {
        let batch = match &self.row {
            Some(row) => {
                let kept = row.document(ctx.now(), reply);
                batch.insert(&kept.map_err(CommitError::Refused)?)
            }
            None => batch,
        };
        let store = ctx.store().await.map_err(CommitError::Refused)?;
        match store.commit(batch).await {
            Ok(committed) => Ok(Outcome::Done(committed)),
            Err(error) => {
                // At any error an earlier request with this key may have done it already.
                match self.replay(ctx).await.map_err(CommitError::Refused)? {
                    Some(reply) => Ok(Outcome::Replayed(reply)),
                    None => Err(CommitError::Store(error)),
                }
            }
        }
    }
}

/// Why a commit that may be a retry failed.
#[derive(Debug)]
pub enum CommitError {
    /// The store's error, for the route to pick the client's faults from.
    Store(StoreError),
    /// A refusal that is ready.
    Refused(Error),
}

impl From<CommitError> for Error {
    fn from(error: CommitError) -> Self {
        match error {
            CommitError::Store(error) => error.into(),
            CommitError::Refused(error) => error,
        }
    }
}

/// A hash by which two requests of a route are the same: of path, query and body.
fn fingerprint(request: &Request) -> String {
    let target = format!("{}?{}", request.path, request.query);
    let mut bytes = (target.len() as u64).to_be_bytes().to_vec();
    bytes.extend_from_slice(target.as_bytes());
    bytes.extend_from_slice(&request.body);
    sha256_hex(bytes)
}

/// The answer as it was given.
fn restore(stored: &IdempotencyKey) -> Result<Reply> {
    let kept: Value = serde_json::from_str(&stored.response).map_err(Error::internal)?;
    let status = u16::try_from(stored.status).map_err(Error::internal)?;
    let body = kept["body"].as_str().unwrap_or_default().to_owned();
    let headers = kept["headers"].as_object().into_iter().flatten();
    Ok(
        headers.fold(Reply::empty(status, body), |reply, (name, value)| {
            reply.header(name, value.as_str().unwrap_or_default())
        }),
    )
}

impl Row {
    fn document(&self, now: Timestamp, reply: &Reply) -> Result<IdempotencyKey> {
        let body = std::str::from_utf8(reply.body()).map_err(Error::internal)?;
        let headers: Map<String, Value> = reply
            .headers()
            .filter_map(|(name, value)| Some((name.to_string(), value.to_str().ok()?.into())))
            .collect();
        Ok(IdempotencyKey {
            id: self.id.clone(),
            user_id: self.user_id.clone(),
            route: self.route.to_owned(),
            key: self.key.clone(),
            body_hash: self.body_hash.clone(),
            status: i64::from(reply.status()),
            response: json!({"headers": headers, "body": body}).to_string(),
            created_at: now,
            expires_at: now.plus(LIFETIME),
        })
    }
}
