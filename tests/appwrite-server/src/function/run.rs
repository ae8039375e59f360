//! Runs of functions: the requests that they are called with, and the hook that runs them.

use std::collections::BTreeMap;
use std::sync::{Arc, Condvar, Mutex, PoisonError};

use bytes::Bytes;
use serde_json::{Value, json};
use tokio::sync::mpsc::UnboundedSender;

use super::{Function, events};
use crate::auth::{self, Who};
use crate::event::Event;
use crate::project::Project;
use crate::refusal::Refusal;
use crate::write::unique;
use crate::{PROJECT, call::Call};

/// A function's run.
#[derive(Clone, Debug)]
pub struct Run {
    /// The function's id.
    pub function: String,
    /// The id of its deployment: another one is other code.
    pub deployment: String,
    /// The code, a tar.gz.
    pub code: Bytes,
    /// Commands that build it.
    pub commands: String,
    /// The file that is called.
    pub entrypoint: String,
    /// The runtime, such as `node-25`.
    pub runtime: String,
    /// Variables of its environment.
    pub variables: BTreeMap<String, String>,
    /// The request's method.
    pub method: String,
    /// Its path, with the query.
    pub path: String,
    /// Its headers: the client's, and those that the server sets, which come later and are the only ones with `x-appwrite-` before them.
    pub headers: Vec<(String, String)>,
    /// Its body.
    pub body: Vec<u8>,
}

/// The outcome of a run.
#[derive(Clone, Debug, Default)]
pub struct Ran {
    /// The answer's status.
    pub status: u16,
    /// Its headers.
    pub headers: Vec<(String, String)>,
    /// Its body.
    pub body: Vec<u8>,
    /// The function's log.
    pub logs: String,
    /// Errors of the function, or of running it; empty when there were none.
    pub errors: String,
}

/// The way to run functions.
pub type Hook = Arc<dyn Fn(Run) -> Ran + Send + Sync>;

/// The way to run functions, and the runs that wait for it.
#[derive(Clone)]
pub struct Runner {
    pub hook: Hook,
    pub queue: UnboundedSender<Started>,
    pub pending: Arc<Pending>,
}

/// A run, on its way.
pub struct Started {
    pub hook: Hook,
    pub run: Run,
    /// Its execution, as it is before the end.
    pub execution: Value,
}

/// How many runs without a waiting caller are queued or under way.
#[derive(Default)]
pub struct Pending(Mutex<usize>, Condvar);

impl Pending {
    fn count(&self) -> std::sync::MutexGuard<'_, usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// One has ended.
    pub fn ended(&self) {
        *self.count() -= 1;
        self.1.notify_all();
    }

    /// Waits until there are none.
    pub fn wait(&self) {
        let waiting = self.1.wait_while(self.count(), |count| *count > 0);
        drop(waiting.unwrap_or_else(PoisonError::into_inner));
    }
}

/// The cause of a run.
pub enum Trigger<'c> {
    /// Somebody calls.
    Http(&'c Call),
    /// An event, and the user whose doing it is; empty where it is no user's.
    Event { event: Event, user: String },
    /// It is time.
    Schedule,
}

impl Trigger<'_> {
    pub fn name(&self) -> &'static str {
        match self {
            Trigger::Http(_) => "http",
            Trigger::Event { .. } => "event",
            Trigger::Schedule => "schedule",
        }
    }
}

/// The functions that are declared for an event.
pub fn declared(project: &Project, event: &str) -> Vec<String> {
    let all = project.functions.iter().filter(|function| {
        let mut declared = function.texts("events").into_iter();
        declared.any(|declared| events::matches(declared, event))
    });
    all.map(|function| function.id.clone()).collect()
}

/// Starts a run without a waiting caller, of a function that has a deployment.
pub fn later(project: &mut Project, function: &str, trigger: &Trigger) {
    let Some(runner) = project.runner.clone() else {
        return;
    };
    let request = Request {
        method: "POST".to_owned(),
        path: "/".to_owned(),
        headers: match trigger {
            Trigger::Event { .. } => [
                (
                    "user-agent",
                    format!("Appwrite/{}", project.options.version.number()),
                ),
                ("content-type", "application/json".to_owned()),
            ]
            .map(|(name, value)| (name.to_owned(), value))
            .to_vec(),
            _ => Vec::new(),
        },
        body: match trigger {
            Trigger::Event { event, .. } => event.payload.to_string().into_bytes(),
            _ => Vec::new(),
        },
    };
    let known = project.functions.iter().find(|known| known.id == function);
    let started = known.and_then(|known| start(project, known, trigger, request).ok());
    if let Some(started) = started {
        *runner.pending.count() += 1;
        if runner.queue.send(started).is_err() {
            runner.pending.ended();
        }
    }
}

