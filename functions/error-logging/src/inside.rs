//! Reports from inside: components about their own faults, the host about components that stopped.

use serde_json::{Map, Value, json};
use whisper_kit::log::{self, Level};
use whisper_kit::rate_limit::Limit;
use whisper_kit::signal::REPORTS_PATH;
use whisper_kit::{
    Attempt, Auth, Code, Ctx, Endpoint, Error, Json, Method, Reply, Request, Result,
};
use whisper_schema::Body;
use whisper_schema::analytics_db::ErrorLogSeverity;
use whisper_schema::system::ErrorSource;

use crate::keep;
use crate::report::{Entry, Report, cut};

/// Reports about one component per minute that are kept one by one.
const RATE: u64 = 300;
/// Characters of a message that are kept; of a type.
const MESSAGE: usize = 2000;
const TYPE: usize = 100;
/// Ids of requests that are kept; an instance serves 16 at once.
const REQUESTS: usize = 32;

/// A component's report of its own fault.
#[derive(Clone, Debug, Body)]
#[body(
    example = r#"{"component": "stories", "errorType": "internal", "errorMessage": "the index is gone", "severity": "error", "context": {}}"#
)]
pub struct FunctionFault {
    /// Name of the component.
    component: String,
    /// Code of the answer.
    error_type: String,
    /// The cause.
    error_message: String,
    /// How bad it is.
    #[field(default = ErrorLogSeverity::Error)]
    severity: ErrorLogSeverity,
    /// Operation, request id.
    context: Option<Map<String, Value>>,
}

/// The host's report of a component that stopped.
#[derive(Clone, Debug, Body)]
#[body(
    example = r#"{"component": "stories", "errorType": "component_trapped", "reason": "unreachable", "requestIds": []}"#
)]
pub struct HostFault {
    /// Id of the component.
    component: String,
    /// Code of the fault: `component_trapped` or `component_timeout`.
    error_type: String,
    /// The reason, as the runtime tells it.
    reason: String,
    /// The requests that were answered in its place; none if it stopped after its answers.
    request_ids: Vec<String>,
}

/// Takes a component's report.
pub fn function_endpoint() -> Endpoint {
    Endpoint::new(
        Method::POST,
        REPORTS_PATH,
        "reportFault",
        "Reports a fault of a component.",
        function,
    )
    .auth(Auth::Private)
    .reply_empty(204, "It was kept.")
}

/// Takes the host's report.
pub fn host_endpoint() -> Endpoint {
    Endpoint::new(
        Method::POST,
        "/internal/errors/host",
        "reportHostFault",
        "Reports a component that stopped; the embedded host does.",
        host,
    )
    .auth(Auth::Operator)
    .reply_empty(204, "It was kept.")
    .codes(&[Code::RateLimited])
}

/// Keeps a component's report.
async fn function(ctx: Ctx, _: Request, Json(fault): Json<FunctionFault>) -> Result<Reply> {
    let mut context = fault.context.unwrap_or_default();
    context.insert("component".into(), fault.component.as_str().into());
    let message = match fault.error_message.trim() {
        "" => "no cause was told",
        message => message,
    };
    let report = Report {
        source: ErrorSource::Function,
        error_type: cut(&fault.error_type, TYPE),
        error_message: cut(message, MESSAGE),
        severity: fault.severity,
        context: Some(context),
        ..about(fault.component)
    };
    keep(&ctx, report).await
}

/// Keeps the host's report.
async fn host(ctx: Ctx, _: Request, Json(fault): Json<HostFault>) -> Result<Reply> {
    // The first line is the message; the others are the stack.
    let (message, stack) = fault.reason.split_once('\n').unwrap_or((&fault.reason, ""));
    let mut context = json!({"component": fault.component});
    match fault.request_ids.as_slice() {
        [] => {}
        [one] => context["requestId"] = one.as_str().into(),
        more => context["requestIds"] = more.iter().take(REQUESTS).cloned().collect(),
    }
    let report = Report {
        source: ErrorSource::Host,
        error_type: cut(&fault.error_type, TYPE),
        error_message: cut(&format!("{}: {message}", fault.component), MESSAGE),
        stack_trace: Some(cut(stack, 10_000)).filter(|stack| !stack.is_empty()),
        severity: ErrorLogSeverity::Critical,
        context: context.as_object().cloned(),
        ..about(fault.component)
    };
    keep(&ctx, report).await
}

/// Keeps a fault of this component's own. One that can't be kept stands in the log alone, as it does anyhow.
pub async fn own(ctx: &Ctx, operation: &str, error: &Error) {
    let cause = error.source_text().unwrap_or(error.code().title());
    let context = json!({
        "component": crate::NAME, "operation": operation, "requestId": ctx.request_id(),
    });
    let report = Report {
        error_type: error.code().as_str().to_owned(),
        error_message: cut(cause, MESSAGE),
        context: context.as_object().cloned(),
        ..about(crate::NAME.to_owned())
    };
    if let Err(error) = keep(ctx, report).await {
        let cause = error.source_text().unwrap_or_default();
        let fields = [("cause", cause.into())];
        log::write(Level::Warn, "fault_not_kept", ctx.request_id(), &fields);
    }
}

fn about(component: String) -> Report {
    Report {
        source: ErrorSource::Function,
        component: Some(component),
        user_id: None,
        error_type: String::new(),
        error_message: String::new(),
        stack_trace: None,
        context: None,
        severity: ErrorLogSeverity::Error,
        fingerprint: None,
        timestamp: None,
    }
}

async fn keep(ctx: &Ctx, report: Report) -> Result<Reply> {
    let component = report.component.clone().unwrap_or_default();
    let limit = Limit::new(format!("faults:{}", cut(&component, 100)), RATE, 60);
    let entry: Entry = report.entry(ctx)?.map_err(Error::fields)?;
    let entries = [entry];
    ctx.retry(async || {
        let batch = keep::batch(ctx, &entries).await?;
        let committed = limit.try_commit(ctx, batch).await?;
        Ok(committed.map_or(Attempt::Retry, |_| Attempt::Done(Reply::no_content())))
    })
    .await
}
