//! Functions (A:src/Appwrite/Platform/Modules/Functions/Http/Functions).

mod params;

pub mod deployment;
pub mod events;
pub mod execution;
pub mod names;
pub mod rule;
pub mod run;
pub mod schedule;
pub mod variable;

use serde_json::{Map, Value, json};

use crate::call::Call;
use crate::check;
use crate::moment::Moment;
use crate::project::{Project, page};
use crate::refusal::{Answered, Refusal};
use crate::write::unique;

use deployment::Deployment;
use variable::Variable;

/// A function.
pub struct Function {
    pub id: String,
    /// Its settings, as its routes take and answer them: name, runtime, execute, events, schedule, …
    pub settings: Map<String, Value>,
    pub deployments: Vec<Deployment>,
    /// The deployment that runs.
    pub active: Option<String>,
    pub variables: Vec<Variable>,
    /// The executions of its runs that have ended, the first one first.
    pub executions: Vec<Value>,
    created: Moment,
    updated: Moment,
}

impl Function {
    /// One of its settings, as text.
    pub fn text(&self, name: &str) -> &str {
        let value = self.settings.get(name);
        value.and_then(Value::as_str).unwrap_or_default()
    }

    /// One of its settings, as texts.
    pub fn texts(&self, name: &str) -> Vec<&str> {
        let all = self.settings.get(name).and_then(Value::as_array);
        all.into_iter()
            .flatten()
            .filter_map(Value::as_str)
            .collect()
    }

    pub fn is_enabled(&self) -> bool {
        self.settings.get("enabled") == Some(&Value::Bool(true))
    }

    /// Seconds that a run may take.
    pub fn timeout(&self) -> i64 {
        let timeout = self.settings.get("timeout").and_then(Value::as_i64);
        timeout.unwrap_or(900)
    }

    /// The deployment that runs, once it is built.
    pub fn ready(&self) -> Option<&Deployment> {
        let active = self.active.as_deref();
        let mut all = self.deployments.iter();
        all.find(|deployment| Some(deployment.id.as_str()) == active)
    }

    /// As it is answered; clients before 1.9 know one specification alone.
    fn json(&self, before_1_9: bool) -> Value {
        let mut all = self.settings.clone();
        if before_1_9 {
            let one = all.remove("buildSpecification").unwrap_or_default();
            all.remove("runtimeSpecification");
            all.insert("specification".to_owned(), one);
        }
        let latest = self.deployments.last();
        let of = |deployment: Option<&Deployment>| match deployment {
            Some(one) => (one.id.clone(), one.created.text()),
            None => Default::default(),
        };
        let ((active, active_at), (last, last_at)) = (of(self.ready()), of(latest));
        let more = json!({
            "$id": self.id, "$createdAt": self.created.text(), "$updatedAt": self.updated.text(), "live": true,
            "deploymentId": active, "deploymentCreatedAt": active_at, "latestDeploymentId": last, "latestDeploymentCreatedAt": last_at,
            "latestDeploymentStatus": latest.map_or("", Deployment::status), "version": "v5",
            "vars": self.variables.iter().map(Variable::json).collect::<Vec<_>>(),
            "installationId": "", "providerRepositoryId": "", "providerBranch": "", "providerRootDirectory": "",
            "providerSilentMode": false, "providerBranches": [], "providerPaths": [],
        });
        if let Value::Object(more) = more {
            all.extend(more);
        }
        all.into()
    }
}

pub fn list(project: &mut Project, call: &Call) -> Answered {
    let all = project.functions.iter();
    let all = all.map(|function| function.json(call.before_1_9));
    page("functions", all.collect(), call.page()?)
}

pub fn create(project: &mut Project, call: &Call) -> Answered {
    let id = call.text("functionId")?;
    if id != "unique()" {
        check::id("functionId", id)?;
    }
    let settings = params::settings(call, None)?;
    let id = match id {
        "unique()" => unique(call.now),
        id => id.to_owned(),
    };
    if project.functions.iter().any(|known| known.id == id) {
        let message = "Function with the requested ID already exists. Try again with a different ID or use ID.unique() to generate a unique ID.";
        return Err(Refusal::new(409, "function_already_exists", message));
    }
    let function = Function {
        id,
        settings,
        deployments: Vec::new(),
        active: None,
        variables: Vec::new(),
        executions: Vec::new(),
        created: call.now,
        updated: call.now,
    };
    let made = function.json(call.before_1_9);
    project.functions.push(function);
    Ok((201, made))
}

pub fn get(project: &mut Project, call: &Call) -> Answered {
    Ok((200, found(project, call)?.json(call.before_1_9)))
}

/// Changes a function. Settings that aren't given are as if it were new, but for the runtime, the entrypoint and the
/// specifications, which stay.
pub fn update(project: &mut Project, call: &Call) -> Answered {
    let before = found(project, call)?.settings.clone();
    let settings = params::settings(call, Some(&before))?;
    let function = found(project, call)?;
    function.settings = settings;
    function.updated = call.now;
    Ok((200, function.json(call.before_1_9)))
}

pub fn delete(project: &mut Project, call: &Call) -> Answered {
    let id = found(project, call)?.id.clone();
    project.functions.retain(|function| function.id != id);
    project.rules.retain(|rule| rule.function != id);
    Ok((204, Value::Null))
}

/// The function of the path.
pub fn found<'p>(project: &'p mut Project, call: &Call) -> Result<&'p mut Function, Refusal> {
    let id = call.param("function");
    let mut all = project.functions.iter_mut();
    let function = all.find(|function| function.id == id);
    function.ok_or_else(|| Refusal::missing_as("Function", "function_not_found"))
}
