//! The bundle that is measured: the benchmark's own, or one that runs already.

use std::time::Duration;

use anyhow::{Context, bail};
use tempfile::TempDir;

use super::super::prepare::NO_LIMITS_OF_GROUPS;
use super::super::server::Server;
use super::{RealtimeOptions, process};

/// A bundle, and its process as far as that is known.
pub struct Target {
    /// Host and port.
    pub authority: String,
    pid: Option<u32>,
    /// Stopped before its folder is removed.
    _own: Option<(Server, TempDir)>,
}

impl Target {
    /// The bundle that is named, or one that is started on a fresh folder.
    pub fn of(options: &RealtimeOptions) -> anyhow::Result<Self> {
        if let Some(url) = &options.url {
            let Some(authority) = url.strip_prefix("http://") else {
                bail!("{url}: begin with http://; the benchmark doesn't speak TLS")
            };
            return Ok(Self {
                authority: authority.trim_end_matches('/').to_owned(),
                pid: options.pid,
                _own: None,
            });
        }
        let dir = tempfile::Builder::new()
            .prefix("whisper-bench-")
            .tempdir()
            .context("a folder for the data")?;
        let server = Server::start(options.from.as_deref(), dir.path(), &NO_LIMITS_OF_GROUPS)?;
        Ok(Self {
            authority: server.authority.clone(),
            pid: Some(server.pid()),
            _own: Some((server, dir)),
        })
    }

    /// Processor time of the bundle so far; none where its process can't be seen.
    pub fn processor(&self) -> Option<Duration> {
        process::processor(self.pid?)
    }

    /// The same since it was asked.
    pub fn processor_since(&self, before: Option<Duration>) -> Option<Duration> {
        Some(self.processor()?.saturating_sub(before?))
    }

    /// Bytes of memory that the bundle holds; none where its process can't be seen.
    pub fn memory(&self) -> Option<u64> {
        process::memory(self.pid?)
    }

    /// How many more they are than before, for each stream.
    pub fn memory_since(&self, before: Option<u64>, streams: u32) -> Option<f64> {
        let more = self.memory()? as f64 - before? as f64;
        Some(more / f64::from(streams))
    }
}
