//! `whisper bench conversation`: the acts of members in one conversation at the same time, by its size, and lists of
//! conversations by their length.

mod acts;
mod lists;
mod room;

use std::path::{Path, PathBuf};
use std::time::Duration;

use serde_json::{Map, Value, json};

use super::prepare::NO_LIMITS_OF_GROUPS;
use super::report::Measured;
use super::server::Server;

/// Limits that the acts would run into.
const NO_LIMITS_OF_ACTS: [&str; 2] = ["reaction_rate_per_minute=0", "vote_rate_per_minute=0"];

/// Flags of `whisper bench conversation`.
#[derive(Debug, clap::Args)]
pub struct ConversationOptions {
    /// Members that act at the same time, each over a connection of their own
    #[arg(long, default_value_t = 16, value_parser = clap::value_parser!(u32).range(1..=64))]
    connections: u32,
    /// Members of the group; several sizes are compared in one run
    #[arg(long, default_value = "20,200000", value_delimiter = ',', value_parser = clap::value_parser!(u32).range(20..=200_000))]
    members: Vec<u32>,
    /// Conversations of somebody who lists them; several lengths are compared in one run
    #[arg(long, default_value = "10,1000", value_delimiter = ',', value_parser = clap::value_parser!(u32).range(1..=10_000))]
    conversations: Vec<u32>,
    /// Seconds measured for each act and each list
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u64).range(1..=600))]
    seconds: u64,
    /// The manifest; found upward from here by default
    #[arg(long, short = 'f')]
    from: Option<PathBuf>,
    /// Print one JSON object in place of text
    #[arg(long)]
    json: bool,
}

/// One line of the result.
struct Line {
    /// Number of members, or of conversations.
    size: u32,
    act: &'static str,
    measured: Measured,
}

/// Runs the benchmark and prints its measurements.
///
/// # Errors
/// When the bundle can't be started or prepared.
pub fn run(options: &ConversationOptions) -> anyhow::Result<()> {
    let dir = tempfile::Builder::new()
        .prefix("whisper-bench-")
        .tempdir()?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let mut lines = Vec::new();
    for &size in &options.members {
        let data = dir.path().join(format!("members-{size}"));
        let server = start(options, &data)?;
        lines.extend(runtime.block_on(acts::measure(options, size, &server, &data))?);
    }
    let server = start(options, &dir.path().join("lists"))?;
    lines.extend(runtime.block_on(lists::measure(options, &server))?);
    print(options, &mut lines);
    Ok(())
}

fn start(options: &ConversationOptions, data: &Path) -> anyhow::Result<Server> {
    let variables = [&NO_LIMITS_OF_ACTS[..], &NO_LIMITS_OF_GROUPS[..]].concat();
    Server::start(options.from.as_deref(), data, &variables)
}

impl ConversationOptions {
    fn time(&self) -> Duration {
        Duration::from_secs(self.seconds)
    }
}

/// Prints each act with its cost at each size, over that at the first size.
fn print(options: &ConversationOptions, lines: &mut [Line]) {
    let mut first: Map<String, Value> = Map::new();
    let rows: Vec<Value> = lines.iter_mut().map(|line| row(line, &mut first)).collect();
    if options.json {
        println!(
            "{}",
            json!({"connections": options.connections, "runs": rows})
        );
        return;
    }
    println!(
        "{} connections, {} s each",
        options.connections, options.seconds
    );
    println!(
        "{:>22} {:>10} {:>8} {:>8} {:>8} {:>7} {:>7} {:>7}",
        "act", "size", "per s", "p50 ms", "p99 ms", "errors", "cost", "p99 x"
    );
    for row in &rows {
        let number = |key: &str| row[key].as_f64().unwrap_or_default();
        println!(
            "{:>22} {:>10} {:>8.0} {:>8.2} {:>8.2} {:>7} {:>7.2} {:>7.2}",
            row["act"].as_str().unwrap_or_default(),
            row["size"].to_string(),
            number("perSecond"),
            number("p50Ms"),
            number("p99Ms"),
            row["errors"].to_string(),
            number("cost"),
            number("p99Ratio"),
        );
        if let Some(error) = row["firstError"].as_str() {
            println!("{:>22} first error: {error}", "");
        }
    }
    println!(
        "cost: time of one over that at the first size; p99 x: the same of the slowest hundredth"
    );
}

fn row(line: &mut Line, first: &mut Map<String, Value>) -> Value {
    let (rate, p99) = (line.measured.rate(), line.measured.percentile(0.99));
    let of_first = first
        .entry(line.act)
        .or_insert_with(|| json!({"rate": rate, "p99": p99}));
    let of_first = |key: &str| of_first[key].as_f64().unwrap_or_default();
    json!({
        "act": line.act,
        "size": line.size,
        "perSecond": rate,
        "p50Ms": line.measured.percentile(0.50),
        "p99Ms": p99,
        "errors": line.measured.errors,
        "firstError": line.measured.first_error,
        "cost": of_first("rate") / rate.max(f64::EPSILON),
        "p99Ratio": p99 / of_first("p99").max(f64::EPSILON),
    })
}
