//! When to stop: SIGINT, SIGTERM, or the control socket. A second signal stops at once.

use std::sync::Arc;

use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;

use crate::log;

/// Exit status after a second Ctrl-C, as shells have it.
const INTERRUPTED: i32 = 130;

/// Tells everyone to stop.
pub struct Stop(Arc<watch::Sender<bool>>);

impl Stop {
    /// Listens for signals from now on.
    pub fn on_signals() -> std::io::Result<Self> {
        let sender = Arc::new(watch::Sender::new(false));
        let mut interrupt = signal(SignalKind::interrupt())?;
        let mut terminate = signal(SignalKind::terminate())?;
        let told = Arc::clone(&sender);
        tokio::spawn(async move {
            loop {
                tokio::select! {
                    _ = interrupt.recv() => {}
                    _ = terminate.recv() => {}
                }
                if told.send_replace(true) {
                    // SQLite needs no goodbye: what was acknowledged is on the disk.
                    std::process::exit(INTERRUPTED);
                }
                log::event("stopping", serde_json::json!({}), || {
                    "stopping; requests in flight may finish (Ctrl-C again stops at once)".into()
                });
            }
        });
        Ok(Self(sender))
    }

    /// Something to wait on.
    pub fn receiver(&self) -> watch::Receiver<bool> {
        self.0.subscribe()
    }

    /// Something that stops the host when called.
    pub fn trigger(&self) -> Box<dyn Fn() + Send + Sync> {
        let sender = Arc::clone(&self.0);
        Box::new(move || {
            sender.send_replace(true);
        })
    }
}
