//! `whisper bench events`: experience points for many activities, while messages are sent.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use rusqlite::{Connection, params};
use serde_json::{Value, json};

use super::load::{self, Client, Sender, Until};
use super::prepare;
use super::report::{Measured, rate};
use super::server::{Server, database};
use super::soon;

/// The job that awards experience points, its component, and its cursor in `userActivity`.
const JOB: &str = "/internal/jobs/xp-badges";
const COMPONENT: &str = "xp-badges";
/// The component that messages are sent by.
const SENDER: &str = "message-send";
const CURSOR: &str = "xp";
/// The activities spread over so many days, as daily caps are part of the work.
const DAYS: i64 = 7;
const DAY_MS: i64 = 24 * 60 * 60 * 1000;
const KINDS: [&str; 4] = ["message_sent", "story_viewed", "login", "story_posted"];

/// Flags of `whisper bench events`.
#[derive(Debug, clap::Args)]
pub struct EventsOptions {
    /// Activities to be consumed
    #[arg(long, default_value_t = 100_000, value_parser = clap::value_parser!(u32).range(1..=10_000_000))]
    activities: u32,
    /// Users they are of
    #[arg(long, default_value_t = 1000, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    users: u32,
    /// Connections that send messages at the same time
    #[arg(long, default_value_t = 4, value_parser = clap::value_parser!(u32).range(1..=1024))]
    connections: u32,
    /// Seconds of sends alone, to compare with
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u64).range(1..=3600))]
    seconds: u64,
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
/// When the bundle can't be started or prepared, or doesn't consume everything.
pub fn run(options: &EventsOptions) -> anyhow::Result<()> {
    let dir = tempfile::Builder::new()
        .prefix("whisper-bench-")
        .tempdir()?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let from = options.from.as_deref();
    let soon = runtime.block_on(soon::measure(from, &dir.path().join("soon")))?;
    let data = dir.path().join("events");
    // No component is woken by commits: this program starts the consumer when the measurement wants it.
    let server = Server::start(options.from.as_deref(), &data, &["event_consumers="])?;
    let key = std::fs::read_to_string(data.join("operator.key")).context("the operator's key")?;
    let mut outcome = runtime.block_on(measure(options, &server, key.trim(), &data))?;
    outcome.soon = soon;
    print(options, &mut outcome);
    Ok(())
}

/// The measurements.
struct Outcome {
    soon: Measured,
    alone: Measured,
    /// The longest transaction of a send while nothing else was written, as a measure of the disk.
    alone_longest_ms: f64,
    together: Measured,
    taken: Duration,
    longest_ms: f64,
    commits: u64,
}

async fn measure(
    options: &EventsOptions,
    server: &Server,
    key: &str,
    data: &Path,
) -> anyhow::Result<Outcome> {
    let file = database(data);
    let senders = Arc::new(prepare::senders(&server.authority, options.connections, 1).await?);
    let warm_up = Duration::from_secs(3);
    let until = Until::Time(warm_up, Duration::from_secs(options.seconds));
    let alone = load::run(&server.authority, Arc::clone(&senders), until).await?;
    let alone_longest_ms = transactions(server, SENDER)?.1;
    // Consumes the activities of the sends so far, so that the rest is a known number.
    consume(server, key, &file).await?;
    let before = transactions(server, COMPONENT)?.0;
    fill(&file, options).context("the activities")?;
    let (together, taken) = consume_while_sending(server, key, &file, senders).await?;
    let (after, longest_ms) = transactions(server, COMPONENT)?;
    Ok(Outcome {
        soon: Measured::default(),
        alone,
        alone_longest_ms,
        together,
        taken,
        longest_ms,
        commits: after - before,
    })
}

async fn consume_while_sending(
    server: &Server,
    key: &str,
    file: &Path,
    senders: Arc<Vec<Sender>>,
) -> anyhow::Result<(Measured, Duration)> {
    let stop = Arc::new(AtomicBool::new(false));
    let told = Until::Told(Arc::clone(&stop));
    let consumed = async {
        let start = Instant::now();
        let result = consume(server, key, file).await;
        stop.store(true, Ordering::Relaxed);
        result.map(|()| start.elapsed())
    };
    let (together, taken) = tokio::join!(load::run(&server.authority, senders, told), consumed);
    Ok((together?, taken?))
}

