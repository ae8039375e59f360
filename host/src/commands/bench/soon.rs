//! How soon after an answer its consequences are there.

use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use serde_json::{Value, json};

use super::load::{Client, content};
use super::prepare;
use super::report::Measured;
use super::server::Server;

/// Sends that are measured. Experience points are given for 50 of a day.
const SENDS: u64 = 40;
/// How long consequences may take before the benchmark gives up.
const PATIENCE: Duration = Duration::from_secs(10);

/// The time from the answer to each of some messages to the experience points for it.
///
/// # Errors
/// When the bundle can't be started, or the points don't come.
pub async fn measure(manifest: Option<&Path>, data: &Path) -> anyhow::Result<Measured> {
    let server = Server::start(manifest, data, &[])?;
    let senders = prepare::senders(&server.authority, 1, 1).await?;
    let sender = senders.first().context("a sender")?;
    let mut client = Client::connect(&server.authority).await?;
    let mut measured = Measured::default();
    let mut before = settled(&mut client, &sender.token).await?;
    for n in 0..SENDS {
        let path = format!("/v1/conversations/{}/messages", sender.conversations[0]);
        let body = json!({"contentType": "text", "content": content(n)});
        client.create(&path, Some(&sender.token), &body).await?;
        let start = Instant::now();
        loop {
            let seen = points(&mut client, &sender.token).await?;
            if seen > before {
                before = seen;
                break;
            }
            if start.elapsed() > PATIENCE {
                bail!("no experience points within {PATIENCE:?}: are consumers woken?");
            }
        }
        measured.took(start.elapsed());
        // The consumer was woken for this one alone.
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    Ok(measured)
}

/// The points once the sign-in has earned its own.
async fn settled(client: &mut Client, token: &str) -> anyhow::Result<i64> {
    let start = Instant::now();
    loop {
        let seen = points(client, token).await?;
        if seen > 0 || start.elapsed() > PATIENCE {
            return Ok(seen);
        }
    }
}

async fn points(client: &mut Client, token: &str) -> anyhow::Result<i64> {
    let progress: Value = client.read("/v1/me/progress", token).await?;
    progress["xp"].as_i64().context("experience points")
}
