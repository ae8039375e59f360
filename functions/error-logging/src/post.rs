//! `POST /v1/errors` and `POST /v1/errors/batch`: apps report their errors.

use serde::Serialize;
use serde_json::{Map, Value};
use whisper_kit::idempotency::Once;
use whisper_kit::rate_limit::{Rate, Uses};
use whisper_kit::{
    Attempt, Code, Ctx, Endpoint, Error, FaultView, FieldError, Json, Method, Reply, Request,
    Result,
};
use whisper_schema::analytics_db::{ErrorLog, ErrorLogSeverity};
use whisper_schema::body::{Each, MOST_FINDINGS};
use whisper_schema::system::ErrorSource;
use whisper_schema::{Body, Timestamp, Violation};

use crate::keep;
use crate::report::{Entry, NOT_BLANK, Report};

/// Reports that one user may send; a batch is one report.
const USER: Rate = Rate::per_minute("error", "error_rate_per_minute", 60);
/// Reports that may come from one address.
const ADDRESS: Rate = Rate::per_minute("error address", "error_address_rate_per_minute", 600);
/// Bytes of reports that one user may send: the reports are kept, and take room.
const USER_BYTES: Rate = Rate::per_hour("error bytes", "error_bytes_per_hour", 4 * 1024 * 1024);
/// Bytes of reports that may come from one address.
const ADDRESS_BYTES: Rate = Rate::per_hour(
    "error address bytes",
    "error_address_bytes_per_hour",
    64 * 1024 * 1024,
);
/// All of them.
pub const RATES: [Rate; 4] = [USER, ADDRESS, USER_BYTES, ADDRESS_BYTES];
/// The most errors of a batch.
pub const MOST: usize = 100;
/// The most faults that are named of an error of a batch.
const MOST_FAULTS: usize = 5;
/// Bytes of a batch: 100 errors of 20 KiB each. The longest in any script would be 7 MB, more than a user may report in an
/// hour.
pub const BATCH_LIMIT: usize = 2 * 1024 * 1024;

/// An error.
#[derive(Clone, Debug, Body)]
#[body(of = ErrorLog)]
#[body(
    example = r#"{"errorType": "decryption_failed", "errorMessage": "No key for epoch 7", "stackTrace": "open@https://app.example/main.js:10:5", "context": {"version": "1.4.2"}}"#
)]
pub struct NewError {
    /// Stable name of it, such as `decryption_failed`.
    #[field(is = NOT_BLANK)]
    error_type: String,
    /// Its words.
    #[field(is = NOT_BLANK)]
    error_message: String,
    /// Where it happened.
    stack_trace: Option<String>,
    /// The circumstances, such as versions and ids; at most 5,000 characters as JSON. Values of keys that
    /// name secrets are not kept.
    #[field(apart)]
    context: Option<Map<String, Value>>,
    /// How bad it is.
    #[field(default = ErrorLogSeverity::Error)]
    severity: ErrorLogSeverity,
    /// Text that makes it the same as others, if not message and stack.
    #[field(apart, size = 1..=200)]
    fingerprint: Option<String>,
    /// When it happened; now by default. Taken back to a week ago at most, and never from the future.
    timestamp: Option<Timestamp>,
}

/// Several errors, each of which is kept or refused by itself.
#[derive(Clone, Debug, Body)]
#[body(
    example = r#"{"errors": [{"errorType": "decryption_failed", "errorMessage": "No key for epoch 7"}]}"#
)]
pub struct NewErrors {
    /// 1 to 100 errors; the body has at most 2 MiB (2,097,152 bytes), which 100 of the longest in a script of several bytes a
    /// character are more than. One that is wrong keeps no other out.
    #[field(count = 1..=MOST)]
    errors: Each<NewError>,
}

/// An error that was kept.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(not(target_family = "wasm"), derive(schemars::JsonSchema))]
pub struct KeptErrorView {
    /// Its id, to be named to the operator.
    pub id: String,
}

/// Errors that were kept, and errors that were refused.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(not(target_family = "wasm"), derive(schemars::JsonSchema))]
pub struct KeptErrorsView {
    /// The ids of the errors that were kept, in their order.
    pub ids: Vec<String>,
    /// Errors that were not kept: to send one again is of no use before it is mended.
    pub refused: Vec<RefusedErrorView>,
}

/// An error of a batch that was not kept.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(not(target_family = "wasm"), derive(schemars::JsonSchema))]
pub struct RefusedErrorView {
    /// Its place in the batch, from 0.
    pub index: u32,
    /// Its first five faults.
    pub errors: Vec<FaultView>,
}

