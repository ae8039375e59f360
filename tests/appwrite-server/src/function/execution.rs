//! Executions: calls of functions (A:src/Appwrite/Platform/Modules/Functions/Http/Executions).

use serde_json::{Value, json};

use super::Function;
use super::run::{Ran, Request, Started, Trigger, may_see, start};
use crate::auth::Who;
use crate::call::Call;
use crate::check;
use crate::project::{Project, page};
use crate::refusal::{Answered, Refusal};

const METHODS: [&str; 7] = ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "HEAD"];
/// Characters of the longest body.
const LONGEST: usize = 10_485_760;
/// The headers of an answer that are kept (A:app/init/constants.php:287); a caller that waits for it gets all of them.
const KEPT: [&str; 2] = ["content-type", "content-length"];

/// Begins a call whose caller waits for the answer.
pub fn create(project: &mut Project, call: &Call) -> Result<Started, Refusal> {
    let body = call.text_or("body", "")?;
    check::length("body", body, LONGEST)?;
    let path = call.text_or("path", "/")?;
    if !(1..=2048).contains(&path.chars().count()) {
        return Err(Refusal::argument("path", &check::sized(2048, 1)));
    }
    let method = call.text_or("method", "POST")?;
    if !METHODS.contains(&method) {
        let why = format!("Value must be one of ({})", METHODS.join(", "));
        return Err(Refusal::argument("method", &why));
    }
    let waits = match call.value("async") {
        Value::Null => true,
        Value::Bool(later) => !later,
        Value::String(text) if ["true", "false", "1", "0"].contains(&text.as_str()) => {
            text == "false" || text == "0"
        }
        _ => return Err(Refusal::argument("async", "Value must be a valid boolean")),
    };
    if waits && !call.value("scheduledAt").is_null() {
        return Err(Refusal::bad(
            "Scheduled executions must run asynchronously. Set scheduledAt to a future date, or set async to true.",
        ));
    }
    let headers = headers(call)?;
    let function = seen(project, call)?;
    // Without a deployment it can't be called by anybody, permitted or not.
    let request = Request {
        method: method.to_owned(),
        path: path.to_owned(),
        headers,
        body: body.as_bytes().to_vec(),
    };
    if function.ready().is_some() {
        may_call(function, &call.who)?;
    }
    if !waits {
        return Err(Refusal::unlike("executions that nobody waits for"));
    }
    start(project, function, &Trigger::Http(call), request)
}

/// The function of the path, for those who can see it: one that is switched off is there for keys and the console alone.
fn seen<'p>(project: &'p Project, call: &Call) -> Result<&'p Function, Refusal> {
    let id = call.param("function");
    let mut all = project.functions.iter();
    let missing = || Refusal::missing_as("Function", "function_not_found");
    let function = all.find(|known| known.id == id).ok_or_else(missing)?;
    match function.is_enabled() || call.who.is_key() {
        true => Ok(function),
        false => Err(missing()),
    }
}

fn may_call(function: &Function, who: &Who) -> Result<(), Refusal> {
    let Some(roles) = who.roles() else {
        return Ok(());
    };
    let execute = function.texts("execute");
    if execute
        .iter()
        .any(|role| roles.iter().any(|own| own == role))
    {
        return Ok(());
    }
    // As D:Validator/Authorization.php describes it.
    let message = match execute.is_empty() {
        true => "No permissions provided for action 'execute'".to_owned(),
        false => {
            let (needed, own) = (json!(execute), json!(roles));
            let last = execute.last().copied().unwrap_or_default();
            format!(
                "Missing \"execute\" permission for role \"{last}\". Only \"{own}\" scopes are allowed and \"{needed}\" was given."
            )
        }
    };
    Err(Refusal::new(401, "user_unauthorized", message))
}

/// The headers that the client wants the function to get (A:src/Appwrite/Functions/Validator/Headers.php).
fn headers(call: &Call) -> Result<Vec<(String, String)>, Refusal> {
    let given = match call.value("headers") {
        Value::Object(given) => given,
        Value::Null => return Ok(Vec::new()),
        Value::Array(none) if none.is_empty() => return Ok(Vec::new()),
        _ => {
            let why = "Value must be a valid JSON string";
            return Err(Refusal::argument("headers", why));
        }
    };
    let mut size = 0;
    let mut all = Vec::new();
    let count = given.len();
    for (name, value) in given {
        let value = match value {
            Value::String(text) => text,
            other => other.to_string(),
        };
        size += name.len() + value.len();
        let inside = |c: char| c.is_ascii_alphanumeric() || c == '-';
        let good = !name.is_empty()
            && name.chars().all(inside)
            && !name.starts_with('-')
            && !name.ends_with('-')
            && !name.starts_with("x-appwrite-");
        if !good || size >= 16384 || count > 100 {
            // It throws an exception without a known type, which is answered so.
            let message = "Server Error";
            return Err(Refusal::new(500, "general_unknown", message));
        }
        all.push((name, value));
    }
    Ok(all)
}

/// Ends a run: keeps its execution, and gives the answer for the caller that waited; null when none did.
pub fn finish(project: &mut Project, mut execution: Value, ran: Ran, who: Option<&Who>) -> Value {
    let named = |headers: &[(String, String)]| -> Value {
        let all = headers.iter();
        all.map(|(name, value)| json!({"name": name, "value": value}))
            .collect()
    };
    let kept: Vec<(String, String)> = ran
        .headers
        .iter()
        .filter(|(name, _)| KEPT.contains(&name.to_lowercase().as_str()))
        .cloned()
        .collect();
    let status = if ran.status >= 500 {
        "failed"
    } else {
        "completed"
    };
    execution["status"] = status.into();
    execution["responseStatusCode"] = ran.status.into();
    execution["responseHeaders"] = named(&kept);
    execution["logs"] = ran.logs.into();
    execution["errors"] = ran.errors.into();
    let id = execution["resourceId"].as_str().unwrap_or_default();
    let mut functions = project.functions.iter_mut();
    if let Some(function) = functions.find(|function| function.id == id) {
        function.executions.push(execution.clone());
    }
    let mut headers = ran.headers;
    let own = execution["$id"].as_str().unwrap_or_default().to_owned();
    headers.push(("x-appwrite-execution-id".to_owned(), own));
    execution["responseHeaders"] = named(&headers);
    execution["responseBody"] = String::from_utf8_lossy(&ran.body).into_owned().into();
    who.map_or(Value::Null, |who| shown(execution, who))
}

/// As somebody sees it: logs are for keys and the console.
fn shown(mut execution: Value, who: &Who) -> Value {
    if !who.is_key() {
        execution["logs"] = "".into();
        execution["errors"] = "".into();
    }
    execution
}

pub fn list(project: &mut Project, call: &Call) -> Answered {
    let all = seen(project, call)?.executions.iter().rev();
    let all = all.filter(|execution| may_see(execution, &call.who));
    let all = all.map(|execution| shown(execution.clone(), &call.who));
    page("executions", all.collect(), call.page()?)
}

pub fn get(project: &mut Project, call: &Call) -> Answered {
    let id = call.param("execution");
    let mut all = seen(project, call)?.executions.iter();
    let found = all.find(|one| one["$id"] == id && may_see(one, &call.who));
    let found = found.ok_or_else(|| Refusal::missing_as("Execution", "execution_not_found"))?;
    Ok((200, shown(found.clone(), &call.who)))
}
