//! `whisper bench realtime`: the delay of events on many streams, their cost for the server, and their cost for senders.

mod delays;
mod frames;
mod listeners;
mod paced;
mod process;
mod rooms;
mod table;
mod target;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::bail;

use super::load::{self, Until};
use super::prepare;
use super::report::Measured;
use delays::Spread;
use listeners::Listeners;
use paced::Pace;
use rooms::Rooms;
use target::Target;

/// Flags of `whisper bench realtime`.
#[derive(Debug, clap::Args)]
pub struct RealtimeOptions {
    /// Streams that are open at the same time, each of a user of its own
    #[arg(long, default_value_t = 1000, value_parser = clap::value_parser!(u32).range(1..=20_000))]
    streams: u32,
    /// Conversations that they are spread over; several numbers are compared in one run
    #[arg(long, default_value = "100,1", value_delimiter = ',', value_parser = clap::value_parser!(u32).range(1..=10_000))]
    conversations: Vec<u32>,
    /// Messages per second into these conversations, taken in turn
    #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    rate: u32,
    /// Connections that send: those messages, and at full speed into other conversations
    #[arg(long, default_value_t = 16, value_parser = clap::value_parser!(u32).range(1..=1024))]
    connections: u32,
    /// Seconds of each of the four measurements: the messages unheard and heard, the sends beside the streams and alone
    #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u64).range(1..=120))]
    seconds: u64,
    /// Seconds of warm-up before each of them
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u64).range(0..=30))]
    warm_up: u64,
    /// A bundle that runs already, without limits of rates; one of the benchmark's own by default
    #[arg(long, value_name = "URL", conflicts_with = "from")]
    url: Option<String>,
    /// The process of that bundle, whose memory and processor time are measured
    #[arg(long, requires = "url")]
    pid: Option<u32>,
    /// The manifest; found upward from here by default
    #[arg(long, short = 'f')]
    from: Option<PathBuf>,
    /// Print one JSON object in place of text
    #[arg(long)]
    json: bool,
}

/// One line of the result.
#[derive(Default)]
struct Line {
    conversations: u32,
    /// The time from each answer to each event of the message.
    delays: Measured,
    /// Events that did not come, and that came again.
    missing: u64,
    repeated: u64,
    /// Streams that ended before the benchmark ended them.
    broken: u64,
    /// Bytes of memory for each stream: opened, and after the messages.
    idle_bytes: Option<f64>,
    busy_bytes: Option<f64>,
    /// Milliseconds of a processor for 1,000 events.
    processor_ms: Option<f64>,
    beside: Measured,
    alone: Measured,
    /// Refusals of the messages.
    refused: Measured,
}

/// Runs the benchmark and prints its measurements.
///
/// # Errors
/// When the bundle can't be started or prepared, or a stream isn't opened.
pub fn run(options: &RealtimeOptions) -> anyhow::Result<()> {
    if let Some(&most) = options.conversations.iter().max()
        && most > options.streams
    {
        bail!(
            "{} streams don't fill {most} conversations",
            options.streams
        );
    }
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let mut lines = Vec::new();
    for &conversations in &options.conversations {
        let target = Target::of(options)?;
        lines.push(runtime.block_on(measure(options, conversations, &target))?);
    }
    table::print(options, &mut lines);
    Ok(())
}

async fn measure(
    options: &RealtimeOptions,
    conversations: u32,
    target: &Target,
) -> anyhow::Result<Line> {
    let authority = target.authority.as_str();
    let rooms = Rooms::make(authority, options.streams, conversations).await?;
    let others = Arc::new(prepare::senders(authority, options.connections, 1).await?);
    let mut pace = Pace {
        authority,
        senders: Arc::new(rooms.senders),
        connections: options.connections,
        rate: options.rate,
        next: 0,
        origin: Instant::now(),
    };
    // The server's processor time and memory are measured first: sends at full speed leave work to the consumers, and
    // memory in use, for a while.
    pace.run(options.warm_up()).await?;
    let before = target.processor();
    let unheard = pace.run(options.time()).await?;
    let unheard_took = target.processor_since(before);

    let memory = target.memory();
    let mut streams = Listeners::open(authority, rooms.listeners, pace.origin)?;
    streams.are_ready().await?;
    let mut line = Line {
        conversations,
        idle_bytes: target.memory_since(memory, options.streams),
        refused: unheard.refused,
        ..Line::default()
    };
    let heard_took = hear(options, target, &mut pace, &streams, &mut line).await?;
    line.busy_bytes = target.memory_since(memory, options.streams);
    let events = line.delays.latencies.len().max(1) as f64;
    line.processor_ms = heard_took
        .zip(unheard_took)
        .map(|(heard, unheard)| (heard.as_secs_f64() - unheard.as_secs_f64()) * 1e6 / events);

    let time = Until::Time(options.warm_up(), options.time());
    line.beside = load::run(authority, Arc::clone(&others), time.clone()).await?;
    line.broken = streams.close()?;
    line.alone = load::run(authority, others, time).await?;
    Ok(line)
}

/// Sends the messages that the streams hear; gives the processor time that they took.
async fn hear(
    options: &RealtimeOptions,
    target: &Target,
    pace: &mut Pace<'_>,
    streams: &Listeners,
    line: &mut Line,
) -> anyhow::Result<Option<Duration>> {
    let spread = Spread {
        streams: options.streams,
        conversations: line.conversations,
    };
    let warm = pace.run(options.warm_up()).await?;
    streams
        .settle(spread.events(warm.first, &warm.answers))
        .await;
    let before = target.processor();
    let heard = pace.run(options.time()).await?;
    let wanted = spread.events(heard.first, &heard.answers);
    let arrivals = streams.settle(wanted).await;
    let took = target.processor_since(before);
    let found = spread.delays(heard.first, &heard.answers, arrivals);
    line.delays = Measured {
        latencies: found.micros,
        elapsed: heard.elapsed,
        ..Measured::default()
    };
    line.missing = found.missing;
    line.repeated = found.repeated;
    line.refused.merge(heard.refused);
    Ok(took)
}

impl RealtimeOptions {
    fn time(&self) -> Duration {
        Duration::from_secs(self.seconds)
    }

    fn warm_up(&self) -> Duration {
        Duration::from_secs(self.warm_up)
    }
}
