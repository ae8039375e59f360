//! Idempotency-Key (IETF draft): a retried request has its effect once and gets the same answer.
//!
//! The answer is stored in the same commit as the effect, for 24 hours, by caller, route and key. The job `retention` removes those
//! whose time has come: a bounded delete in the commit would keep it from going together with others that wait.

use serde_json::{Map, Value, json};
use whisper_schema::Timestamp;
use whisper_schema::prelude::IdempotencyKey;
use whisper_store::{Batch, Filter, Get, StoreError};

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

    /// Commits the effect together with its answer, and gives the answer. One of two at once takes effect, and the other
    /// gets its answer.
    ///
    /// `answer` makes the answer for the time of the commit, which isn't known before it: it is called for several times,
    /// and may differ in nothing else. A retry gets the same, as the places of the time in it are kept.
    ///
    /// # Errors
    /// The commit's.
    pub async fn commit(
        &self,
        ctx: &Ctx,
        batch: Batch,
        answer: impl Fn(Timestamp) -> Result<Reply>,
    ) -> Result<Reply, CommitError> {
        let batch = match &self.row {
            Some(row) => {
                let kept = row.document(ctx.now(), &answer);
                batch.insert(&kept.map_err(CommitError::Refused)?)
            }
            None => batch,
        };
        let store = ctx.store().await.map_err(CommitError::Refused)?;
        match store.commit(batch).await {
            Ok(committed) => answer(committed.at).map_err(CommitError::Refused),
            Err(error) => {
                // At any error an earlier request with this key may have done it already.
                match self.replay(ctx).await.map_err(CommitError::Refused)? {
                    Some(reply) => Ok(reply),
                    None => Err(CommitError::Store(error)),
                }
            }
        }
    }
}

/// The failure of a commit that may be a retry.
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

/// Two times as they are written, with the same number of characters, for an answer to be made with each.
const TIMES: [Timestamp; 2] = [Timestamp::from_millis(0), Timestamp::from_millis(1)];

/// The places in `first` where the time of the commit stands: [`TIMES`] stand there in two answers that are the same
/// otherwise. A time that a client sent is the same in both.
fn places_of_time(first: &str, second: &str) -> Vec<usize> {
    let [a, b] = TIMES.map(|time| time.to_string());
    first
        .match_indices(&a)
        .map(|(place, _)| place)
        .filter(|place| {
            second
                .get(*place..)
                .is_some_and(|rest| rest.starts_with(&b))
        })
        .collect()
}

/// An answer with the time of its commit in its places.
fn timed(mut body: String, places: &Value, at: Timestamp) -> String {
    let at = at.to_string();
    let places = places.as_array().into_iter().flatten();
    for place in places.filter_map(|place| usize::try_from(place.as_u64()?).ok()) {
        // A kept answer that is broken is given as it is.
        let end = place + at.len();
        if body.get(place..end).is_some() {
            body.replace_range(place..end, &at);
        }
    }
    body
}

/// The answer as it was given.
fn restore(stored: &IdempotencyKey) -> Result<Reply> {
    let kept: Value = serde_json::from_str(&stored.response).map_err(Error::internal)?;
    let status = u16::try_from(stored.status).map_err(Error::internal)?;
    let body = kept["body"].as_str().unwrap_or_default().to_owned();
    let body = timed(body, &kept["times"], stored.created_at);
    let headers = kept["headers"].as_object().into_iter().flatten();
    Ok(
        headers.fold(Reply::empty(status, body), |reply, (name, value)| {
            reply.header(name, value.as_str().unwrap_or_default())
        }),
    )
}

impl Row {
    fn document(
        &self,
        now: Timestamp,
        answer: impl Fn(Timestamp) -> Result<Reply>,
    ) -> Result<IdempotencyKey> {
        let [first, second] = TIMES.map(answer);
        let (reply, second) = (first?, second?);
        let body = std::str::from_utf8(reply.body()).map_err(Error::internal)?;
        let second = std::str::from_utf8(second.body()).map_err(Error::internal)?;
        let times = places_of_time(body, second);
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
            response: json!({"headers": headers, "body": body, "times": times}).to_string(),
            created_at: Timestamp::AT_COMMIT,
            expires_at: now.plus(LIFETIME),
        })
    }
}
