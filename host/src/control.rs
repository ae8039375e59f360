//! The control socket, for tests and operators on this machine.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use anyhow::Context;
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{UnixListener, UnixStream};
use whisper_manifest::control::{Command, parse_duration};

use crate::app::App;
use crate::clock::Clock;
use crate::component::ComponentContext;
use crate::data_dir;
use crate::schedules::Schedules;

/// Bytes that a command may have.
const LONGEST_COMMAND: u64 = 4096;

/// The parts of the host that commands act on.
pub struct Control {
    /// The application.
    pub app: Arc<App>,
    /// The guests' clock.
    pub clock: Clock,
    /// The jobs.
    pub schedules: Arc<Schedules>,
    /// Stops the host as SIGTERM does.
    pub stop: Box<dyn Fn() + Send + Sync>,
}

/// Makes the socket, for its owner alone.
pub fn bind(path: &Path) -> anyhow::Result<UnixListener> {
    let listener = UnixListener::bind(path)
        .with_context(|| format!("the control socket {}", path.display()))?;
    data_dir::restrict(path).with_context(|| path.display().to_string())?;
    Ok(listener)
}

/// Answers commands until dropped.
pub async fn serve(control: Arc<Control>, listener: UnixListener) {
    loop {
        match listener.accept().await {
            Ok((stream, _)) => {
                let control = Arc::clone(&control);
                tokio::spawn(async move {
                    // An error means that the other side is gone.
                    let _ = converse(&control, stream).await;
                });
            }
            Err(_) => tokio::time::sleep(std::time::Duration::from_millis(50)).await,
        }
    }
}

async fn converse(control: &Control, stream: UnixStream) -> std::io::Result<()> {
    use tokio::io::AsyncReadExt;
    let (read, mut write) = stream.into_split();
    let mut read = BufReader::new(read);
    loop {
        let mut line = String::new();
        if (&mut read)
            .take(LONGEST_COMMAND)
            .read_line(&mut line)
            .await?
            == 0
        {
            return Ok(());
        }
        if line.trim().is_empty() {
            continue;
        }
        let answer = match Command::parse(&line) {
            Ok(command) => control.run(command).await,
            Err(reason) => json!({ "ok": false, "error": reason }),
        };
        write.write_all(format!("{answer}\n").as_bytes()).await?;
    }
}

impl Control {
    async fn run(&self, command: Command) -> Value {
        match command {
            Command::Advance { by } => match parse_duration(&by) {
                Ok(by) => {
                    self.clock.advance(by);
                    self.time()
                }
                Err(reason) => json!({ "ok": false, "error": reason }),
            },
            Command::Now {} => self.time(),
            Command::RunSchedules { all } => {
                json!({ "ok": true, "jobs": self.schedules.run_now(all).await })
            }
            Command::Shutdown {} => {
                (self.stop)();
                json!({ "ok": true })
            }
            Command::Stats {} => self.stats(),
        }
    }

    fn time(&self) -> Value {
        let now = format!("{:.3}", self.clock.now());
        json!({ "ok": true, "now": now, "offsetMs": self.clock.offset_ms() })
    }

    fn stats(&self) -> Value {
        let stats = self.app.stats();
        let read = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        json!({
            "ok": true,
            "instances": read(&stats.instances),
            "instantiated": read(&stats.instantiated),
            "requests": read(&stats.requests),
            "inFlight": read(&stats.in_flight),
            "trapped": read(&stats.trapped),
            "timedOut": read(&stats.timed_out),
            "transactions": self.transactions(),
        })
    }

    /// By component: how many, and the longest in ms since this was asked last.
    fn transactions(&self) -> Value {
        let of = |(id, component): (&str, &ComponentContext)| {
            let longest = component.held.take_longest().as_micros() as f64 / 1000.0;
            let count = component.held.transactions();
            (
                id.to_owned(),
                json!({ "count": count, "longestMs": longest }),
            )
        };
        self.app.components().map(of).collect()
    }
}
