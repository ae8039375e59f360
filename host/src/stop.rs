//! The signals to stop: SIGINT, SIGTERM, or the control socket. A second signal stops at once.

use std::sync::Arc;

use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::watch;

use crate::log;

/// Exit status after a second Ctrl-C, as shells have it.
const INTERRUPTED: i32 = 130;

/// Tells everyone to stop.
pub struct Stop(Arc<watch::Sender<bool>>);

impl Stop {
    /// Listens for signals from now on, until the process ends.
    pub fn on_signals() -> std::io::Result<Self> {
        let sender = Arc::new(watch::Sender::new(false));
        // A thread and runtime of its own: the second signal counts as well while the host's runtime
        // winds up, and afterwards.
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_io()
            .build()?;
        let entered = runtime.enter();
        let interrupt = signal(SignalKind::interrupt())?;
        let terminate = signal(SignalKind::terminate())?;
        drop(entered);
        let told = Arc::clone(&sender);
        std::thread::Builder::new()
            .name("signals".into())
            .spawn(move || runtime.block_on(listen(interrupt, terminate, &told)))?;
        Ok(Self(sender))
    }

    /// The receiving side, which changes to true.
    pub fn receiver(&self) -> watch::Receiver<bool> {
        self.0.subscribe()
    }

    /// A function that stops the host.
    pub fn trigger(&self) -> Box<dyn Fn() + Send + Sync> {
        let sender = Arc::clone(&self.0);
        Box::new(move || {
            sender.send_replace(true);
        })
    }
}

async fn listen(mut interrupt: Signal, mut terminate: Signal, told: &watch::Sender<bool>) {
    loop {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
        if told.send_replace(true) {
            // SQLite needs no goodbye: every acknowledged commit is on the disk.
            std::process::exit(INTERRUPTED);
        }
        log::event("stopping", serde_json::json!({}), || {
            "stopping; requests in flight may finish (Ctrl-C again stops at once)".into()
        });
    }
}
