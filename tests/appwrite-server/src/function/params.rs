//! Settings of functions, and their limits (A: the parameters of Functions/Create.php and Update.php, and their
//! validators).

use serde_json::{Map, Value};

use super::names::{RUNTIMES, SCOPES, SPECIFICATIONS};
use super::{events, schedule};
use crate::call::Call;
use crate::refusal::Refusal;
use crate::version::Version;
use crate::{check, permission};

/// Most roles, and most events.
const MOST: usize = 100;
/// Most scopes (A:app/init/constants.php:42).
const MOST_SCOPES: usize = 200;

/// The settings that a request gives; `before` are those of the function that it changes.
pub fn settings(
    call: &Call,
    before: Option<&Map<String, Value>>,
) -> Result<Map<String, Value>, Refusal> {
    let name = call.text("name")?;
    check::name(name)?;
    let stays = |key: &str| before.and_then(|before| before.get(key)).cloned();
    let text = |key: &str, most: usize| -> Result<String, Refusal> {
        let text = call.text_or(key, "")?;
        check::length(key, text, most)?;
        Ok(text.to_owned())
    };
    let specification = |key: &str| -> Result<Value, Refusal> {
        // Clients before 1.9 know one for both.
        let given = match call.before_1_9 {
            true => call.text_or("specification", "")?,
            false => call.text_or(key, "")?,
        };
        match given {
            "" => Ok(stays(key).unwrap_or_else(|| SPECIFICATIONS[1].into())),
            given if SPECIFICATIONS.contains(&given) => Ok(given.into()),
            _ => {
                let all = SPECIFICATIONS.join(", ");
                let why = format!("Specification must be one of: {all}");
                Err(Refusal::argument(key, &why))
            }
        }
    };
    let mut entrypoint = Value::from(text("entrypoint", 1028)?);
    if entrypoint == "" {
        entrypoint = stays("entrypoint").unwrap_or(entrypoint);
    }
    let all = [
        ("name", name.into()),
        ("runtime", runtime(call, stays("runtime"))?),
        ("execute", execute(call)?),
        ("events", events_of(call)?),
        ("schedule", cron(call)?),
        ("timeout", timeout(call)?),
        ("enabled", call.flag("enabled", true)?.into()),
        ("logging", call.flag("logging", true)?.into()),
        ("entrypoint", entrypoint),
        ("commands", text("commands", 8192)?.into()),
        ("scopes", scopes(call)?),
        ("deploymentRetention", 0.into()),
        ("buildSpecification", specification("buildSpecification")?),
        (
            "runtimeSpecification",
            specification("runtimeSpecification")?,
        ),
    ];
    let all = all.into_iter();
    Ok(all.map(|(key, value)| (key.to_owned(), value)).collect())
}

fn runtime(call: &Call, before: Option<Value>) -> Result<Value, Refusal> {
    let runtime = match (call.body.get("runtime"), before) {
        (None | Some(Value::Null), Some(before)) => return Ok(before),
        _ => call.text("runtime")?,
    };
    let mut all = RUNTIMES
        .iter()
        .flat_map(|(family, versions)| versions.iter().map(move |v| format!("{family}-{v}")))
        .filter(|known| known != "node-25" || call.version > Version::V1_8);
    if all.clone().any(|known| known == runtime) {
        return Ok(runtime.into());
    }
    let all: Vec<String> = all.by_ref().collect();
    let why = format!("Value must be one of ({})", all.join(", "));
    Err(Refusal::argument("runtime", &why))
}

fn execute(call: &Call) -> Result<Value, Refusal> {
    let roles = call.texts("execute")?.unwrap_or_default();
    let wrong = |why: &str| Refusal::argument("execute", why);
    if roles.len() > MOST {
        return Err(wrong("You can only provide up to 100 roles."));
    }
    for role in &roles {
        permission::role(role).map_err(|why| wrong(&why))?;
    }
    Ok(roles.into())
}

fn events_of(call: &Call) -> Result<Value, Refusal> {
    let all = call.texts("events")?.unwrap_or_default();
    let mut why = "Event is not valid.";
    let good = all.iter().all(|event| {
        if event.starts_with("functions.") {
            why = "Triggering a function on a function event is not allowed.";
            return false;
        }
        events::is_valid(event)
    });
    if good && all.len() <= MOST {
        return Ok(all.into());
    }
    let why = format!("Value must a valid array no longer than {MOST} items and {why}");
    Err(Refusal::argument("events", &why))
}

fn cron(call: &Call) -> Result<Value, Refusal> {
    let text = call.text_or("schedule", "")?;
    match text.is_empty() || schedule::parse(text).is_some() {
        true => Ok(text.into()),
        false => {
            let why = "String must be a valid cron expression";
            Err(Refusal::argument("schedule", why))
        }
    }
}

fn timeout(call: &Call) -> Result<Value, Refusal> {
    let seconds = call.integer("timeout")?.unwrap_or(15);
    match (1..=900).contains(&seconds) {
        true => Ok(seconds.into()),
        false => {
            let why = "Value must be a valid range between 1 and 900";
            Err(Refusal::argument("timeout", why))
        }
    }
}

fn scopes(call: &Call) -> Result<Value, Refusal> {
    let scopes = call.texts("scopes")?.unwrap_or_default();
    let known = |scope: &String| SCOPES.contains(&scope.as_str());
    if scopes.len() <= MOST_SCOPES && scopes.iter().all(known) {
        return Ok(scopes.into());
    }
    let all = SCOPES.join(", ");
    let why = format!(
        "Value must a valid array no longer than {MOST_SCOPES} items and Value must be one of ({all})"
    );
    Err(Refusal::argument("scopes", &why))
}