/// Reports one.
pub fn one_endpoint() -> Endpoint {
    Endpoint::new(
        Method::POST,
        "/v1/errors",
        "reportError",
        "Reports an error.",
        one,
    )
    .headers(&["idempotency-key"])
    .reply::<KeptErrorView>(201, "It was kept.")
    .codes(&[Code::RateLimited, Code::IdempotencyKeyReused])
}

/// Reports several.
pub fn many_endpoint() -> Endpoint {
    Endpoint::new(
        Method::POST,
        "/v1/errors/batch",
        "reportErrors",
        "Reports up to 100 errors, of 2 MiB in all; one that is wrong keeps no other out.",
        many,
    )
    .body_limit(BATCH_LIMIT)
    .headers(&["idempotency-key"])
    .reply::<KeptErrorsView>(
        201,
        "They were kept, but for those in `refused`. If all of them are wrong, the answer is 422 and names the faults.",
    )
    .codes(&[Code::RateLimited, Code::IdempotencyKeyReused])
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
            severity: self.severity,
            fingerprint: self.fingerprint,
            timestamp: self.timestamp,
        }
    }
}

async fn one(ctx: Ctx, request: Request, Json(body): Json<NewError>) -> Result<Reply> {
    let user = ctx.caller()?.user_id;
    let entry = body.report(&user).entry(&ctx)?.map_err(Error::fields)?;
    let kept = KeptErrorView {
        id: entry.log.id.clone(),
    };
    keep(&ctx, &request, "reportError", &[entry], &kept).await
}

async fn many(ctx: Ctx, request: Request, Json(body): Json<NewErrors>) -> Result<Reply> {
    let user = ctx.caller()?.user_id;
    let (mut entries, mut refused) = (Vec::new(), Vec::new());
    for (index, error) in (0..).zip(body.errors.0) {
        match entry_of(&ctx, &user, index, error)? {
            Ok(entry) => entries.push(entry),
            Err(faults) => refused.push((index, faults)),
        }
    }
    if entries.is_empty() {
        let faults = refused.into_iter().flat_map(|(_, faults)| faults);
        return Err(Error::fields(faults.take(MOST_FINDINGS).collect()));
    }
    let refused = refused.into_iter().map(|(index, faults)| RefusedErrorView {
        index,
        errors: faults
            .into_iter()
            .take(MOST_FAULTS)
            .map(Into::into)
            .collect(),
    });
    let kept = KeptErrorsView {
        ids: entries.iter().map(|entry| entry.log.id.clone()).collect(),
        refused: refused.collect(),
    };
    keep(&ctx, &request, "reportErrors", &entries, &kept).await
}

/// The entry of an error of a batch, or all that is wrong with it by its place in the body.
fn entry_of(
    ctx: &Ctx,
    user: &str,
    index: u32,
    error: Result<NewError, Vec<Violation>>,
) -> Result<Result<Entry, Vec<FieldError>>> {
    let error = match error {
        Ok(error) => error,
        Err(wrong) => return Ok(Err(wrong.into_iter().map(FieldError::from).collect())),
    };
    let entry = error.report(user).entry(ctx)?;
    Ok(entry.map_err(|fields| {
        let placed = fields.into_iter().map(|field| FieldError {
            field: format!("errors[{index}].{}", field.field),
            ..field
        });
        placed.collect()
    }))
}

async fn keep(
    ctx: &Ctx,
    request: &Request,
    route: &'static str,
    entries: &[Entry],
    kept: &impl Serialize,
) -> Result<Reply> {
    let user = ctx.caller()?.user_id;
    let once = Once::of(request, &user, route)?;
    if let Some(earlier) = once.replay(ctx).await? {
        return Ok(earlier);
    }
    let limits = limits(ctx, request).await?;
    ctx.retry(async || attempt(ctx, &once, &limits, entries, kept).await)
        .await
}

async fn attempt(
    ctx: &Ctx,
    once: &Once,
    uses: &Uses,
    entries: &[Entry],
    kept: &impl Serialize,
) -> Result<Attempt<Reply>> {
    let batch = uses.count_in(keep::batch(ctx, entries).await?, ctx.now());
    let outcome = once.commit(ctx, batch, |_| Reply::created(kept)).await;
    Attempt::of(uses.refuse(outcome, ctx.now()))
}

/// The limits that a report is counted at: by how many there are, and by how much there is to keep.
async fn limits(ctx: &Ctx, request: &Request) -> Result<Uses> {
    let bytes = request.body.len();
    let mut limits = vec![
        USER.of_caller(ctx).await?,
        USER_BYTES.of_caller(ctx).await?.times(bytes),
    ];
    if let Some(address) = request.client_addr.map(|address| address.to_string()) {
        limits.push(ADDRESS.of(ctx.config(), &address));
        limits.push(ADDRESS_BYTES.of(ctx.config(), &address).times(bytes));
    }
    Ok(limits.into())
}
