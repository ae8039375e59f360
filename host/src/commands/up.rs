//! `whisper up`: builds the components if needed and serves them.

use std::net::{Ipv4Addr, SocketAddr, ToSocketAddrs};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use anyhow::{Context, anyhow, bail};
use clap::Args;
use jiff::SignedDuration;
use serde_json::json;
use tokio::net::TcpListener;
use tokio::sync::mpsc::Receiver;
use whisper_manifest::Manifest;
use whisper_manifest::control::parse_duration;
use whisper_manifest::settings;
use whisper_manifest::variables::{Values, environment_name, parse_assignment};

use super::ManifestArgs;
use super::postgres::Postgres;
use crate::app::App;
use crate::clock::Clock;
use crate::computing::Threads;
use crate::control::{self, Control};
use crate::data_dir::{self, DataDir};
use crate::faults::{Fault, Faults};
use crate::limits::{DEFAULT_REUSE, Limits};
use crate::load::Loader;
use crate::ran::Ran;
use crate::schedules::Schedules;
use crate::stop::Stop;
use crate::{banner, builder, engine, fault_reports, log, server, sqlite};

/// The variable of the operator's key, which the host makes when none is given.
const OPERATOR_KEY: &str = "operator_key";
/// How long requests and jobs in flight may take after the host was told to stop.
const GRACE: Duration = Duration::from_secs(10);

/// Turns of components between two looks at the network. Components that compute take
/// [`limits::TICK`](crate::limits::TICK) each time: with tokio's 61, new requests waited 0.5 s.
const EVENT_INTERVAL: u32 = 8;

/// Flags of `whisper up`.
#[derive(Debug, Args)]
pub struct Up {
    #[command(flatten)]
    manifest: ManifestArgs,
    /// Address to listen on, or a port of 127.0.0.1; port 0 picks a free one
    #[arg(long, default_value = "127.0.0.1:3000", value_name = "ADDRESS", value_parser = listen_address)]
    listen: SocketAddr,
    /// Where the data is; by default .whisper beside the manifest
    #[arg(long, value_name = "DIR")]
    data_dir: Option<PathBuf>,
    /// How far the components' clock is ahead, such as 25h; negative: behind
    #[arg(long, default_value = "0s", value_parser = parse_duration, allow_hyphen_values = true)]
    clock_offset: SignedDuration,
    /// Sets a variable of the manifest
    #[arg(long = "variable", value_name = "NAME=VALUE", value_parser = parse_assignment)]
    variables: Vec<(String, String)>,
    /// Keeps the documents in this database of a PostgreSQL server, such as postgres://user:password@127.0.0.1/whisper
    #[arg(
        long,
        env = "WHISPER_POSTGRES",
        value_name = "URL",
        hide_env_values = true
    )]
    postgres: Option<Postgres>,
    /// Lets this streaming replica of that database answer lists and histories
    #[arg(
        long,
        env = "WHISPER_POSTGRES_REPLICA",
        value_name = "URL",
        hide_env_values = true
    )]
    postgres_replica: Option<Postgres>,
    /// Log one JSON object a line
    #[arg(long)]
    json: bool,
    /// Take the components as they are
    #[arg(long)]
    no_build: bool,
    /// Run no schedule by itself
    #[arg(long)]
    no_schedules: bool,
    /// How long a request may take until its answer begins
    #[arg(long, default_value = "30s", value_parser = positive_duration)]
    request_timeout: Duration,
    /// How many requests an instance serves before another takes its place
    #[arg(long, env = "WHISPER_MAX_INSTANCE_REUSE_COUNT", default_value_t = DEFAULT_REUSE, value_name = "COUNT", value_parser = clap::value_parser!(u32).range(1..))]
    max_instance_reuse_count: u32,
    /// Memory of each instance, in MiB
    #[arg(long, default_value_t = 256, value_name = "MIB", value_parser = clap::value_parser!(u32).range(1..=4096))]
    memory_limit: u32,
}

fn positive_duration(text: &str) -> Result<Duration, String> {
    let duration = parse_duration(text)?;
    let duration = Duration::try_from(duration).map_err(|_| "must not be negative".to_owned())?;
    if duration.is_zero() {
        Err("must not be zero".to_owned())
    } else {
        Ok(duration)
    }
}

/// Reads `127.0.0.1:3000`, `localhost:3000`, `[::1]:3000` or `3000`.
fn listen_address(text: &str) -> Result<SocketAddr, String> {
    if let Ok(port) = text.parse::<u16>() {
        return Ok(SocketAddr::from((Ipv4Addr::LOCALHOST, port)));
    }
    let example = "write 127.0.0.1:3000, localhost:3000, 0.0.0.0:3000 or 3000";
    let found = text.to_socket_addrs();
    let found: Vec<SocketAddr> = found.map_err(|e| format!("{e}; {example}"))?.collect();
    // localhost is both, and clients try IPv4 in either order.
    let first = found.iter().find(|address| address.is_ipv4());
    let first = first.or(found.first()).copied();
    first.ok_or_else(|| format!("it has no address; {example}"))
}

/// An application with the parts that belong to it while it runs.
struct Running {
    manifest: Manifest,
    app: Arc<App>,
    clock: Clock,
    data: DataDir,
    values: Values,
}

/// Sees whether the database can be used, and gives back what a host that was killed had of it.
fn take_over(file: &Path) -> anyhow::Result<()> {
    sqlite::check_usable(file)?;
    sqlite::free_leases(file).context("giving back the leases of jobs")
}

