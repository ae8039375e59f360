//! `POST /internal/queue/retry`: failed deliveries and pushes are tried again.

use std::collections::BTreeSet;

use serde::Serialize;
use whisper_kit::{Auth, Ctx, Endpoint, Json, Method, Reply, Request, Result};
use whisper_schema::body::Fields;
use whisper_schema::body::forms::ID;
use whisper_schema::prelude::{Column, Push, PushStatus, QueuedMessage, QueuedMessageStatus};
use whisper_schema::{Body, Rule};
use whisper_store::{Batch, Doc, Filter, Order, Patch, Query};

use crate::web_push::message::lifetime;

/// How many pushes one commit starts again.
const PER_COMMIT: usize = 100;
/// How many commits one request makes.
const COMMITS: usize = 100;

/// Deliveries to try again: either of the two.
#[derive(Debug, Body)]
#[body(check = RetryQueue::check, example = r#"{"all": true}"#)]
#[body(
    rule = r#"{"anyOf": [{"required": ["all"], "properties": {"all": {"const": true}, "ids": {"maxItems": 0}}},
        {"required": ["ids"], "properties": {"all": {"enum": [false, null]}, "ids": {"type": "array", "minItems": 1}}}]}"#
)]
pub struct RetryQueue {
    /// Ids of deliveries or of pushes, 1 to 100; one that is not there, or has not failed, is left alone.
    #[field(count = 0..=100, is = ID)]
    ids: Vec<String>,
    /// True for all that failed.
    #[field(default = false)]
    all: bool,
}

impl RetryQueue {
    fn check(&self, fields: &mut Fields<'_, '_>) {
        if self.all != self.ids.is_empty() && fields.is_clean("ids") {
            let detail = "must name what to try again, unless all is true";
            fields.refuse("ids", Rule::Required, detail);
        }
    }
}

/// Deliveries that were started again.
#[derive(Debug, Default, Serialize)]
#[cfg_attr(not(target_family = "wasm"), derive(schemars::JsonSchema))]
pub struct RetriedView {
    /// Pushes that wait again.
    pub pushes: u64,
    /// Deliveries of messages that go on.
    pub messages: u64,
    /// Whether there are more: ask again.
    pub more: bool,
}

/// The endpoint.
pub fn endpoint() -> Endpoint {
    Endpoint::new(
        Method::POST,
        "/internal/queue/retry",
        "retryQueue",
        "Tries failed pushes and deliveries again.",
        retry,
    )
    .auth(Auth::Operator)
    .reply::<RetriedView>(200, "The counts of pushes and deliveries that go on")
}

/// Starts again, in bounded commits.
async fn retry(ctx: Ctx, _: Request, Json(wanted): Json<RetryQueue>) -> Result<Reply> {
    let mut retried = RetriedView::default();
    // A push and its delivery each.
    let per_commit = ctx.store().await?.portion(PER_COMMIT * 2) / 2;
    for _ in 0..COMMITS {
        let failed = failed(&wanted, per_commit as u32);
        let pushes = ctx.read(failed).await?;
        let pushes: Vec<Push> = pushes.into_iter().map(Doc::into_inner).collect();
        if pushes.is_empty() {
            if retried.pushes > 0 {
                ctx.signal();
            }
            return Reply::ok(&retried);
        }
        start_again(&ctx, &pushes, &mut retried).await?;
    }
    ctx.signal();
    retried.more = true;
    Reply::ok(&retried)
}

fn failed(wanted: &RetryQueue, count: u32) -> Query<Push> {
    let failed = Query::new()
        .filter(Filter::eq(Push::STATUS, PushStatus::Failed))
        .order(Order::asc(Push::DUE_AT))
        .limit(count);
    if wanted.all {
        return failed;
    }
    let ids = || wanted.ids.iter().map(String::as_str);
    failed.filter(Filter::or([
        Filter::is_in(Column::id(), ids()),
        Filter::is_in(Push::QUEUE_ID, ids()),
    ]))
}

/// Starts these again, unless somebody else just did.
async fn start_again(ctx: &Ctx, pushes: &[Push], retried: &mut RetriedView) -> Result<()> {
    let queue_ids: BTreeSet<&str> = pushes
        .iter()
        .filter_map(|p| p.queue_id.as_deref())
        .collect();
    let entries = Query::<QueuedMessage>::new()
        .filter(Filter::is_in(Column::id(), queue_ids.iter().copied()))
        .filter(Filter::eq(
            QueuedMessage::STATUS,
            QueuedMessageStatus::Failed,
        ))
        .limit(PER_COMMIT as u32);
    let entries = ctx.read(entries).await?;
    let ids = || pushes.iter().map(|push| push.id.as_str());
    let moved = Filter::<Push>::and([
        Filter::is_in(Column::id(), ids()),
        Filter::ne(Push::STATUS, PushStatus::Failed),
    ]);
    let mut batch = Batch::new().expect_none(moved);
    for push in pushes {
        // A push that an operator starts again is tried for its whole lifetime anew.
        let end = ctx.now().plus(lifetime(push.priority));
        let patch = Patch::new()
            .set(Push::STATUS, PushStatus::Pending)
            .set(Push::ATTEMPTS, 0)
            .set(Push::DUE_AT, ctx.now())
            .set(Push::EXPIRES_AT, end);
        batch = batch.update(&push.id, patch);
    }
    for entry in &entries {
        let patch = Patch::new()
            .set(QueuedMessage::STATUS, QueuedMessageStatus::Processing)
            .set(QueuedMessage::RETRY_COUNT, 0)
            .unset(QueuedMessage::PROCESSED_AT);
        batch = batch.update(&entry.id, patch);
    }
    if ctx.try_commit(batch).await?.is_some() {
        retried.pushes += pushes.len() as u64;
        retried.messages += entries.len() as u64;
    }
    Ok(())
}
