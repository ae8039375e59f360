//! Groups, as the operator sees them, and the errors that are kept of each.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use whisper_kit::page::{Listing, NoFilters, Window};
use whisper_kit::{Auth, Code, Ctx, Endpoint, Method, OptionExt, Reply, Request, Result};
use whisper_schema::Timestamp;
use whisper_schema::analytics_db::{ErrorLog, ErrorLogSeverity};
use whisper_schema::system::{ErrorGroup, ErrorGroupStatus, ErrorLink, ErrorSource};
use whisper_store::{Doc, Filter, Get, Order, Query};

/// Filters of the list of groups.
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
pub struct ErrorGroupView {
    /// Id of the group.
    pub id: String,
    /// Stable name of the error.
    pub error_type: String,
    /// The message of the latest one.
    pub error_message: String,
    /// The reporter of the first.
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
    /// The operator's note.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// An error that is kept.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(not(target_family = "wasm"), derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct ErrorView {
    /// Its id, as its reporter got it.
    pub id: String,
    /// User it happened to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user_id: Option<String>,
    /// Stable name.
    pub error_type: String,
    /// Its message.
    pub error_message: String,
    /// The stack.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stack_trace: Option<String>,
    /// The circumstances, as its reporter told them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub context: Option<Map<String, Value>>,
    /// How bad it is.
    pub severity: ErrorLogSeverity,
    /// Whether its group had been resolved since.
    pub resolved: bool,
    /// When it happened.
    pub timestamp: Timestamp,
}

impl From<ErrorGroup> for ErrorGroupView {
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

impl From<ErrorLog> for ErrorView {
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

/// The groups.
pub fn list_endpoint() -> Endpoint {
    Endpoint::new(
        Method::GET,
        "/internal/errors",
        "listErrorGroups",
        "Groups of errors, the last seen first.",
        list,
    )
    .auth(Auth::Operator)
    .reply::<Listing<ErrorGroupView>>(200, "A page of groups.")
}

/// One group.
pub fn get_endpoint() -> Endpoint {
    Endpoint::new(
        Method::GET,
        "/internal/errors/{groupId}",
        "getErrorGroup",
        "A group of errors.",
        get,
    )
    .auth(Auth::Operator)
    .reply::<ErrorGroupView>(200, "The group.")
    .codes(&[Code::NotFound])
}

/// The errors that are kept of a group.
pub fn errors_endpoint() -> Endpoint {
    Endpoint::new(
        Method::GET,
        "/internal/errors/{groupId}/errors",
        "listErrorsOfGroup",
        "The errors that are kept of a group, the latest first.",
        errors,
    )
    .auth(Auth::Operator)
    .reply::<Listing<ErrorView>>(200, "A page of errors.")
    .codes(&[Code::NotFound])
}

async fn list(ctx: Ctx, _: Request, window: Window<GroupFilters>) -> Result<Reply> {
    let asked = &window.filters;
    let filters = [
        asked
            .status
            .map(|status| Filter::eq(ErrorGroup::STATUS, status)),
        asked
            .severity
            .map(|severity| Filter::eq(ErrorGroup::SEVERITY, severity)),
        asked
            .source
            .map(|source| Filter::eq(ErrorGroup::SOURCE, source)),
        asked
            .error_type
            .as_deref()
            .map(|prefix| Filter::starts_with(ErrorGroup::ERROR_TYPE, prefix)),
        asked
            .since
            .map(|since| Filter::ge(ErrorGroup::LAST_SEEN_AT, since)),
    ];
    let newest = Query::<ErrorGroup>::new().order(Order::desc(ErrorGroup::LAST_SEEN_AT));
    let query = filters.into_iter().flatten().fold(newest, Query::filter);
    let page = ctx.read(window.over(query).page()).await?;
    let items = page
        .items
        .iter()
        .map(|group| ErrorGroupView::from((**group).clone()));
    window.reply(&ctx, &page, items.collect()).await
}

async fn get(ctx: Ctx, request: Request) -> Result<Reply> {
    let group = ctx
        .read(Get::<ErrorGroup>::id(request.id("groupId")?))
        .await?;
    Reply::ok(&ErrorGroupView::from(group.or_not_found()?.into_inner()))
}

async fn errors(ctx: Ctx, request: Request, window: Window<NoFilters>) -> Result<Reply> {
    let id = request.id("groupId")?;
    let links = Query::<ErrorLink>::new()
        .filter(Filter::eq(ErrorLink::GROUP_ID, id))
        .order(Order::desc(ErrorLink::CREATED_AT));
    let read = (Get::<ErrorGroup>::id(id), window.over(links).page());
    let (group, page) = ctx.read(read).await?;
    group.or_not_found()?;
    let ids = page.items.iter().map(|link| Get::<ErrorLog>::id(&link.id));
    let logs = ctx.read(ids.collect::<Vec<_>>()).await?;
    let shown = logs.into_iter().flatten().map(Doc::into_inner);
    let shown = shown.map(ErrorView::from).collect();
    window.reply(&ctx, &page, shown).await
}