impl Up {
    /// Serves until told to stop.
    pub fn run(self) -> anyhow::Result<()> {
        log::start(self.json);
        let start = Instant::now();
        let manifest = self.manifest.manifest()?;
        let default = manifest.dir.join(data_dir::FOLDER);
        let data = DataDir::take(self.data_dir.as_ref().unwrap_or(&default))?;
        let values = self.values(&manifest, &data)?;
        take_over(&sqlite::database_path(data.path()))?;
        if let Some(postgres) = &self.postgres {
            postgres.check_usable()?;
        }
        if !self.no_build {
            builder::build(&manifest)?;
        }
        let engine = engine::engine()?;
        let compiled = engine::compile(&engine, &manifest, &self.manifest.cache(&manifest)?)?;
        engine::start_ticking(&engine)?;
        let clock = Clock::new(self.clock_offset);
        let (faults, faulty) = Faults::new();
        let limits = Limits::default();
        let threads = Threads::start().context("the threads for components that compute")?;
        let loader = Loader {
            manifest: &manifest,
            values: &values,
            data_dir: data.path(),
            clock: clock.clone(),
            limits: Limits {
                memory: self.memory_limit as usize * 1024 * 1024,
                request_timeout: self.request_timeout,
                requests: self.max_instance_reuse_count as usize,
                // A component that computes for longer than a request may take can't answer it any more.
                busy: limits.busy.min(self.request_timeout),
                ..limits
            },
            faults,
            computing: threads.computing(),
        };
        let app = loader.load(&engine, compiled)?;
        let running = Running {
            manifest,
            app,
            clock,
            data,
            values,
        };
        let stop = Stop::on_signals().context("listening for signals")?;
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .enable_all()
            .event_interval(EVENT_INTERVAL)
            .build()?;
        let result = runtime.block_on(self.serve(&running, faulty, start, &stop));
        running.app.stats().closing.store(true, Ordering::Relaxed);
        // Streams and work after an answer end here; blocking work is waited for.
        runtime.shutdown_timeout(Duration::from_secs(5));
        threads.stop();
        let finished = result?;
        sqlite::checkpoint(running.data.path()).context("writing the database's log back")?;
        log::event("stopped", json!({ "finished": finished }), || {
            "stopped".to_owned()
        });
        log::flush();
        Ok(())
    }

    fn values(&self, manifest: &Manifest, data: &DataDir) -> anyhow::Result<Values> {
        let environment = |name: &str| std::env::var(name).ok();
        let values = Values::resolve(manifest, &self.variables, environment);
        let mut values = values.map_err(|problems| anyhow!("{}", problems.join("\n")))?;
        if let Some(postgres) = &self.postgres {
            postgres.set(manifest, &mut values)?;
        }
        if let Some(replica) = &self.postgres_replica {
            replica.set_replica(manifest, &mut values)?;
        }
        let wrong = settings::check(manifest, &values);
        if !wrong.is_empty() {
            bail!("{}", wrong.join("\n"));
        }
        let given = self.variables.iter().any(|(name, _)| name == OPERATOR_KEY)
            || environment(&environment_name(OPERATOR_KEY)).is_some();
        if manifest.variables.contains_key(OPERATOR_KEY) && !given {
            values.set(OPERATOR_KEY, data.operator_key()?);
        }
        Ok(values)
    }

    async fn bind(&self) -> anyhow::Result<TcpListener> {
        let address = self.listen;
        match TcpListener::bind(address).await {
            Err(e) if e.kind() == std::io::ErrorKind::AddrInUse => {
                bail!("{address} is already in use; pass --listen with another port")
            }
            listener => listener.with_context(|| format!("can't listen on {address}")),
        }
    }

    async fn serve(
        &self,
        running: &Running,
        faulty: Receiver<Fault>,
        start: Instant,
        stop: &Stop,
    ) -> anyhow::Result<bool> {
        let listener = self.bind().await?;
        let address = listener.local_addr()?;
        running.app.listens_on(address);
        let key = running.values.get(OPERATOR_KEY).unwrap_or_default();
        let schedules = Arc::new(Schedules::new(
            Arc::clone(&running.app),
            running.clock.clone(),
            key.to_owned(),
            running.manifest.schedules.clone(),
            Ran::load(running.data.path()),
        ));
        if let Some(route) = running.manifest.fault_route.clone() {
            let app = Arc::clone(&running.app);
            tokio::spawn(fault_reports::deliver(app, route, key.to_owned(), faulty));
        }
        let socket = running.data.control_socket()?;
        let control = Control {
            app: Arc::clone(&running.app),
            clock: running.clock.clone(),
            schedules: Arc::clone(&schedules),
            stop: stop.trigger(),
        };
        tokio::spawn(control::serve(Arc::new(control), control::bind(&socket)?));
        let scheduled = !self.no_schedules && !running.manifest.schedules.is_empty();
        if scheduled {
            tokio::spawn(Arc::clone(&schedules).run(stop.receiver()));
        }
        if let Some(route) = running.manifest.stop_route.clone() {
            let (schedules, mut stopped) = (Arc::clone(&schedules), stop.receiver());
            tokio::spawn(async move {
                if stopped.wait_for(|stop| *stop).await.is_ok() {
                    schedules.post(&route).await;
                }
            });
        }
        banner::Banner {
            manifest: &running.manifest,
            address,
            data: &running.data,
            control_socket: &socket,
            scheduled,
            offset_ms: running.clock.offset_ms(),
            started_in: start.elapsed(),
        }
        .show();
        let app = Arc::clone(&running.app);
        let (served, ran) = tokio::join!(
            server::serve(app, listener, stop.receiver(), GRACE),
            schedules.finish(stop.receiver(), GRACE),
        );
        let finished = served && ran;
        if !finished {
            log::warning("some requests, streams or jobs did not end in time and were cut");
        }
        running.data.remove_control_socket(&socket);
        Ok(finished)
    }
}
