//! `whisper bench sign-in`: how long somebody waits for their profile while many others sign in.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use anyhow::Context;
use serde_json::{Value, json};

use super::load::{Client, note};
use super::report::Measured;
use super::server::Server;

/// The password of everybody.
const PASSWORD: &str = "correct horse battery";
/// The time between two reads of the profile: one person's app, not a load of its own.
const BETWEEN: Duration = Duration::from_millis(5);

/// Flags of `whisper bench sign-in`.
#[derive(Debug, clap::Args)]
pub struct SignInOptions {
    /// How many sign in at the same time, each again as soon as they are answered
    #[arg(long, default_value_t = 32, value_parser = clap::value_parser!(u32).range(1..=1024))]
    connections: u32,
    /// Seconds of reads alone, and of reads meanwhile
    #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u64).range(1..=3600))]
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
/// When the bundle can't be started or prepared.
pub fn run(options: &SignInOptions) -> anyhow::Result<()> {
    let dir = tempfile::Builder::new()
        .prefix("whisper-bench-")
        .tempdir()?;
    let server = Server::start(options.from.as_deref(), dir.path(), &[])?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let mut outcome = runtime.block_on(measure(options, &server.authority))?;
    outcome.print(options);
    Ok(())
}

struct Outcome {
    alone: Measured,
    meanwhile: Measured,
    sign_ins: Measured,
}

async fn measure(options: &SignInOptions, authority: &str) -> anyhow::Result<Outcome> {
    let mut client = Client::connect(authority).await?;
    let mut emails = Vec::new();
    for n in 0..options.connections {
        let email = format!("bench-{n}@example.com");
        sign(&mut client, "/v1/accounts", &email).await?;
        emails.push(email);
    }
    let reader = sign(&mut client, "/v1/accounts", "reader@example.com").await?;
    let token = reader["accessToken"].as_str().context("a token")?;
    let time = Duration::from_secs(options.seconds);
    let alone = read(&mut client, token, time).await?;
    let stop = Arc::new(AtomicBool::new(false));
    let mut signing = tokio::task::JoinSet::new();
    for email in emails {
        let client = Client::connect(authority).await?;
        signing.spawn(sign_in(client, email, Arc::clone(&stop)));
    }
    let meanwhile = read(&mut client, token, time).await;
    stop.store(true, Ordering::Relaxed);
    let mut sign_ins = Measured::default();
    while let Some(one) = signing.join_next().await {
        sign_ins.merge(one?);
    }
    Ok(Outcome {
        alone,
        meanwhile: meanwhile?,
        sign_ins,
    })
}

async fn sign(client: &mut Client, path: &str, email: &str) -> anyhow::Result<Value> {
    let body = json!({"email": email, "password": PASSWORD});
    client.create(path, None, &body).await
}

/// Reads the profile again and again.
async fn read(client: &mut Client, token: &str, time: Duration) -> anyhow::Result<Measured> {
    let (begun, mut measured) = (Instant::now(), Measured::default());
    while begun.elapsed() < time {
        let start = Instant::now();
        client.read("/v1/me", token).await?;
        measured.took(start.elapsed());
        tokio::time::sleep(BETWEEN).await;
    }
    measured.elapsed = begun.elapsed();
    Ok(measured)
}

/// Signs in again and again.
async fn sign_in(mut client: Client, email: String, stop: Arc<AtomicBool>) -> Measured {
    let (begun, mut measured) = (Instant::now(), Measured::default());
    while !stop.load(Ordering::Relaxed) {
        let start = Instant::now();
        match sign(&mut client, "/v1/sessions", &email).await {
            Ok(_) => measured.took(start.elapsed()),
            Err(error) => {
                note(&mut measured, error.to_string());
                break;
            }
        }
    }
    measured.elapsed = begun.elapsed();
    measured
}

impl Outcome {
    fn print(&mut self, options: &SignInOptions) {
        let all = [
            ("reads alone", "readsAlone", &mut self.alone),
            ("reads meanwhile", "readsMeanwhile", &mut self.meanwhile),
            ("sign-ins", "signIns", &mut self.sign_ins),
        ];
        if options.json {
            let all = all.map(|(_, key, measured)| (key.to_owned(), numbers(measured)));
            println!("{}", Value::Object(all.into_iter().collect()));
            return;
        }
        println!(
            "{:>16} {:>10} {:>8} {:>8} {:>7}",
            format!("{} sign in", options.connections),
            "per second",
            "p50 ms",
            "p99 ms",
            "errors"
        );
        for (name, _, measured) in all {
            println!(
                "{name:>16} {:>10.1} {:>8.1} {:>8.1} {:>7}",
                measured.rate(),
                measured.percentile(0.50),
                measured.percentile(0.99),
                measured.errors
            );
            if let Some(error) = &measured.first_error {
                println!("{:>16} first error: {error}", "");
            }
        }
    }
}

fn numbers(measured: &mut Measured) -> Value {
    json!({
        "perSecond": measured.rate(), "p50Ms": measured.percentile(0.50), "p99Ms": measured.percentile(0.99),
        "errors": measured.errors, "firstError": measured.first_error,
    })
}
