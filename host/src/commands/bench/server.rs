//! The bundle under load, as a process of its own.

use std::io::{BufRead, BufReader, Write};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use anyhow::{Context, bail};
use serde_json::Value;
use whisper_manifest::postgres::Address;

/// A running bundle; killed when dropped.
pub struct Server {
    child: Child,
    /// Host and port, such as `127.0.0.1:4711`.
    pub authority: String,
    control: PathBuf,
}

impl Server {
    /// Starts this very program's `up` on `data_dir`, with these variables, and waits until it listens.
    pub fn start(
        manifest: Option<&Path>,
        data_dir: &Path,
        variables: &[&str],
    ) -> anyhow::Result<Self> {
        Self::start_on(manifest, data_dir, variables, None)
    }

    /// The same with its documents in a database of PostgreSQL, whose address stands in its environment alone.
    pub fn start_on(
        manifest: Option<&Path>,
        data_dir: &Path,
        variables: &[&str],
        database: Option<&Address>,
    ) -> anyhow::Result<Self> {
        let mut command = Command::new(std::env::current_exe()?);
        command
            .args(["up", "--json", "--no-schedules", "--listen", "127.0.0.1:0"])
            .args(["--variable", "message_rate_per_minute=100000000"])
            .args(["--variable", "stranger_message_rate_per_hour=0"])
            .args(["--variable", "signup_rate_per_hour=0"])
            .arg("--data-dir")
            .arg(data_dir);
        for variable in variables {
            command.args(["--variable", variable]);
        }
        if let Some(manifest) = manifest {
            command.arg("--from").arg(manifest);
        }
        // The databases of the caller's own application aren't the benchmark's.
        command
            .env_remove("WHISPER_POSTGRES")
            .env_remove("WHISPER_POSTGRES_REPLICA");
        if let Some(database) = database {
            command.env("WHISPER_POSTGRES", database.url());
        }
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .context("starting the bundle")?;
        let Some(stdout) = child.stdout.take() else {
            bail!("the bundle has no output")
        };
        let (sender, receiver) = std::sync::mpsc::channel();
        // Reads to the end, so that the pipe never fills and stops the bundle.
        std::thread::spawn(move || {
            for line in BufReader::new(stdout).lines().map_while(Result::ok) {
                let entry: Value = serde_json::from_str(&line).unwrap_or_default();
                if entry["event"] == "listening" {
                    let _ = sender.send(entry);
                }
            }
        });
        let listening = receiver
            .recv()
            .context("the bundle ended before it listened; its messages stand above")?;
        let text = |name: &str| listening[name].as_str().unwrap_or_default();
        let address = text("address");
        let authority = address.strip_prefix("http://").unwrap_or(address);
        Ok(Self {
            child,
            authority: authority.to_owned(),
            control: text("controlSocket").into(),
        })
    }

    /// The process id of the bundle.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// The host's counters; its longest transactions are those since this was asked last.
    pub fn stats(&self) -> anyhow::Result<Value> {
        let mut socket = UnixStream::connect(&self.control).context("the control socket")?;
        socket.write_all(b"{\"cmd\":\"stats\"}\n")?;
        let mut line = String::new();
        BufReader::new(socket).read_line(&mut line)?;
        Ok(serde_json::from_str(&line)?)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The SQLite file behind the label `default` of a data folder.
pub fn database(data_dir: &Path) -> PathBuf {
    data_dir.join(crate::sqlite::DATABASE_FILE)
}
