//! The rate that PostgreSQL reaches by itself: `pgbench` with the rows that a send writes, in copies of their tables.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, anyhow, bail};
use tokio_postgres::Config;
use tokio_postgres::config::Host;

use super::database::Database;

/// The copies, and a transaction as a send makes it.
const COPIES: &str = include_str!("pgbench_copies.sql");
const SEND: &str = include_str!("pgbench_send.sql");
/// Debian's folder of installed versions, whose programs don't stand on the search path.
const DEBIAN: &str = "/usr/lib/postgresql";
/// Transactions that a client of one measurement may have before the next one's numbers begin.
const APART: u64 = 1_000_000_000;

/// The program, and the script that it runs.
pub struct Pgbench {
    program: PathBuf,
    script: PathBuf,
    clients: u32,
    measured: u64,
}

impl Pgbench {
    /// The program of this path, or the one that is found; the script goes into a folder.
    pub fn new(given: Option<&Path>, dir: &Path, clients: u32) -> anyhow::Result<Self> {
        let script = dir.join("send.sql");
        std::fs::write(&script, SEND)?;
        Ok(Self {
            program: given.map_or_else(found, Path::to_owned),
            script,
            clients,
            measured: 0,
        })
    }

    /// Transactions per second over such a time, on fresh copies.
    pub async fn transactions_per_second(
        &mut self,
        database: &Database,
        duration: Duration,
    ) -> anyhow::Result<f64> {
        database.run(COPIES).await.context("copies of the tables")?;
        self.measured += 1;
        let number = APART * self.measured;
        let mut command = Command::new(&self.program);
        command
            .args(["--no-vacuum", "--protocol=prepared", "--jobs=2"])
            .arg(format!("--client={}", self.clients))
            .arg(format!("--time={}", duration.as_secs().max(1)))
            .arg(format!("--define=n={number}"))
            .arg("--file")
            .arg(&self.script);
        connect(&mut command, &database.config()?)?;
        // Nothing else is to run meanwhile.
        let done = command.output().with_context(|| {
            let program = self.program.display();
            format!("{program}: it comes with PostgreSQL; --pgbench names its place")
        })?;
        let said = String::from_utf8_lossy(&done.stdout);
        if !done.status.success() {
            bail!("pgbench: {}", String::from_utf8_lossy(&done.stderr));
        }
        rate(&said).ok_or_else(|| anyhow!("pgbench tells no rate: {said}"))
    }
}

/// The rate in what it says: `tps = 1234.5 (without initial connection time)`.
fn rate(said: &str) -> Option<f64> {
    let line = said.lines().find_map(|line| line.strip_prefix("tps = "))?;
    line.split_whitespace().next()?.parse().ok()
}

/// Tells it of the server by its environment: a password among the arguments is for everybody to see.
fn connect(command: &mut Command, config: &Config) -> anyhow::Result<()> {
    let [Host::Tcp(host)] = config.get_hosts() else {
        bail!("--postgres names not just one server");
    };
    let port = config.get_ports().first().copied().unwrap_or(5432);
    let password = String::from_utf8_lossy(config.get_password().unwrap_or_default());
    command
        .env("PGHOST", host)
        .env("PGPORT", port.to_string())
        .env("PGUSER", config.get_user().unwrap_or("postgres"))
        .env("PGPASSWORD", &*password)
        .env("PGDATABASE", config.get_dbname().unwrap_or("postgres"));
    Ok(())
}

/// The program on the search path, or the newest of Debian's.
fn found() -> PathBuf {
    let name = "pgbench";
    let path = std::env::var_os("PATH").unwrap_or_default();
    let on_path = std::env::split_paths(&path).map(|folder| folder.join(name));
    let versions = std::fs::read_dir(DEBIAN).into_iter().flatten().flatten();
    let newest = versions
        .filter_map(|entry| {
            let number: u32 = entry.file_name().to_str()?.parse().ok()?;
            Some((number, entry.path().join("bin").join(name)))
        })
        .filter(|(_, program)| program.is_file())
        .max();
    on_path
        .filter(|program| program.is_file())
        .chain(newest.map(|(_, program)| program))
        .next()
        .unwrap_or_else(|| name.into())
}
