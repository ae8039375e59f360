//! `whisper bench send`: messages over HTTP into a fresh bundle.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};

use super::baseline;
use super::load::Sender;
use super::load::{self, Until};
use super::prepare;
use super::report::Measured;
use super::server::{Server, database};

/// How long the bare transactions are measured, before the load and again after it.
const BASELINE: Duration = Duration::from_secs(5);

/// Flags of `whisper bench send`.
#[derive(Debug, clap::Args)]
pub struct SendOptions {
    /// Connections that send at the same time, each as a user of its own
    #[arg(long, default_value_t = 16, value_parser = clap::value_parser!(u32).range(1..=1024))]
    connections: u32,
    /// Conversations of each sender
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    conversations: u32,
    /// Members of each conversation, the sender among them; several are compared in one run
    #[arg(long, default_value = "2", value_delimiter = ',', value_parser = clap::value_parser!(u32).range(2..=200_000))]
    group_size: Vec<u32>,
    /// Seconds measured for each group size
    #[arg(long, default_value_t = 30, value_parser = clap::value_parser!(u64).range(1..=3600))]
    seconds: u64,
    /// Seconds of warm-up before them
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u64).range(0..=600))]
    warm_up: u64,
    /// The manifest; found upward from here by default
    #[arg(long, short = 'f')]
    from: Option<PathBuf>,
    /// Print one JSON object in place of text
    #[arg(long)]
    json: bool,
}

/// Runs the benchmark and prints its measurements.
///
/// # Errors
/// When the bundle can't be started or prepared.
pub fn run(options: &SendOptions) -> anyhow::Result<()> {
    let dir = tempfile::Builder::new()
        .prefix("whisper-bench-")
        .tempdir()?;
    let before = baseline::transactions_per_second(dir.path(), BASELINE)?;
    let mut results = Vec::new();
    for &size in &options.group_size {
        results.push((size, one_size(options, size, dir.path())?));
    }
    let after = baseline::transactions_per_second(dir.path(), BASELINE)?;
    print(options, &mut results, (before + after) / 2.0)
}

fn one_size(options: &SendOptions, size: u32, dir: &Path) -> anyhow::Result<Measured> {
    let data = dir.join(format!("group-{size}"));
    let server = Server::start(options.from.as_deref(), &data, &[])?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    runtime.block_on(async {
        let senders = prepare(options, size, &server, &data).await?;
        load::run(
            &server.authority,
            Arc::new(senders),
            Until::Time(
                Duration::from_secs(options.warm_up),
                Duration::from_secs(options.seconds),
            ),
        )
        .await
    })
}

/// Makes the users, their conversations and the members of these.
async fn prepare(
    options: &SendOptions,
    size: u32,
    server: &Server,
    data: &Path,
) -> anyhow::Result<Vec<Sender>> {
    let senders = prepare::senders(
        &server.authority,
        options.connections,
        options.conversations,
    )
    .await?;
    let more = size.saturating_sub(prepare::MEMBERS);
    if more > 0 {
        let conversations = senders.iter().flat_map(|s| &s.conversations);
        prepare::add_members(&database(data), conversations, more)?;
    }
    Ok(senders)
}

fn print(options: &SendOptions, results: &mut [(u32, Measured)], bare: f64) -> anyhow::Result<()> {
    let mut rows = Vec::new();
    let mut first_rate = None;
    for (size, measured) in results {
        let rate = measured.rate();
        let relative = *first_rate.get_or_insert(rate) / rate.max(f64::EPSILON);
        rows.push(json!({
            "groupSize": size,
            "sends": measured.latencies.len(),
            "sendsPerSecond": rate,
            "p50Ms": measured.percentile(0.50),
            "p95Ms": measured.percentile(0.95),
            "p99Ms": measured.percentile(0.99),
            "errors": measured.errors,
            "firstError": measured.first_error,
            "ratioToBare": rate / bare.max(f64::EPSILON),
            "costRelativeToFirst": relative,
        }));
    }
    if options.json {
        let all = json!({"connections": options.connections, "barePerSecond": bare, "runs": rows});
        println!("{all}");
        return Ok(());
    }
    println!(
        "{} connections, {} s after {} s of warm-up",
        options.connections, options.seconds, options.warm_up
    );
    println!(
        "{:>10} {:>10} {:>8} {:>8} {:>8} {:>7} {:>7} {:>7}",
        "group", "sends/s", "p50 ms", "p95 ms", "p99 ms", "errors", "ratio", "cost"
    );
    for row in &rows {
        println!(
            "{:>10} {:>10.0} {:>8.2} {:>8.2} {:>8.2} {:>7} {:>7.2} {:>7.2}",
            row["groupSize"].to_string(),
            number(&row["sendsPerSecond"]),
            number(&row["p50Ms"]),
            number(&row["p95Ms"]),
            number(&row["p99Ms"]),
            row["errors"].to_string(),
            number(&row["ratioToBare"]),
            number(&row["costRelativeToFirst"]),
        );
        if let Some(error) = row["firstError"].as_str() {
            println!("           first error: {error}");
        }
    }
    println!("bare SQLite, one thread, synchronous=FULL: {bare:.0} transactions/s");
    println!(
        "ratio: sends/s over bare transactions/s; cost: time of a send over that of the first group size"
    );
    Ok(())
}

fn number(value: &Value) -> f64 {
    value.as_f64().unwrap_or_default()
}
