//! A bundle for a test: its own by default, or the one that `WHISPER_URL` names.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::builder::Builder;
use crate::http::Call;
use crate::log::Log;
use crate::{bundle, control};

/// How long a bundle may take to listen; generous, as two dozen start at once on two cores.
const START_TIMEOUT: Duration = Duration::from_secs(90);

/// How long something may take that happens soon; generous, for the same reason.
const PATIENCE: Duration = Duration::from_secs(30);
/// How often a test looks whether it has.
const LOOK: Duration = Duration::from_millis(5);
/// And how often it does where that takes long.
const SELDOM: Duration = Duration::from_millis(250);

/// Spin's default: instances come and go in tests too.
const REUSE: [&str; 2] = ["WHISPER_MAX_INSTANCE_REUSE_COUNT", "128"];

/// Names the header that a shared bundle takes clients' addresses from (its `client_address_header`). Each run of the
/// tests gives another address in it, so that limits by address don't add up over runs.
const ADDRESS_HEADER: &str = "WHISPER_ADDRESS_HEADER";

/// A running bundle.
pub struct TestApp {
    base: String,
    tag: String,
    agent: ureq::Agent,
    operator_key: Option<String>,
    host: Option<Host>,
}

struct Host {
    child: Child,
    builder: Builder,
    dir: TempDir,
    control: PathBuf,
    log: Log,
    listening: Value,
}

impl Builder {
    /// Starts the bundle; None, after a line that says so, when `WHISPER_URL` names another one.
    pub fn start(self) -> Option<TestApp> {
        if std::env::var_os("WHISPER_URL").is_some() {
            eprintln!("skipped: needs a bundle of its own, and WHISPER_URL is set");
            return None;
        }
        let (builder, dir) = self.prepared()?;
        Some(TestApp::spawn(builder, dir))
    }
}

impl TestApp {
    /// A bundle that any runtime can serve: `WHISPER_URL`'s, or the test's own.
    pub fn start() -> Self {
        match std::env::var("WHISPER_URL") {
            Ok(url) => Self {
                base: url.trim_end_matches('/').to_owned(),
                tag: tag(),
                agent: agent(),
                operator_key: std::env::var("WHISPER_OPERATOR_KEY").ok(),
                host: None,
            },
            Err(_) => Self::own().start().expect("WHISPER_URL is not set"),
        }
    }

    /// A bundle of the test's own, which it may stop, and whose clock it may move.
    /// Schedules don't run by themselves there: the test says when.
    pub fn own() -> Builder {
        Builder::new()
    }

