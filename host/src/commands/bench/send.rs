//! `whisper bench send`: messages over HTTP into a fresh bundle.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use anyhow::bail;
use clap::value_parser;

use super::baseline;
use super::database::{Database, PostgresServer};
use super::load::{self, Sender, Until};
use super::pgbench::Pgbench;
use super::prepare;
use super::report::Measured;
use super::send_table::{Bare, Run, Table};
use super::server::{Server, database};
use crate::commands::postgres::Postgres;

/// How long the bare transactions are measured, before the load and again after it; no longer than the load.
const BASELINE: Duration = Duration::from_secs(5);

/// Flags of `whisper bench send`.
#[derive(Debug, clap::Args)]
pub struct SendOptions {
    /// Connections that send at the same time, each as a user of its own
    #[arg(long, default_value_t = 16, value_parser = value_parser!(u32).range(1..=1024))]
    connections: u32,
    /// Conversations of each sender
    #[arg(long, default_value_t = 1, value_parser = value_parser!(u32).range(1..=10_000))]
    conversations: u32,
    /// Members of each conversation, the sender among them; several are compared in one run
    #[arg(long, default_value = "2", value_delimiter = ',', value_parser = value_parser!(u32).range(2..=200_000))]
    group_size: Vec<u32>,
    /// A database of a PostgreSQL server, to make others beside it; they keep the documents, and pgbench writes the same rows. By default SQLite
    #[arg(long, value_name = "URL")]
    postgres: Option<Postgres>,
    /// The program pgbench; found on the search path or in Debian's folder by default
    #[arg(long, value_name = "FILE", requires = "postgres")]
    pgbench: Option<PathBuf>,
    /// Hosts on one database, which share the connections; several numbers are compared in one run
    #[arg(long, default_value = "1", value_delimiter = ',', value_parser = value_parser!(u32).range(1..=16))]
    hosts: Vec<u32>,
    /// Seconds measured for each group size and number of hosts
    #[arg(long, default_value_t = 30, value_parser = value_parser!(u64).range(1..=3600))]
    seconds: u64,
    /// Seconds of warm-up before them
    #[arg(long, default_value_t = 5, value_parser = value_parser!(u64).range(0..=600))]
    warm_up: u64,
    /// The manifest; found upward from here by default
    #[arg(long, short = 'f')]
    from: Option<PathBuf>,
    /// Print one JSON object in place of text
    #[arg(long)]
    json: bool,
}

impl SendOptions {
    fn baseline(&self) -> Duration {
        BASELINE.min(Duration::from_secs(self.seconds))
    }
}

/// Runs the benchmark and prints its measurements.
///
/// # Errors
/// When the bundle can't be started or prepared.
pub fn run(options: &SendOptions) -> anyhow::Result<()> {
    let dir = tempfile::Builder::new()
        .prefix("whisper-bench-")
        .tempdir()?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let mut table = Table::new(options.connections, options.seconds, options.warm_up);
    match &options.postgres {
        Some(postgres) => {
            runtime.block_on(on_postgres(options, postgres, dir.path(), &mut table))?;
        }
        None if options.hosts != [1] => {
            bail!("--hosts: several hosts need a database that they share; pass --postgres too")
        }
        None => runtime.block_on(on_sqlite(options, dir.path(), &mut table))?,
    }
    table.print(options.json);
    Ok(())
}

async fn on_sqlite(options: &SendOptions, dir: &Path, table: &mut Table) -> anyhow::Result<()> {
    let before = baseline::transactions_per_second(dir, options.baseline())?;
    for &size in &options.group_size {
        let data = dir.join(format!("group-{size}"));
        let server = Server::start(options.from.as_deref(), &data, &[])?;
        let senders = senders(options, &server).await?;
        let more = size.saturating_sub(prepare::MEMBERS);
        if more > 0 {
            prepare::add_members(&database(&data), conversations(&senders), more)?;
        }
        let measured = load(options, &[server], senders).await?;
        table.runs.push(Run::new(size, 1, measured));
    }
    let after = baseline::transactions_per_second(dir, options.baseline())?;
    table.bare = Bare::Sqlite((before + after) / 2.0);
    Ok(())
}

async fn on_postgres(
    options: &SendOptions,
    postgres: &Postgres,
    dir: &Path,
    table: &mut Table,
) -> anyhow::Result<()> {
    let place = PostgresServer::connect(postgres).await?;
    table.bare = Bare::Postgres(place.settings.clone());
    let mut pgbench = Pgbench::new(options.pgbench.as_deref(), dir, options.connections)?;
    for &size in &options.group_size {
        for &hosts in &options.hosts {
            let database = place.fresh().await?;
            let data = dir.join(format!("group-{size}-{hosts}"));
            let run = on_database(options, (size, hosts), &data, &database, &mut pgbench).await;
            // Also after a failure: the database would stay on the server for good.
            place.remove(database).await?;
            table.runs.push(run?);
        }
    }
    Ok(())
}

async fn on_database(
    options: &SendOptions,
    (size, hosts): (u32, u32),
    data: &Path,
    database: &Database,
    pgbench: &mut Pgbench,
) -> anyhow::Result<Run> {
    let start = |number: u32| {
        let data = data.join(number.to_string());
        let manifest = options.from.as_deref();
        Server::start_on(manifest, &data, &[], Some(&database.address))
    };
    let servers: Vec<Server> = (0..hosts).map(start).collect::<anyhow::Result<_>>()?;
    let senders = senders(options, &servers[0]).await?;
    let more = size.saturating_sub(prepare::MEMBERS);
    if more > 0 {
        database.add_members(conversations(&senders), more).await?;
    }
    let time = options.baseline();
    let before = pgbench.transactions_per_second(database, time).await?;
    // The server counts rows by itself within a minute, and plans by them from then on: before, by tables that were empty.
    let counted = async {
        tokio::time::sleep(Duration::from_secs(options.warm_up) / 2).await;
        database.run("ANALYZE").await
    };
    let (measured, counted) = tokio::join!(load(options, &servers, senders), counted);
    counted?;
    let measured = measured?;
    // The consumers may have work left, which would take a part of the machine.
    drop(servers);
    let after = pgbench.transactions_per_second(database, time).await?;
    let mut run = Run::new(size, hosts, measured);
    run.bare = Some((before + after) / 2.0);
    Ok(run)
}

/// Makes the users and their conversations.
async fn senders(options: &SendOptions, server: &Server) -> anyhow::Result<Vec<Sender>> {
    let (count, each) = (options.connections, options.conversations);
    prepare::senders(&server.authority, count, each).await
}

fn conversations(senders: &[Sender]) -> impl Iterator<Item = &String> {
    senders.iter().flat_map(|sender| &sender.conversations)
}

async fn load(
    options: &SendOptions,
    servers: &[Server],
    senders: Vec<Sender>,
) -> anyhow::Result<Measured> {
    let authorities: Vec<&str> = servers.iter().map(|server| &*server.authority).collect();
    let until = Until::Time(
        Duration::from_secs(options.warm_up),
        Duration::from_secs(options.seconds),
    );
    load::run_over(&authorities, Arc::new(senders), until).await
}
