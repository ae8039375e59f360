//! What the operator sees: groups, and the errors that are kept of each.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use whisper_kit::page::{Listing, NoFilters};
use whisper_kit::{Ctx, OptionExt, Reply, Request, Result};
use whisper_schema::Timestamp;
use whisper_schema::analytics_db::{ErrorLog, ErrorLogSeverity};
use whisper_schema::prelude::Column;
use whisper_schema::system::{ErrorGroup, ErrorGroupStatus, ErrorLink, ErrorSource};
use whisper_store::{Filter, Get, Order, Query};

/// Which of the groups.
#[derive(Clone, Debug, Default, Deserialize)]
#[cfg_attr(not(target_family = "wasm"), derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct GroupFilters {
    /// Only open ones, or only resolved ones.
    pub status: Option<ErrorGroupStatus>,
    /// Only of this severity: the worst that was seen.
    pub severity: Option<ErrorLogSeverity>,
    /// Only reported by these.
    pub source: Option<ErrorSource>,
    /// Only those whose type begins with this.
    pub error_type: Option<String>,
    /// Only seen since then.
    pub since: Option<Timestamp>,
}

/// A group.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(not(target_family = "wasm"), derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct ShownGroup {
    /// Id of the group.
    pub id: String,
    /// Stable name of the error.
    pub error_type: String,
    /// What the latest one says.
    pub error_message: String,
    /// Who reported the first.
    pub source: ErrorSource,
    /// The worst severity seen.
    pub severity: ErrorLogSeverity,
    /// Whether it needs somebody.
    pub status: ErrorGroupStatus,
    /// How often it was seen.
    pub count: i64,
    /// How often it came back after it had been resolved.
    pub reopened: i64,
    /// When it was first seen.
    pub first_seen_at: Timestamp,
    /// When it was last seen.
    pub last_seen_at: Timestamp,
    /// When it was resolved; absent while it is open.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resolved_at: Option<Timestamp>,
    /// What the operator wrote about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// An error that is kept.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(not(target_family = "wasm"), derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct ShownError {
    /// Its id, as its reporter got it.
    pub id: String,
    /// User it happened to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user_id: Option<String>,
    /// Stable name.
    pub error_type: String,
    /// What it says.
    pub error_message: String,
    /// Where it happened.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stack_trace: Option<String>,
    /// What was going on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub context: Option<Value>,
    /// How bad it is.
    pub severity: ErrorLogSeverity,
    /// Whether its group had been resolved since.
    pub resolved: bool,
    /// When it happened.
    pub timestamp: Timestamp,
}

impl From<ErrorGroup> for ShownGroup {
    fn from(group: ErrorGroup) -> Self {
        Self {
            id: group.id,
            error_type: group.error_type,
            error_message: group.error_message,
            source: group.source,
            severity: group.severity,
            status: group.status,
            count: group.count,
            reopened: group.reopened,
            first_seen_at: group.first_seen_at,
            last_seen_at: group.last_seen_at,
            resolved_at: group.resolved_at,
            note: group.note,
        }
    }
}

impl From<ErrorLog> for ShownError {
    fn from(log: ErrorLog) -> Self {
        let context = log.context.as_deref();
        Self {
            id: log.id,
            user_id: log.user_id,
            error_type: log.error_type,
            error_message: log.error_message,
            stack_trace: log.stack_trace,
            context: context.and_then(|text| serde_json::from_str(text).ok()),
            severity: log.severity,
            resolved: log.resolved,
            timestamp: log.timestamp,
        }
    }
}

/// Answers 200 with a page, the last seen first.
pub async fn list(ctx: Ctx, request: Request) -> Result<Reply> {
    let window = request.page::<GroupFilters>(&ctx).await?;
    let asked = window.filters.clone();
    let mut query = Query::<ErrorGroup>::new().order(Order::desc(ErrorGroup::LAST_SEEN_AT));
    if let Some(status) = asked.status {
        query = query.filter(Filter::eq(ErrorGroup::STATUS, status));
    }
    if let Some(severity) = asked.severity {
        query = query.filter(Filter::eq(ErrorGroup::SEVERITY, severity));
    }
    if let Some(source) = asked.source {
        query = query.filter(Filter::eq(ErrorGroup::SOURCE, source));
    }
    if let Some(prefix) = asked.error_type {
        query = query.filter(Filter::starts_with(ErrorGroup::ERROR_TYPE, prefix));
    }
    if let Some(since) = asked.since {
        query = query.filter(Filter::ge(ErrorGroup::LAST_SEEN_AT, since));
    }
    let page = ctx.read(window.over(query).page()).await?;
    let items = page
        .items
        .iter()
        .map(|group| ShownGroup::from((**group).clone()));
    window.reply(&ctx, &page, items.collect()).await
}

/// Answers 200 with a group.
pub async fn one(ctx: Ctx, request: Request) -> Result<Reply> {
    let group = ctx.read(Get::<ErrorGroup>::id(request.id("id")?)).await?;
    Reply::ok(&ShownGroup::from(group.or_not_found()?.into_inner()))
}

/// Answers 200 with a page of the errors that are kept of a group, the latest first.
pub async fn errors(ctx: Ctx, request: Request) -> Result<Reply> {
    let id = request.id("id")?;
    let window = request.page::<NoFilters>(&ctx).await?;
    let links = Query::<ErrorLink>::new()
        .filter(Filter::eq(ErrorLink::GROUP_ID, id))
        .order(Order::desc(ErrorLink::CREATED_AT));
    let read = (Get::<ErrorGroup>::id(id), window.over(links).page());
    let (group, page) = ctx.read(read).await?;
    group.or_not_found()?;
    let ids = page.items.iter().map(|link| link.id.as_str());
    let logs = Query::<ErrorLog>::new()
        .filter(Filter::is_in(Column::id(), ids))
        .limit(page.items.len().max(1) as u32);
    let logs = ctx.read(logs).await?;
    let shown = page.items.iter().filter_map(|link| {
        let log = logs.iter().find(|log| log.id == link.id)?;
        Some(ShownError::from((**log).clone()))
    });
    window.reply(&ctx, &page, shown.collect()).await
}

/// The bodies of the lists.
pub type Groups = Listing<ShownGroup>;
/// See [`Groups`].
pub type Errors = Listing<ShownError>;