    fn spawn(builder: Builder, dir: TempDir) -> Self {
        let mut command = Command::new(bundle::binary());
        command
            .args([
                "up",
                "--json",
                "--no-build",
                "--listen",
                "127.0.0.1:0",
                "--from",
            ])
            .arg(&builder.manifest)
            .arg("--data-dir")
            .arg(dir.path())
            .args(&builder.arguments)
            .env(REUSE[0], REUSE[1]);
        for (name, value) in &builder.variables {
            command.arg("--variable").arg(format!("{name}={value}"));
        }
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::inherit())
            .spawn()
            .expect("the host");
        let log = Log::of(&mut child);
        let listening = log.wait_for("listening", START_TIMEOUT).unwrap_or_else(|| {
            let _ = child.kill();
            panic!("the host did not listen within {START_TIMEOUT:?}")
        });
        let text = |key: &str| {
            let value = listening[key].as_str();
            value
                .unwrap_or_else(|| panic!("no {key} in {listening}"))
                .to_owned()
        };
        let operator_key = std::fs::read_to_string(dir.path().join("operator.key"))
            .ok()
            .map(|key| key.trim().to_owned());
        Self {
            base: text("address"),
            tag: tag(),
            agent: agent(),
            operator_key,
            host: Some(Host {
                child,
                builder,
                control: PathBuf::from(text("controlSocket")),
                dir,
                log,
                listening,
            }),
        }
    }

    /// The address, such as `http://127.0.0.1:4711`.
    pub fn base(&self) -> &str {
        &self.base
    }

    pub(crate) fn tag(&self) -> &str {
        &self.tag
    }

    /// The operator's key; panics when none is known (set `WHISPER_OPERATOR_KEY` with `WHISPER_URL`).
    pub fn operator_key(&self) -> &str {
        self.operator_key.as_deref().expect("an operator's key")
    }

    /// Whether the operator's key of this bundle is known.
    pub fn has_operator_key(&self) -> bool {
        self.operator_key.is_some()
    }

    /// Any call.
    pub fn call(&self, method: &str, path: &str) -> Call {
        let call = Call::new(self.agent.clone(), method, format!("{}{path}", self.base));
        match std::env::var(ADDRESS_HEADER) {
            Ok(header) if self.host.is_none() => call.header(&header, address()),
            _ => call,
        }
    }

    /// A GET without a token.
    pub fn get(&self, path: &str) -> Call {
        self.call("GET", path)
    }

    /// A POST without a token.
    pub fn post(&self, path: &str) -> Call {
        self.call("POST", path)
    }

    /// Runs a job as the operator would.
    pub fn run_job(&self, name: &str) -> crate::Reply {
        self.post(&format!("/internal/jobs/{name}"))
            .bearer(self.operator_key())
            .send()
    }

    /// Looks again and again until there is something to see: for effects that come soon after an answer.
    #[track_caller]
    pub fn eventually<T>(&self, look: impl FnMut() -> Option<T>) -> T {
        within(PATIENCE, LOOK, look)
    }

    /// As [`TestApp::eventually`], more seldom and for longer: for effects that come when a time is over which no test can move, as
    /// it isn't the clock's.
    #[track_caller]
    pub fn at_last<T>(&self, patience: Duration, look: impl FnMut() -> Option<T>) -> T {
        within(patience, SELDOM, look)
    }

    /// Changes a variable that the bundle starts with the next time.
    pub fn set_variable(&mut self, name: &str, value: &str) {
        let host = self.host.as_mut().expect("a bundle of the test's own");
        host.builder.set(name, value);
    }

    /// The data folder of the test's own bundle.
    pub fn data_dir(&self) -> &Path {
        self.own_host().dir.path()
    }

    /// The address of the PostgreSQL database that keeps its documents; none where SQLite does.
    pub fn postgres(&self) -> Option<&str> {
        self.own_host().builder.postgres()
    }

    /// The file of SQLite that keeps its documents; None, after a line that says so, where PostgreSQL does.
    pub fn sqlite_file(&self) -> Option<PathBuf> {
        if self.postgres().is_some() {
            eprintln!("skipped: looks into the file of SQLite");
            return None;
        }
        Some(self.data_dir().join("sqlite_db.db"))
    }

    /// Moves the guests' clock forward, such as by "25h".
    pub fn advance(&self, by: &str) {
        self.control(&json!({"cmd": "advance", "by": by}));
    }

    /// Sends a command to the host's control socket.
    pub fn control(&self, command: &Value) -> Value {
        control::ask(&self.own_host().control, command)
    }

    /// Kills the host without a chance to tidy up (SIGKILL), as a power cut would.
    pub fn kill(&mut self) {
        let host = self.host.as_mut().expect("a bundle of the test's own");
        host.child.kill().expect("a kill");
        host.child.wait().expect("an end");
    }

    /// Sends SIGTERM and waits for the end; returns whether it ended with success.
    pub fn stop(&mut self) -> bool {
        self.signal("TERM");
        self.ended().success()
    }

    /// Sends the host a signal, such as `INT`.
    pub fn signal(&self, name: &str) {
        let pid = self.pid().to_string();
        let sent = Command::new("kill").args(["-s", name, &pid]).status();
        assert!(sent.expect("kill").success(), "{name} to {pid}");
    }

    /// Waits until the host has ended, and says how.
    pub fn ended(&mut self) -> ExitStatus {
        let host = self.host.as_mut().expect("a bundle of the test's own");
        let status = host.child.wait().expect("an end");
        host.log.wait_for_end(PATIENCE);
        status
    }

    /// The host's event `listening`.
    pub fn listening(&self) -> &Value {
        &self.own_host().listening
    }

    /// The host's control socket.
    pub fn control_socket(&self) -> &Path {
        &self.own_host().control
    }

    /// The host's log so far, since its last start; all of it once it has ended.
    pub fn log(&self) -> String {
        self.own_host().log.text()
    }

    /// The events of this name that were logged so far.
    pub fn logged(&self, event: &str) -> Vec<Value> {
        self.own_host().log.events(event)
    }

    /// Starts the bundle again on the same data after [`kill`](Self::kill) or [`stop`](Self::stop).
    pub fn restart(mut self) -> Self {
        let Host {
            builder,
            dir,
            mut child,
            ..
        } = self.host.take().expect("a bundle of the test's own");
        let _ = child.kill();
        let _ = child.wait();
        Self::spawn(builder, dir)
    }

    /// The process id of the host.
    pub fn pid(&self) -> u32 {
        self.own_host().child.id()
    }

    fn own_host(&self) -> &Host {
        self.host.as_ref().expect("a bundle of the test's own")
    }
}

impl Drop for TestApp {
    fn drop(&mut self) {
        if let Some(host) = self.host.as_mut() {
            let _ = host.child.kill();
            let _ = host.child.wait();
        }
    }
}

#[track_caller]
fn within<T>(patience: Duration, pause: Duration, mut look: impl FnMut() -> Option<T>) -> T {
    let end = Instant::now() + patience;
    loop {
        if let Some(seen) = look() {
            return seen;
        }
        assert!(
            Instant::now() < end,
            "it did not happen within {patience:?}"
        );
        std::thread::sleep(pause);
    }
}

fn agent() -> ureq::Agent {
    ureq::Agent::config_builder()
        .http_status_as_error(false)
        .timeout_global(Some(Duration::from_secs(60)))
        .build()
        .into()
}

/// An address for this test process, of 16 million that other test processes choose from as well.
fn address() -> &'static str {
    static ADDRESS: OnceLock<String> = OnceLock::new();
    ADDRESS.get_or_init(|| {
        let [a, b, c, _] = u32::from_str_radix(&tag(), 16)
            .unwrap_or_default()
            .to_le_bytes();
        format!("10.{a}.{b}.{c}")
    })
}

/// A tag that tells the people of one test process from another's on a shared bundle.
fn tag() -> String {
    let nanos = std::time::SystemTime::now()
        .duration_since(std::time::UNIX_EPOCH)
        .map_or(0, |d| d.as_nanos());
    format!("{:08x}", nanos as u32)
}