/// Runs the job until it has handled all that was there at the beginning.
async fn consume(server: &Server, key: &str, file: &Path) -> anyhow::Result<()> {
    let connection = Connection::open(file)?;
    let number = |sql: &str| connection.query_row(sql, [], |row| row.get::<_, Option<i64>>(0));
    let last = number("SELECT max(_seq) FROM userActivity")?.unwrap_or(0);
    let mut client = Client::connect(&server.authority).await?;
    let mut stood = -1;
    loop {
        let (status, body) = client.post(JOB, Some(key), String::new()).await?;
        if status != 200 {
            bail!("POST {JOB}: {status} {}", String::from_utf8_lossy(&body));
        }
        let sql = format!("SELECT max(position) FROM consumerCursors WHERE _id = '{CURSOR}'");
        let stands = number(&sql)?.unwrap_or(0);
        if stands >= last {
            return Ok(());
        }
        if stands == stood {
            bail!("the consumer stands still at {stands} of {last}");
        }
        stood = stands;
    }
}

/// Transactions of a component so far, and the longest since this was asked last, in ms.
fn transactions(server: &Server, component: &str) -> anyhow::Result<(u64, f64)> {
    let stats = server.stats()?;
    let of = &stats["transactions"][component];
    let count = of["count"].as_u64();
    let longest = of["longestMs"].as_f64();
    count
        .zip(longest)
        .with_context(|| format!("there is no component {component}"))
}

/// Users with a profile, and their activities of the last days.
fn fill(file: &Path, options: &EventsOptions) -> anyhow::Result<()> {
    let mut connection = Connection::open(file)?;
    let transaction = connection.transaction()?;
    {
        let mut profile = transaction.prepare(
            "INSERT INTO profiles (_id, userId, badges, interests, languages) VALUES (?1, ?1, '[]', '[]', '[]')",
        )?;
        for n in 0..options.users {
            profile.execute(params![format!("bench-user-{n}")])?;
        }
        let mut activity = transaction.prepare(
            "INSERT INTO userActivity (_id, userId, activityType, timestamp) VALUES (?1, ?2, ?3, ?4)",
        )?;
        let start = jiff::Timestamp::now().as_millisecond() - DAYS * DAY_MS;
        for n in 0..options.activities {
            let id = uuid::Uuid::now_v7().to_string();
            let user = format!("bench-user-{}", n % options.users);
            let kind = KINDS[(n / options.users) as usize % KINDS.len()];
            let at = start + i64::from(n) * DAYS * DAY_MS / i64::from(options.activities);
            activity.execute(params![id, user, kind, at])?;
        }
    }
    transaction.commit()?;
    // The load should not pay for the preparation's writes.
    connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?;
    Ok(())
}

fn print(options: &EventsOptions, outcome: &mut Outcome) {
    let per_second = rate(u64::from(options.activities), outcome.taken);
    let sends = |measured: &mut Measured| {
        json!({
            "sendsPerSecond": measured.rate(), "p50Ms": measured.percentile(0.50),
            "p99Ms": measured.percentile(0.99), "errors": measured.errors, "firstError": measured.first_error,
        })
    };
    let (alone, together) = (sends(&mut outcome.alone), sends(&mut outcome.together));
    if options.json {
        let all = json!({
            "activities": options.activities, "users": options.users, "seconds": outcome.taken.as_secs_f64(),
            "activitiesPerSecond": per_second, "commits": outcome.commits, "longestTransactionMs": outcome.longest_ms,
            "longestTransactionOfSendsAloneMs": outcome.alone_longest_ms,
            "pointsAfterAnswerP50Ms": outcome.soon.percentile(0.50), "pointsAfterAnswerP99Ms": outcome.soon.percentile(0.99),
            "sendsAlone": alone, "sendsMeanwhile": together,
        });
        println!("{all}");
        return;
    }
    println!(
        "points are there {:.1} ms after the answer (p50), {:.1} ms (p99)",
        outcome.soon.percentile(0.50),
        outcome.soon.percentile(0.99)
    );
    println!(
        "{} activities of {} users in {:.1} s: {per_second:.0} activities/s",
        options.activities,
        options.users,
        outcome.taken.as_secs_f64(),
    );
    println!(
        "{} commits, the longest held the write lock for {:.1} ms; that of a send alone for {:.1} ms",
        outcome.commits, outcome.longest_ms, outcome.alone_longest_ms
    );
    println!(
        "{:>16} {:>10} {:>8} {:>8} {:>7}",
        format!("{} connections", options.connections),
        "sends/s",
        "p50 ms",
        "p99 ms",
        "errors"
    );
    line("alone", &alone);
    line("meanwhile", &together);
}

fn line(name: &str, sends: &Value) {
    let number = |key: &str| sends[key].as_f64().unwrap_or_default();
    println!(
        "{name:>16} {:>10.0} {:>8.2} {:>8.2} {:>7}",
        number("sendsPerSecond"),
        number("p50Ms"),
        number("p99Ms"),
        sends["errors"].to_string()
    );
    if let Some(error) = sends["firstError"].as_str() {
        println!("{:>16} first error: {error}", "");
    }
}
