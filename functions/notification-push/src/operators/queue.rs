//! `GET /internal/queue`, `/internal/queue/pushes` and `/internal/queue/counts`.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use whisper_kit::page::{Listing, Window};
use whisper_kit::{Auth, Code, Ctx, Endpoint, Error, Method, Reply, Request, Result, Rule};
use whisper_schema::prelude::{Column, Push, PushStatus, QueuedMessage, QueuedMessageStatus};
use whisper_store::{Filter, Order, Query};

use super::view::{QueueEntryView, QueuePushView};

/// How far each status is counted.
const COUNTED: u64 = 10_000;

/// The pushes that are asked for.
#[derive(Debug, Deserialize)]
#[cfg_attr(not(target_family = "wasm"), derive(schemars::JsonSchema))]
pub struct QueueFilters {
    /// `pending`, `processing`, `delivered` (not of pushes) or `failed`; failed if left out.
    #[cfg_attr(
        not(target_family = "wasm"),
        schemars(extend("enum" = ["pending", "processing", "delivered", "failed"]))
    )]
    status: Option<String>,
}

impl QueueFilters {
    /// The status, one of these.
    fn status<S: Copy>(&self, all: &[S], name: impl Fn(S) -> &'static str) -> Result<S> {
        let wanted = self.status.as_deref().unwrap_or("failed");
        let status = all.iter().copied().find(|status| name(*status) == wanted);
        let status = status.ok_or_else(|| {
            let names: Vec<&str> = all.iter().map(|status| name(*status)).collect();
            let detail = format!("must be one of {}", names.join(", "));
            Error::parameter("status", Rule::Enum, detail)
        })?;
        Ok(status)
    }
}

/// The endpoint of deliveries.
pub fn entries_endpoint() -> Endpoint {
    Endpoint::new(
        Method::GET,
        "/internal/queue",
        "listQueue",
        "Lists deliveries of messages by status, the oldest first.",
        entries,
    )
    .auth(Auth::Operator)
    .reply::<Listing<QueueEntryView>>(200, "A page of deliveries")
    .codes(&[Code::InvalidCursor])
}

/// The endpoint of pushes.
pub fn pushes_endpoint() -> Endpoint {
    Endpoint::new(
        Method::GET,
        "/internal/queue/pushes",
        "listQueuedPushes",
        "Lists pushes to devices by status.",
        pushes,
    )
    .auth(Auth::Operator)
    .reply::<Listing<QueuePushView>>(200, "A page of pushes")
    .codes(&[Code::InvalidCursor])
}

/// The endpoint of counts.
pub fn counts_endpoint() -> Endpoint {
    Endpoint::new(
        Method::GET,
        "/internal/queue/counts",
        "countQueue",
        "Counts deliveries and pushes by status, each up to 10,000.",
        counts,
    )
    .auth(Auth::Operator)
    .reply::<QueueCountsView>(200, "The counts")
}

/// Lists deliveries of messages of one status, the oldest first.
async fn entries(ctx: Ctx, _: Request, window: Window<QueueFilters>) -> Result<Reply> {
    let all = QueuedMessageStatus::ALL;
    let status = window.filters.status(all, QueuedMessageStatus::as_str)?;
    let found = Query::<QueuedMessage>::new()
        .filter(Filter::eq(QueuedMessage::STATUS, status))
        .order(Order::desc(QueuedMessage::PRIORITY))
        .order(Order::asc(Column::seq()));
    let page = ctx.read(window.over(found).page()).await?;
    let items = page.items.iter().map(|doc| doc.value.clone());
    let items = items
        .map(|entry| QueueEntryView::new(entry, ctx.now()))
        .collect();
    window.reply(&ctx, &page, items).await
}

/// Lists pushes to devices of one status, those due first first.
async fn pushes(ctx: Ctx, _: Request, window: Window<QueueFilters>) -> Result<Reply> {
    let status = window.filters.status(PushStatus::ALL, PushStatus::as_str)?;
    let found = Query::<Push>::new()
        .filter(Filter::eq(Push::STATUS, status))
        .order(Order::asc(Push::DUE_AT));
    let page = ctx.read(window.over(found).page()).await?;
    let items = page.items.iter().map(|doc| doc.value.clone());
    let items = items
        .map(|push| QueuePushView::new(push, ctx.now()))
        .collect();
    window.reply(&ctx, &page, items).await
}

/// How many there are of each status, each counted up to 10,000.
#[derive(Debug, Serialize)]
#[cfg_attr(not(target_family = "wasm"), derive(schemars::JsonSchema))]
pub struct QueueCountsView {
    /// Deliveries of messages, by status; delivered ones are kept for a week.
    pub messages: BTreeMap<String, u64>,
    /// Pushes to devices, by status; pushes that arrived are gone.
    pub pushes: BTreeMap<String, u64>,
}

async fn counts(ctx: Ctx, _: Request) -> Result<Reply> {
    let messages = QueuedMessageStatus::ALL.iter().map(|status| {
        Query::<QueuedMessage>::new()
            .filter(Filter::eq(QueuedMessage::STATUS, *status))
            .order(Order::asc(Column::seq()))
            .count(COUNTED)
    });
    let pushes = PushStatus::ALL.iter().map(|status| {
        Query::<Push>::new()
            .filter(Filter::eq(Push::STATUS, *status))
            .count(COUNTED)
    });
    let asked = (messages.collect::<Vec<_>>(), pushes.collect::<Vec<_>>());
    let (messages, pushes) = ctx.read(asked).await?;
    let messages_by = QueuedMessageStatus::ALL.iter().map(ToString::to_string);
    let pushes_by = PushStatus::ALL.iter().map(ToString::to_string);
    Reply::ok(&QueueCountsView {
        messages: messages_by.zip(messages).collect(),
        pushes: pushes_by.zip(pushes).collect(),
    })
}
