//! The components as functions: the `functions` of `appwrite.config.json`.

use serde::Serialize;
use whisper_manifest::routes::Router;
use whisper_manifest::{Component, Manifest, Route, Trigger};

/// The runtime: the first whose Wasm can wait for JavaScript without a flag (JSPI).
pub const RUNTIME: &str = "node-25";
/// Seconds that a call may take, where the manifest doesn't say. Appwrite waits 30 s for an answer.
const TIMEOUT: u32 = 30;
/// The same where a schedule calls too: no caller waits for its answer.
const TIMEOUT_OF_JOBS: u32 = 300;
/// Scopes of the key that comes with a call, for a function that uses the data.
const SCOPES: [&str; 2] = ["rows.read", "rows.write"];

/// A function. The fields are those that every CLI knows, as later ones refuse others.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Function {
    /// Id: the component's.
    #[serde(rename = "$id")]
    pub id: String,
    /// Name shown to people.
    pub name: String,
    /// The runtime.
    pub runtime: &'static str,
    /// Where its folder is, from the configuration file.
    pub path: String,
    /// The file that is called.
    pub entrypoint: &'static str,
    /// Commands that the server runs in the folder before the first call.
    pub commands: &'static str,
    /// Roles that may call it.
    pub execute: Vec<String>,
    /// Events that it is called for.
    pub events: Vec<String>,
    /// When it is called by itself; empty: never.
    pub schedule: String,
    /// Seconds that a call may take.
    pub timeout: u32,
    /// Scopes of the key that comes with each call.
    pub scopes: Vec<&'static str>,
    /// Whether it can be called.
    pub enabled: bool,
    /// Whether its log is kept.
    pub logging: bool,
    /// The route that its schedule posts to.
    #[serde(skip)]
    pub job: Option<String>,
}

/// The functions of a manifest, in the order of their ids. A component that only others call is none: functions don't
/// call each other.
///
/// # Errors
/// When two schedules are of one component, or one of none.
pub fn functions(manifest: &Manifest) -> Result<Vec<Function>, String> {
    let router = Router::build(&manifest.triggers)?;
    let is_called = |component: &&Component| {
        let of = |trigger: &&Trigger| trigger.component == component.id;
        let mut triggers = manifest.triggers.iter().filter(of);
        triggers.any(|trigger| trigger.route != Route::Private)
    };
    let called = manifest.components.values().filter(is_called);
    let mut functions: Vec<Function> = called.map(function).collect();
    for schedule in &manifest.schedules {
        let name = &schedule.name;
        let component = router
            .route(&schedule.route)
            .map(|found| found.target.component.clone());
        let function = functions
            .iter_mut()
            .find(|function| Some(&function.id) == component.as_ref())
            .ok_or_else(|| format!("the schedule \"{name}\" leads to no component"))?;
        if function.job.is_some() {
            let id = &function.id;
            return Err(format!(
                "\"{id}\" has two schedules; a function can have one"
            ));
        }
        function.schedule = schedule.cron.as_str().to_owned();
        function.job = Some(schedule.route.clone());
        let own = manifest.components[&function.id].function.timeout;
        function.timeout = own.unwrap_or(TIMEOUT_OF_JOBS);
    }
    Ok(functions)
}

fn function(component: &Component) -> Function {
    let own = &component.function;
    let has_store = !component.sqlite_databases.is_empty();
    Function {
        id: component.id.clone(),
        name: component.id.clone(),
        runtime: RUNTIME,
        path: format!("functions/{}", component.id),
        entrypoint: "main.js",
        commands: "npm ci",
        execute: own.execute.clone(),
        events: own.events.clone(),
        schedule: String::new(),
        timeout: own.timeout.unwrap_or(TIMEOUT),
        scopes: if has_store {
            SCOPES.to_vec()
        } else {
            Vec::new()
        },
        enabled: true,
        logging: true,
        job: None,
    }
}
