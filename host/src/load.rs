//! From a manifest to a running application.

use std::path::Path;
use std::sync::{Arc, OnceLock, Weak};

use anyhow::anyhow;
use wasmtime::Engine;
use wasmtime_wasi_http::handler::ProxyHandler;
use whisper_manifest::hosts::AllowedHosts;
use whisper_manifest::routes::Router;
use whisper_manifest::variables::Values;
use whisper_manifest::{Component, Manifest};

use crate::app::App;
use crate::bodies::Bodies;
use crate::clock::Clock;
use crate::component::ComponentContext;
use crate::computing::Computing;
use crate::engine::Compiled;
use crate::faults::Faults;
use crate::instances::{Instances, Stats};
use crate::key_value::KeyValue;
use crate::limits::Limits;
use crate::postgres::Pools;
use crate::sqlite;

/// The parts that an application is loaded from.
pub struct Loader<'a> {
    /// The manifest.
    pub manifest: &'a Manifest,
    /// Values of its variables.
    pub values: &'a Values,
    /// Its data folder.
    pub data_dir: &'a Path,
    /// The guests' clock.
    pub clock: Clock,
    /// Limits of every instance.
    pub limits: Limits,
    /// The threads of components that compute.
    pub computing: Computing,
    /// The receiver of components' faults.
    pub faults: Faults,
}

impl Loader<'_> {
    /// Joins the compiled components into an application.
    pub fn load(
        &self,
        engine: &Engine,
        compiled: impl IntoIterator<Item = (String, Compiled)>,
    ) -> anyhow::Result<Arc<App>> {
        let router = Router::build(&self.manifest.triggers).map_err(|e| anyhow!(e))?;
        let key_value = KeyValue::new(self.data_dir);
        let stats = Arc::new(Stats::default());
        let mut handlers = std::collections::BTreeMap::new();
        let mut contexts = Vec::new();
        for (id, pre) in compiled {
            let Some(component) = self.manifest.components.get(&id) else {
                continue;
            };
            let context = self.context(component, &key_value);
            let context = Arc::new(context.map_err(|e| anyhow!("[component.{id}]: {e}"))?);
            let limits = self.limits.clone();
            let limits = match component.one_instance {
                true => limits.of_one_instance(),
                false => limits,
            };
            let instances = Instances::new(
                engine.clone(),
                pre,
                Arc::clone(&context),
                limits,
                Arc::clone(&stats),
                self.faults.clone(),
            );
            let instances = match component.computes {
                true => instances.apart(self.computing.clone()),
                false => instances,
            };
            contexts.push(context);
            handlers.insert(id, ProxyHandler::new(instances));
        }
        let bodies = Bodies::new(self.limits.request_timeout);
        let faults = self.faults.clone();
        let app = Arc::new(App::new(router, handlers, stats, faults, bodies));
        for context in contexts {
            // Each context is new, so its application isn't set yet and this can't fail.
            let app: Weak<App> = Arc::downgrade(&app);
            let _ = context.app.set(app);
        }
        Ok(app)
    }

    fn context(
        &self,
        component: &Component,
        key_value: &KeyValue,
    ) -> Result<ComponentContext, String> {
        let hosts = &component.allowed_outbound_hosts;
        let ids = self.manifest.component_ids();
        Ok(ComponentContext {
            id: component.id.as_str().into(),
            databases: component.sqlite_databases.clone(),
            database_path: sqlite::database_path(self.data_dir),
            held: Arc::default(),
            stores: component.key_value_stores.clone(),
            key_value: key_value.clone(),
            postgres: Pools::default(),
            long_bodies: component.long_bodies,
            variables: self.values.of_component(component)?,
            environment: component.environment.clone(),
            allowed_hosts: AllowedHosts::resolve(hosts, &ids, |name| self.values.get(name))?,
            clock: self.clock.clone(),
            app: OnceLock::new(),
        })
    }
}
