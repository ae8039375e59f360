//! Messages at a fixed rate, each with a number, into conversations in turn.

use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::json;
use tokio::task::JoinSet;

use super::super::load::{Client, Sender, content, note};
use super::super::report::Measured;

/// The sending, over several runs: numbers go on.
pub struct Pace<'a> {
    /// Host and port.
    pub authority: &'a str,
    /// One for each conversation.
    pub senders: Arc<Vec<Sender>>,
    /// How many requests may wait for their answers at once.
    pub connections: u32,
    /// Messages per second.
    pub rate: u32,
    /// Number of the next message.
    pub next: u32,
    /// Times are counted from here.
    pub origin: Instant,
}

/// One run of it.
#[derive(Debug, Default)]
pub struct Sent {
    /// Number of the first message.
    pub first: u32,
    /// When each one's answer was there, in microseconds; none for one that was refused.
    pub answers: Vec<Option<u64>>,
    /// The refusals.
    pub refused: Measured,
    /// How long it took until the last answer: longer than was asked for when answers are late.
    pub elapsed: Duration,
}

impl Pace<'_> {
    /// Sends for so long.
    ///
    /// # Errors
    /// When no connection is to be had. Refusals are counted.
    pub async fn run(&mut self, time: Duration) -> anyhow::Result<Sent> {
        let count = u32::try_from(time.as_secs())?.saturating_mul(self.rate);
        let first = self.next;
        self.next += count;
        let mut lanes = JoinSet::new();
        for offset in 0..self.connections.min(count) {
            lanes.spawn(lane(Lane {
                client: Client::connect(self.authority).await?,
                senders: Arc::clone(&self.senders),
                messages: (offset..count).step_by(self.connections as usize),
                first,
                rate: f64::from(self.rate),
                origin: self.origin,
                begun: Instant::now(),
            }));
        }
        let mut sent = Sent {
            first,
            answers: vec![None; count as usize],
            ..Sent::default()
        };
        while let Some(done) = lanes.join_next().await {
            let (answers, refused) = done?;
            for (index, at) in answers {
                sent.answers[index as usize] = Some(at);
            }
            sent.elapsed = sent.elapsed.max(refused.elapsed);
            sent.refused.merge(refused);
        }
        Ok(sent)
    }
}

/// A connection with its share of the messages.
struct Lane<I> {
    client: Client,
    senders: Arc<Vec<Sender>>,
    messages: I,
    first: u32,
    rate: f64,
    origin: Instant,
    begun: Instant,
}

async fn lane(mut lane: Lane<impl Iterator<Item = u32>>) -> (Vec<(u32, u64)>, Measured) {
    let (mut answers, mut refused) = (Vec::new(), Measured::default());
    for index in lane.messages {
        let due = lane.begun + Duration::from_secs_f64(f64::from(index) / lane.rate);
        tokio::time::sleep_until(due.into()).await;
        let number = lane.first + index;
        let sender = &lane.senders[number as usize % lane.senders.len()];
        let path = format!("/v1/conversations/{}/messages", sender.conversations[0]);
        let body = json!({"contentType": "text", "content": content(number.into())});
        let answer = lane
            .client
            .post(&path, Some(&sender.token), body.to_string())
            .await;
        match answer {
            Ok((201, _)) => answers.push((index, micros(lane.origin))),
            Ok((status, body)) => {
                let why = String::from_utf8_lossy(&body);
                note(&mut refused, format!("{status} {why}"));
            }
            Err(error) => {
                note(&mut refused, error.to_string());
                // A broken connection answers nothing more.
                break;
            }
        }
    }
    refused.elapsed = lane.begun.elapsed();
    (answers, refused)
}

/// Microseconds since `origin`.
pub fn micros(origin: Instant) -> u64 {
    u64::try_from(origin.elapsed().as_micros()).unwrap_or(u64::MAX)
}
