//! Latencies and how they are printed.

use std::time::Duration;

/// The measurements of one load run.
#[derive(Debug, Default)]
pub struct Measured {
    /// One entry for each answered send, in microseconds.
    pub latencies: Vec<u32>,
    /// Sends that were refused or got no answer.
    pub errors: u64,
    /// The first error, for the reader.
    pub first_error: Option<String>,
    /// How long was measured.
    pub elapsed: Duration,
}

impl Measured {
    /// Adds another connection's measurements.
    pub fn merge(&mut self, other: Self) {
        self.latencies.extend(other.latencies);
        self.errors += other.errors;
        self.first_error = self.first_error.take().or(other.first_error);
        self.elapsed = self.elapsed.max(other.elapsed);
    }

    /// Adds how long an answer took.
    pub fn took(&mut self, time: Duration) {
        let micros = u32::try_from(time.as_micros()).unwrap_or(u32::MAX);
        self.latencies.push(micros);
    }

    /// Acknowledged sends per second.
    pub fn rate(&self) -> f64 {
        rate(self.latencies.len() as u64, self.elapsed)
    }

    /// The latency that `share` (0 to 1) of the sends stayed within, in milliseconds.
    pub fn percentile(&mut self, share: f64) -> f64 {
        if self.latencies.is_empty() {
            return 0.0;
        }
        self.latencies.sort_unstable();
        let last = self.latencies.len() - 1;
        let rank = (last as f64 * share).round() as usize;
        f64::from(self.latencies[rank.min(last)]) / 1000.0
    }
}

/// How often something happened per second.
pub fn rate(count: u64, elapsed: Duration) -> f64 {
    count as f64 / elapsed.as_secs_f64().max(f64::EPSILON)
}
