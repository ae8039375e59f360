//! Reports from inside: components about their own faults, the host about components that stopped.

use serde::Deserialize;
use serde_json::{Map, Value, json};
use whisper_kit::log::{self, Level};
use whisper_kit::rate_limit::{self, Limit};
use whisper_kit::{Ctx, Error, Reply, Request, Result};
use whisper_schema::analytics_db::ErrorLogSeverity;
use whisper_schema::system::ErrorSource;

use crate::keep::{self, may_settle};
use crate::report::{Entry, Report};

/// Reports about one component per minute that are kept one by one.
const RATE: u64 = 300;
/// How often a report is tried when its group changes before it commits.
const ATTEMPTS: usize = 5;
/// Characters of a message that are kept; of a type.
const MESSAGE: usize = 2000;
const TYPE: usize = 100;
/// Ids of requests that are kept; an instance serves 16 at once.
const REQUESTS: usize = 32;

/// What a component says of its own fault.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(not(target_family = "wasm"), derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct FunctionFault {
    /// Name of the component.
    component: String,
    /// Code of the answer.
    error_type: String,
    /// What was the matter.
    error_message: String,
    /// How bad it is; `error` by default.
    severity: Option<ErrorLogSeverity>,
    /// Operation, request id.
    context: Option<Map<String, Value>>,
}

/// What the host says of a component that stopped.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(not(target_family = "wasm"), derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct HostFault {
    /// Id of the component.
    component: String,
    /// What it did: `component_trapped` or `component_timeout`.
    error_type: String,
    /// Why, as the runtime tells it.
    reason: String,
    /// The requests that were answered in its place; none if it stopped after its answers.
    #[serde(default)]
    request_ids: Vec<String>,
}

/// Keeps what a component reports.
pub async fn function(ctx: Ctx, request: Request) -> Result<Reply> {
    let fault: FunctionFault = request.json()?;
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
        severity: fault.severity.unwrap_or(ErrorLogSeverity::Error),
        context: Some(context),
        ..about(fault.component)
    };
    keep(&ctx, report).await
}

/// Keeps what the host reports.
pub async fn host(ctx: Ctx, request: Request) -> Result<Reply> {
    let fault: HostFault = request.json()?;
    // The first line says what happened; the others are the stack.
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

fn cut(text: &str, characters: usize) -> String {
    text.chars().take(characters).collect()
}

async fn keep(ctx: &Ctx, report: Report) -> Result<Reply> {
    let component = report.component.clone().unwrap_or_default();
    let limit = Limit::new(format!("faults:{}", cut(&component, 100)), RATE, 60);
    let entry: Entry = report.entry(ctx)?.map_err(Error::fields)?;
    let entries = [entry];
    for _ in 0..ATTEMPTS {
        let batch = keep::batch(ctx, &entries).await?;
        match ctx
            .store()
            .await?
            .commit(limit.count_in(batch, ctx.now()))
            .await
        {
            Ok(_) => return Ok(Reply::no_content()),
            Err(error) if error.failed_at(rate_limit::LABEL) => {
                return Err(limit.refusal(ctx.now()));
            }
            Err(error) if may_settle(&error) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Err(whisper_store::StoreError::Busy.into())
}
