//! `POST /v1/errors` and `POST /v1/errors/batch`: apps report what went wrong.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use whisper_kit::idempotency::{CommitError, Once, Outcome};
use whisper_kit::rate_limit::{self, Limit};
use whisper_kit::{Ctx, Error, FieldError, Reply, Request, Result, Rule};
use whisper_schema::Timestamp;
use whisper_schema::analytics_db::ErrorLogSeverity;
use whisper_schema::system::ErrorSource;

use crate::keep::{self, may_settle};
use crate::report::{Entry, Report};

/// Variable: reports that one user may send per minute; 0 for no limit. A batch is one report.
pub const USER_RATE: &str = "error_rate_per_minute";
const DEFAULT_USER_RATE: u64 = 60;
/// Variable: reports that may come from one address per minute; 0 for no limit.
pub const ADDRESS_RATE: &str = "error_address_rate_per_minute";
const DEFAULT_ADDRESS_RATE: u64 = 600;
/// The most errors of a batch.
pub const MOST: usize = 100;
/// Bytes of a batch: 100 errors of the greatest size, whatever their characters.
pub const BATCH_LIMIT: usize = 8 * 1024 * 1024;
/// How often a report is tried when a group changes before it commits.
const ATTEMPTS: usize = 5;

/// An error.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(not(target_family = "wasm"), derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NewError {
    /// Stable name of it, such as `decryption_failed`; 1 to 100 characters.
    error_type: String,
    /// What it says; 1 to 2,000 characters.
    error_message: String,
    /// Where it happened; at most 10,000 characters.
    stack_trace: Option<String>,
    /// What was going on, such as versions and ids; at most 5,000 characters as JSON. Values of keys that
    /// name secrets are not kept.
    context: Option<Map<String, Value>>,
    /// How bad it is; `error` by default.
    severity: Option<ErrorLogSeverity>,
    /// What makes it the same as others, if not message and stack; 1 to 200 characters.
    fingerprint: Option<String>,
    /// When it happened; now by default. Taken back to a week ago at most, and never from the future.
    timestamp: Option<Timestamp>,
}

/// Several errors.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(not(target_family = "wasm"), derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NewErrors {
    /// 1 to 100 errors. All of them are kept, or none.
    errors: Vec<NewError>,
}

/// That an error was kept.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(not(target_family = "wasm"), derive(schemars::JsonSchema))]
pub struct Kept {
    /// Its id, to be named to the operator.
    pub id: String,
}

/// That errors were kept.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(not(target_family = "wasm"), derive(schemars::JsonSchema))]
pub struct KeptAll {
    /// Their ids, in their order.
    pub ids: Vec<String>,
}

impl NewError {
    fn report(self, user: &str) -> Report {
        Report {
            source: ErrorSource::Client,
            component: None,
            user_id: Some(user.to_owned()),
            error_type: self.error_type,
            error_message: self.error_message,
            stack_trace: self.stack_trace,
            context: self.context,
            severity: self.severity.unwrap_or(ErrorLogSeverity::Error),
            fingerprint: self.fingerprint,
            timestamp: self.timestamp,
        }
    }
}

/// Keeps one.
pub async fn one(ctx: Ctx, request: Request) -> Result<Reply> {
    let user = ctx.caller()?.user_id;
    let body: NewError = request.json()?;
    let entry = body.report(&user).entry(&ctx)?.map_err(Error::fields)?;
    let reply = Reply::created(&Kept {
        id: entry.log.id.clone(),
    })?;
    keep(&ctx, &request, "reportError", &[entry], reply).await
}

/// Keeps several.
pub async fn many(ctx: Ctx, request: Request) -> Result<Reply> {
    let user = ctx.caller()?.user_id;
    let body: NewErrors = request.json()?;
    let count = body.errors.len();
    if !(1..=MOST).contains(&count) {
        let detail = format!("must have 1 to {MOST} elements (has {count})");
        return Err(Error::field("errors", Rule::Size, detail));
    }
    let (mut entries, mut wrong) = (Vec::new(), Vec::new());
    for (n, error) in body.errors.into_iter().enumerate() {
        match error.report(&user).entry(&ctx)? {
            Ok(entry) => entries.push(entry),
            Err(fields) => wrong.extend(fields.into_iter().map(|field| FieldError {
                field: format!("errors[{n}].{}", field.field),
                ..field
            })),
        }
    }
    if !wrong.is_empty() {
        return Err(Error::fields(wrong));
    }
    let ids = entries.iter().map(|entry| entry.log.id.clone()).collect();
    let reply = Reply::created(&KeptAll { ids })?;
    keep(&ctx, &request, "reportErrors", &entries, reply).await
}

async fn keep(
    ctx: &Ctx,
    request: &Request,
    route: &'static str,
    entries: &[Entry],
    reply: Reply,
) -> Result<Reply> {
    let user = ctx.caller()?.user_id;
    let once = Once::of(request, &user, route)?;
    if let Some(earlier) = once.replay(ctx).await? {
        return Ok(earlier);
    }
    let limits = limits(ctx, request, &user);
    for _ in 0..ATTEMPTS {
        let batch = keep::batch(ctx, entries).await?;
        let batch = limits
            .iter()
            .fold(batch, |batch, limit| limit.count_in(batch, ctx.now()));
        match once.commit(ctx, batch, &reply).await {
            Ok(Outcome::Done(_)) => return Ok(reply),
            Ok(Outcome::Replayed(earlier)) => return Ok(earlier),
            Err(CommitError::Store(error)) if error.failed_at(rate_limit::LABEL) => {
                return Err(refusal(ctx, &limits).await?.unwrap_or_else(|| error.into()));
            }
            Err(CommitError::Store(error)) if may_settle(&error) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Err(whisper_store::StoreError::Busy.into())
}

/// The refusal of the limit that is reached.
async fn refusal(ctx: &Ctx, limits: &[Limit]) -> Result<Option<Error>> {
    for limit in limits {
        if limit.limit > 0 && limit.counted(ctx).await? >= limit.limit {
            return Ok(Some(limit.refusal(ctx.now())));
        }
    }
    Ok(None)
}

fn limits(ctx: &Ctx, request: &Request, user: &str) -> Vec<Limit> {
    let rate = |name, default| ctx.config().number(name, default, u64::from(u32::MAX));
    let by_user = Limit::new(
        format!("errors:{user}"),
        rate(USER_RATE, DEFAULT_USER_RATE),
        60,
    );
    let by_address = request.client_addr.map(|address| {
        let rate = rate(ADDRESS_RATE, DEFAULT_ADDRESS_RATE);
        Limit::new(format!("errors-from:{address}"), rate, 60)
    });
    std::iter::once(by_user).chain(by_address).collect()
}
