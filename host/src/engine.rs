//! Wasmtime as the host uses it, and the components compiled for it.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::mpsc::{Sender, channel};
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

use anyhow::{Context, anyhow, bail};
use wasmtime::component::{Component, HasSelf, Linker};
use wasmtime::{Config, Engine};
use wasmtime_wasi_http::p3::bindings::ServicePre;
use whisper_manifest::Manifest;

use crate::bindings::{key_value, postgres, sqlite, variables};
use crate::compiled::Kept;
use crate::instance::InstanceState;
use crate::limits::TICK;
use crate::progress::{self, Outcome};

/// Interfaces on offer; the rest of Spin's needs Spin.
const OFFERED: [&str; 5] = [
    "wasi:",
    "spin:sqlite/sqlite@3.1",
    "spin:variables/variables@3.0",
    "spin:key-value/key-value@3.0",
    "spin:postgres/postgres@4.2",
];

/// The interface that a component must export.
const HANDLER: &str = "wasi:http/handler@0.3.0";

/// A component ready to be instantiated.
pub type Compiled = ServicePre<InstanceState>;

/// Makes an engine.
pub fn engine() -> anyhow::Result<Engine> {
    let mut config = Config::new();
    config.epoch_interruption(true);
    config.wasm_component_model_async(true);
    // Components are stripped: a list of addresses would only bury the reason.
    config.wasm_backtrace_max_frames(None);
    Engine::new(&config).map_err(|e| anyhow!("{e:#}"))
}

/// Moves the engine's epoch on for as long as the process lives.
pub fn start_ticking(engine: &Engine) -> anyhow::Result<()> {
    let engine = engine.weak();
    let tick = move || {
        while let Some(engine) = engine.upgrade() {
            engine.increment_epoch();
            drop(engine);
            std::thread::sleep(TICK);
        }
    };
    std::thread::Builder::new()
        .name("epoch".into())
        .spawn(tick)
        .context("the epoch's thread")?;
    Ok(())
}

/// Compiles all components, as many beside each other as there are processors. Components that are kept in the folder `cache` are
/// ready at once; else it is told how far it is.
pub fn compile(
    engine: &Engine,
    manifest: &Manifest,
    cache: &Path,
) -> anyhow::Result<BTreeMap<String, Compiled>> {
    let linker = linker(engine).map_err(|e| anyhow!("{e:#}"))?;
    let kept = Kept::new(cache);
    let waiting = Mutex::new(manifest.components.values());
    let next = || {
        let mut waiting = waiting.lock().unwrap_or_else(PoisonError::into_inner);
        waiting.next()
    };
    let (sender, results) = channel();
    let work = |sender: Sender<Outcome<Compiled>>| {
        while let Some(component) = next() {
            let start = Instant::now();
            let result = load(&linker, &kept, (&component.id, &component.source));
            // The receiver outlives all senders, so this can't fail.
            let _ = sender.send((component.id.clone(), result, start.elapsed()));
        }
    };
    let outcomes = std::thread::scope(|scope| {
        let work = &work;
        let workers = std::thread::available_parallelism().map_or(1, usize::from);
        for _ in 0..workers {
            let sender = sender.clone();
            scope.spawn(move || work(sender));
        }
        drop(sender);
        progress::follow(&results, manifest.components.len())
    });
    let (mut loaded, mut problems) = (BTreeMap::new(), Vec::new());
    for (id, result, _) in outcomes {
        match result {
            Ok(component) => drop(loaded.insert(id, component)),
            Err(e) => problems.push(format!("[component.{id}]: {e:#}")),
        }
    }
    if loaded.len() + problems.len() < manifest.components.len() {
        problems.push("the compiler failed".to_owned());
    }
    if problems.is_empty() {
        return Ok(loaded);
    }
    problems.sort();
    bail!("{}", problems.join("\n"))
}

fn linker(engine: &Engine) -> wasmtime::Result<Linker<InstanceState>> {
    let mut linker = Linker::new(engine);
    wasmtime_wasi::p2::add_to_linker_async(&mut linker)?;
    wasmtime_wasi::p3::add_to_linker(&mut linker)?;
    wasmtime_wasi_http::p2::add_only_http_to_linker_async(&mut linker)?;
    wasmtime_wasi_http::p3::add_to_linker(&mut linker)?;
    sqlite::add_to_linker::<_, HasSelf<_>>(&mut linker, |state| state)?;
    variables::add_to_linker::<_, HasSelf<_>>(&mut linker, |state| state)?;
    key_value::add_to_linker::<_, HasSelf<_>>(&mut linker, |state| state)?;
    postgres::add_to_linker::<_, HasSelf<_>>(&mut linker, |state| state)?;
    Ok(linker)
}

fn load(
    linker: &Linker<InstanceState>,
    kept: &Kept,
    (id, source): (&str, &Path),
) -> anyhow::Result<Compiled> {
    if !source.is_file() {
        bail!(
            "{} does not exist; build it with `whisper build`",
            source.display()
        );
    }
    let engine = linker.engine();
    let component = kept.component(engine, source)?;
    check_world(engine, &component)?;
    let pre = linker
        .instantiate_pre(&component)
        .map_err(|e| anyhow!("{e:#}"))?;
    ServicePre::new(pre).map_err(|e| anyhow!("\"{id}\" does not serve HTTP: {e:#}"))
}

/// Refuses a component that needs an import which the host doesn't offer, naming it.
fn check_world(engine: &Engine, component: &Component) -> anyhow::Result<()> {
    let world = component.component_type();
    let missing: Vec<String> = world
        .imports(engine)
        .map(|(name, _)| name.to_owned())
        .filter(|name| !OFFERED.iter().any(|offered| name.starts_with(offered)))
        .collect();
    if !missing.is_empty() {
        bail!(
            "imports {}, which the embedded host does not offer; run it on Spin",
            missing.join(" and ")
        );
    }
    if !world.exports(engine).any(|(name, _)| name == HANDLER) {
        bail!("does not export {HANDLER}; build it with spin-sdk 7 and #[http_service]");
    }
    Ok(())
}
