//! The application: its variables, triggers, components and schedules.

use std::collections::BTreeMap;
use std::path::PathBuf;

use crate::component::Component;
use crate::schedule::ScheduleEntry;
use crate::setting::Setting;

/// A checked manifest.
#[derive(Clone, Debug)]
pub struct Manifest {
    /// The file it was read from.
    pub file: PathBuf,
    /// The folder of the file; relative paths start there.
    pub dir: PathBuf,
    /// The application's own description.
    pub application: Application,
    /// The application's variables.
    pub variables: BTreeMap<String, Variable>,
    /// The routes with their components, in the file's order.
    pub triggers: Vec<Trigger>,
    /// The components by id.
    pub components: BTreeMap<String, Component>,
    /// The schedules of `[application.tool.whisper]`.
    pub schedules: Vec<ScheduleEntry>,
    /// The route of the host's reports of components that stopped, from the same table.
    pub fault_route: Option<String>,
    /// The route that hears that the host is about to stop, from the same table.
    pub stop_route: Option<String>,
    /// The page that explains the application's API, from the same table.
    pub docs_route: Option<String>,
    /// The forms that values of variables have, from the same table.
    pub settings: BTreeMap<String, Setting>,
    /// The values that variables have on this host where none are given, in the place of their defaults; from the same table.
    pub defaults: BTreeMap<String, String>,
}

/// The `[application]` table.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Application {
    /// Name of the application.
    pub name: String,
    /// Its version; empty when not given.
    pub version: String,
    /// Description; empty when not given.
    pub description: String,
    /// Its authors.
    pub authors: Vec<String>,
}

/// One of `[variables]`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Variable {
    /// The value when none is given.
    pub default: Option<String>,
    /// Whether a value must be given.
    pub required: bool,
    /// Whether the value must not be shown.
    pub secret: bool,
    /// Its purpose.
    pub description: String,
}

/// One of `[[trigger.http]]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trigger {
    /// The route of the requests.
    pub route: Route,
    /// Id of the component that answers.
    pub component: String,
}

/// The route of a trigger.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Route {
    /// A path pattern, such as `/v1/stories/:id` or `/docs/...`.
    Public(String),
    /// Only other components of the application reach it, by `http://<component>.spin.internal`.
    Private,
}

impl Manifest {
    /// Ids of all components.
    pub fn component_ids(&self) -> Vec<String> {
        self.components.keys().cloned().collect()
    }
}