/// A request to a function, without the server's own headers.
pub struct Request {
    pub method: String,
    pub path: String,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

/// Makes a run of a request.
pub fn start(
    project: &Project,
    function: &Function,
    trigger: &Trigger,
    request: Request,
) -> Result<Started, Refusal> {
    let runner = project.runner.as_ref();
    let runner =
        runner.ok_or_else(|| Refusal::unlike("running functions, unless it is told how"))?;
    let deployment = function.ready().ok_or_else(|| {
        let message =
            "Deployment not found. Create a deployment before trying to execute a function";
        Refusal::new(404, "deployment_not_found", message)
    })?;
    let id = unique(project.now());
    let mut headers = request.headers;
    let own = own_headers(project, function, trigger, &id);
    headers.retain(|(name, _)| !own.iter().any(|(own, _)| own == name));
    headers.extend(
        own.into_iter()
            .map(|(name, value)| (name.to_owned(), value)),
    );
    let execution = execution(
        project,
        function,
        trigger,
        (&id, &request.path, &request.method),
    );
    let run = Run {
        function: function.id.clone(),
        deployment: deployment.id.clone(),
        code: deployment.code.clone(),
        commands: deployment.commands.clone(),
        entrypoint: deployment.entrypoint.clone(),
        runtime: function.text("runtime").to_owned(),
        variables: variables(project, function, &deployment.id),
        method: request.method,
        path: request.path,
        headers,
        body: request.body,
    };
    Ok(Started {
        hook: runner.hook.clone(),
        run,
        execution,
    })
}

/// The headers that the server itself sets, about the run and its caller.
fn own_headers(
    project: &Project,
    function: &Function,
    trigger: &Trigger,
    id: &str,
) -> Vec<(&'static str, String)> {
    let until = project.now().plus(function.timeout() + 60);
    let scopes = function.settings.get("scopes").cloned().unwrap_or_default();
    let (user, jwt) = match trigger {
        Trigger::Http(call) => {
            let user = call.who.user().unwrap_or_default();
            // By a JWT none is made.
            let jwt = call.who.session();
            let jwt = jwt.map(|session| auth::mint(user, session, until));
            (user.to_owned(), jwt.unwrap_or_default())
        }
        Trigger::Event { user, .. } => (user.clone(), String::new()),
        Trigger::Schedule => Default::default(),
    };
    let event = match trigger {
        Trigger::Event { event, .. } => event.name.clone(),
        _ => String::new(),
    };
    let mut own = vec![
        ("x-appwrite-execution-id", id.to_owned()),
        ("x-appwrite-key", auth::ephemeral(&scopes, until)),
        ("x-appwrite-trigger", trigger.name().to_owned()),
        ("x-appwrite-user-id", user),
        ("x-appwrite-user-jwt", jwt),
        ("x-appwrite-country-code", String::new()),
        ("x-appwrite-continent-code", String::new()),
        ("x-appwrite-continent-eu", "false".to_owned()),
    ];
    match trigger {
        // Calls from outside have the client's address; other runs have the event.
        Trigger::Http(_) => own.push(("x-appwrite-client-ip", "127.0.0.1".to_owned())),
        _ => own.push(("x-appwrite-event", event)),
    }
    own
}

fn execution(
    project: &Project,
    function: &Function,
    trigger: &Trigger,
    (id, path, method): (&str, &str, &str),
) -> Value {
    let now = project.now().text();
    let user = match trigger {
        Trigger::Http(call) => call.who.user(),
        Trigger::Event { user, .. } => Some(user.as_str()).filter(|user| !user.is_empty()),
        Trigger::Schedule => None,
    };
    let readers: Vec<String> = user
        .map(|user| format!("read(\"user:{user}\")"))
        .into_iter()
        .collect();
    json!({
        "$id": id, "$createdAt": now, "$updatedAt": now, "$permissions": readers, "resourceId": function.id,
        "resourceType": "functions", "deploymentId": function.active, "trigger": trigger.name(), "status": "processing",
        "requestMethod": method, "requestPath": path, "requestHeaders": [], "responseStatusCode": 0, "responseBody": "",
        "responseHeaders": [], "logs": "", "errors": "", "duration": 0.0, "scheduledAt": "",
    })
}

/// A function's environment: its own variables, and those that the server sets, which win over its own.
fn variables(project: &Project, function: &Function, deployment: &str) -> BTreeMap<String, String> {
    let own = function.variables.iter();
    let own = own.map(|variable| (variable.key.clone(), variable.value.clone()));
    let appwrite = [
        ("APPWRITE_FUNCTION_API_ENDPOINT", project.endpoint.as_str()),
        ("APPWRITE_FUNCTION_ID", &function.id),
        ("APPWRITE_FUNCTION_NAME", function.text("name")),
        ("APPWRITE_FUNCTION_DEPLOYMENT", deployment),
        ("APPWRITE_FUNCTION_PROJECT_ID", PROJECT),
        ("APPWRITE_VERSION", project.options.version.number()),
    ];
    let appwrite = appwrite.map(|(name, value)| (name.to_owned(), value.to_owned()));
    own.chain(appwrite).collect()
}

/// Whether somebody may see an execution: the user who caused it may, and callers that need no permissions.
pub fn may_see(execution: &Value, who: &Who) -> bool {
    let readers = execution["$permissions"].as_array();
    let readers = readers.into_iter().flatten().filter_map(Value::as_str);
    let readers: Vec<String> = readers.map(str::to_owned).collect();
    crate::permission::allows(&readers, "read", who)
}
