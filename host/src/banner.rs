//! The banner of `whisper up`, once it listens.

use std::fmt::Write;
use std::net::SocketAddr;
use std::path::Path;
use std::time::Duration;

use serde_json::json;
use whisper_manifest::{Manifest, Route};

use crate::data_dir::DataDir;
use crate::log;

/// The facts that the banner tells.
pub struct Banner<'a> {
    /// The manifest.
    pub manifest: &'a Manifest,
    /// The address that it listens on.
    pub address: SocketAddr,
    /// The data folder.
    pub data: &'a DataDir,
    /// The control socket.
    pub control_socket: &'a Path,
    /// Whether the schedules run by themselves.
    pub scheduled: bool,
    /// Milliseconds that the components' clock is ahead.
    pub offset_ms: i64,
    /// Duration of the start.
    pub started_in: Duration,
}

impl Banner<'_> {
    /// Shows the banner.
    pub fn show(&self) {
        let address = format!("http://{}", self.address);
        let fields = json!({
            "address": address,
            "dataDir": self.data.path(),
            "controlSocket": self.control_socket,
            "clockOffsetMs": self.offset_ms,
            "startedInMs": u64::try_from(self.started_in.as_millis()).unwrap_or(u64::MAX),
        });
        log::announce("listening", fields, || self.text(&address));
        log::flush();
    }

    fn text(&self, address: &str) -> String {
        let mut text = String::new();
        // Writing into a string does not fail.
        let _ = self.write(&mut text, address);
        text
    }

    fn write(&self, out: &mut String, address: &str) -> std::fmt::Result {
        let application = &self.manifest.application;
        let seconds = self.started_in.as_secs_f64();
        writeln!(
            out,
            "\n{} {} is up after {seconds:.1} s",
            application.name, application.version
        )?;
        writeln!(out, "\n  {address}")?;
        if let Some(route) = &self.manifest.docs_route {
            writeln!(
                out,
                "  {address}{route}  (every operation, to read and to try)"
            )?;
        }
        writeln!(out, "\nRoutes")?;
        let routes = self
            .manifest
            .triggers
            .iter()
            .map(|trigger| match &trigger.route {
                Route::Public(route) => (route.as_str(), trigger.component.as_str()),
                Route::Private => ("(private)", trigger.component.as_str()),
            });
        let width = routes
            .clone()
            .map(|(route, _)| route.len())
            .max()
            .unwrap_or_default();
        for (route, component) in routes {
            writeln!(out, "  {route:width$}  {component}")?;
        }
        self.write_schedules(out)?;
        writeln!(out, "\nData            {}", self.data.path().display())?;
        if self.data.operator_key_file().exists() {
            writeln!(
                out,
                "Operator's key  {}",
                self.data.operator_key_file().display()
            )?;
        }
        if self.offset_ms != 0 {
            writeln!(out, "Clock           {} s off", self.offset_ms / 1000)?;
        }
        write!(out, "\nCtrl-C stops it; twice stops it at once.\n")
    }

    fn write_schedules(&self, out: &mut String) -> std::fmt::Result {
        let schedules = &self.manifest.schedules;
        if schedules.is_empty() {
            return Ok(());
        }
        let note = match self.scheduled {
            true => "UTC",
            false => "not run: --no-schedules",
        };
        writeln!(out, "\nSchedules ({note})")?;
        schedules.iter().try_for_each(|entry| {
            let (cron, name, route) = (entry.cron.as_str(), &entry.name, &entry.route);
            writeln!(out, "  {cron:15} {name}  {route}")
        })
    }
}
