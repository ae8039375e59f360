//! A running server.

use std::fs::{File, Permissions};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use tempfile::TempDir;

use crate::account::Account;
use crate::guard::Guard;

/// The user, who may do everything.
pub const USER: &str = "whisper";
/// The user's password.
pub const PASSWORD: &str = "pass-word-of-tests";

/// How long a server may take to start or to end.
const PATIENCE: Duration = Duration::from_secs(60);
/// How often a port may be taken by another process before the server has it.
const TRIES: u32 = 5;

/// The certificate and key that a server has for its clients, in PEM form.
#[derive(Clone, Copy, Debug)]
pub struct Tls<'t> {
    /// Its certificate, and those of authorities between it and the root.
    pub certificate: &'t str,
    /// The certificate's key.
    pub key: &'t str,
}

/// A running server. It ends when dropped, and with this process at the latest.
pub struct PostgresServer {
    programs: PathBuf,
    account: Option<Account>,
    settings: Vec<String>,
    port: u16,
    process: Mutex<Option<Child>>,
    databases: AtomicU32,
    // Ended before the folder is removed.
    _guard: Guard,
    folder: TempDir,
}

impl PostgresServer {
    /// Makes a new server of the programs in a folder, and starts it.
    ///
    /// # Errors
    /// When it can't be made, or isn't ready within a minute.
    pub(crate) fn start(
        programs: &Path,
        settings: &[&str],
        tls: Option<Tls>,
    ) -> Result<PostgresServer> {
        let settings = settings.iter().map(|text| (*text).to_owned()).collect();
        let mut server = PostgresServer::new(programs, settings)?;
        server.initialise()?;
        if let Some(tls) = tls {
            server.use_tls(tls)?;
        }
        server.start_anywhere()?;
        Ok(server)
    }

    /// A server that has no data yet.
    fn new(programs: &Path, settings: Vec<String>) -> Result<PostgresServer> {
        let folder = tempfile::Builder::new()
            .prefix("whisper-postgres-")
            .tempdir()?;
        let account = Account::for_server()?;
        if let Some(account) = account {
            account.give(folder.path())?;
        }
        Ok(PostgresServer {
            programs: programs.to_owned(),
            account,
            settings,
            port: 0,
            process: Mutex::new(None),
            databases: AtomicU32::new(0),
            _guard: Guard::start(folder.path())?,
            folder,
        })
    }

    /// A server of the same programs and settings, and of one setting more, that has no data yet.
    pub(crate) fn beside(&self, setting: String) -> Result<PostgresServer> {
        let mut settings = self.settings.clone();
        settings.push(setting);
        PostgresServer::new(&self.programs, settings)
    }

    /// Starts it on a port of the system's choice.
    pub(crate) fn start_anywhere(&mut self) -> Result<()> {
        for _ in 1..TRIES {
            self.port = free_port()?;
            if self.run().is_ok() {
                return Ok(());
            }
        }
        self.port = free_port()?;
        self.run()
    }

    /// The address of a database: `postgres://user:password@127.0.0.1:port/name`.
    pub fn url(&self, database: &str) -> String {
        let port = self.port;
        format!("postgres://{USER}:{PASSWORD}@127.0.0.1:{port}/{database}")
    }

    /// Another of PostgreSQL's programs, such as `pgbench`; none where the installation came without.
    pub fn program_file(&self, name: &str) -> Option<PathBuf> {
        Some(self.programs.join(name)).filter(|file| file.is_file())
    }

    /// The port that it listens on, at `127.0.0.1`.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The address of a new, empty database.
    ///
    /// # Panics
    /// When the server makes none.
    #[expect(
        clippy::expect_used,
        reason = "a test that can't have what it needs fails"
    )]
    pub fn fresh_database(&self) -> String {
        let number = self.databases.fetch_add(1, Ordering::Relaxed);
        let name = format!("test_{number}");
        self.sql(&self.url("postgres"), &format!("CREATE DATABASE {name}"))
            .expect("a new database");
        self.url(&name)
    }

    /// Runs statements, and gives the output of `psql`: a line for each row, `|` between columns. Each statement commits on its own.
    ///
    /// # Errors
    /// The server's message, at the first statement that fails.
    pub fn sql(&self, url: &str, statements: &str) -> Result<String> {
        let mut psql = Command::new(self.programs.join("psql"));
        psql.args([
            "--no-psqlrc",
            "--quiet",
            "--no-align",
            "--tuples-only",
            "--set=ON_ERROR_STOP=1",
            "--dbname",
            url,
            "--command",
            statements,
        ]);
        output(psql.current_dir("/"))
    }

    /// Ends the server as a crash does: what was committed is there after [`PostgresServer::start_again`].
    ///
    /// # Errors
    /// When it doesn't end.
    pub fn crash(&self) -> Result<()> {
        self.end("KILL")
    }

    /// Ends the server properly; connections are closed, and transactions rolled back.
    ///
    /// # Errors
    /// When it doesn't end.
    pub fn stop(&self) -> Result<()> {
        // INT is PostgreSQL's "fast" end.
        self.end("INT")
    }

    /// Starts the server after it was ended, at the same address with the same databases.
    ///
    /// # Errors
    /// When it isn't ready within a minute.
    pub fn start_again(&self) -> Result<()> {
        self.run()
    }

    /// All that the server has logged.
    pub fn log(&self) -> String {
        let bytes = std::fs::read(self.log_file()).unwrap_or_default();
        String::from_utf8_lossy(&bytes).into_owned()
    }

    fn process(&self) -> MutexGuard<'_, Option<Child>> {
        self.process.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn end(&self, signal: &str) -> Result<()> {
        let Some(mut process) = self.process().take() else {
            return Ok(());
        };
        let pid = process.id().to_string();
        output(Command::new("kill").args(["-s", signal, &pid]))?;
        process.wait()?;
        // Processes of connections that outlive a killed server still hold its memory.
        let data = self.data();
        let deadline = Instant::now() + PATIENCE;
        while holds_memory(&data) {
            ensure!(Instant::now() < deadline, "its processes don't end");
            std::thread::sleep(Duration::from_millis(20));
        }
        Ok(())
    }

    pub(crate) fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    fn log_file(&self) -> PathBuf {
        self.folder.path().join("log")
    }

    fn program(&self, name: &str) -> Command {
        self.command(&self.programs.join(name))
    }

    /// A command under the server's account.
    pub(crate) fn command(&self, program: &Path) -> Command {
        let mut command = Command::new(program);
        command.current_dir("/").env("LC_ALL", "C");
        if let Some(account) = self.account {
            account.run(&mut command);
        }
        command
    }

    /// Writes a file that the server alone may read, and returns its path.
    pub(crate) fn write(&self, name: &str, text: &str) -> Result<PathBuf> {
        let path = self.folder.path().join(name);
        std::fs::write(&path, text)?;
        std::fs::set_permissions(&path, Permissions::from_mode(0o600))?;
        if let Some(account) = self.account {
            account.give(&path)?;
        }
        Ok(path)
    }

    fn use_tls(&mut self, tls: Tls) -> Result<()> {
        let certificate = self.write("certificate.pem", tls.certificate)?;
        let key = self.write("key.pem", tls.key)?;
        self.settings.extend([
            "ssl=on".to_owned(),
            format!("ssl_cert_file={}", certificate.display()),
            format!("ssl_key_file={}", key.display()),
        ]);
        Ok(())
    }

    fn initialise(&self) -> Result<()> {
        let password = self.write("password", PASSWORD)?;
        let icu = output(self.program("initdb").arg("--help"))?.contains("--icu-locale");
        let made = self.initdb(&password, icu);
        // A build may know ICU's options without having ICU.
        if icu && made.is_err() {
            return self.initdb(&password, false);
        }
        made
    }

    fn initdb(&self, password: &Path, icu: bool) -> Result<()> {
        let mut initdb = self.program("initdb");
        initdb
            .args(["--username", USER, "--auth=scram-sha-256"])
            .args(["--no-sync", "--encoding=UTF8", "--locale=C"])
            .arg("--pwfile")
            .arg(password)
            .arg("--pgdata")
            .arg(self.data());
        if icu {
            initdb.args(["--locale-provider=icu", "--icu-locale=en"]);
        }
        output(&mut initdb).map(drop)
    }

    fn run(&self) -> Result<()> {
        let mut slot = self.process();
        let log = File::options()
            .create(true)
            .append(true)
            .open(self.log_file())?;
        let mut postgres = self.program("postgres");
        postgres.arg("-D").arg(self.data());
        let port = format!("port={}", self.port);
        let settings = [
            "listen_addresses=127.0.0.1",
            "unix_socket_directories=",
            "fsync=off",
            "full_page_writes=off",
            "max_connections=300",
            &port,
        ];
        let own = self.settings.iter().map(String::as_str);
        for setting in settings.into_iter().chain(own) {
            postgres.args(["-c", setting]);
        }
        postgres
            .stdin(Stdio::null())
            .stdout(log.try_clone()?)
            .stderr(log)
            .process_group(0);
        let mut process = postgres.spawn().context("postgres")?;
        let ready = self.await_ready(&mut process);
        if ready.is_err() {
            let _ = process.kill();
            let _ = process.wait();
        } else {
            *slot = Some(process);
        }
        ready.with_context(|| self.log())
    }

    fn await_ready(&self, process: &mut Child) -> Result<()> {
        let deadline = Instant::now() + PATIENCE;
        let url = self.url("postgres");
        loop {
            if let Some(status) = process.try_wait()? {
                bail!("it ended with {status}");
            }
            let address = SocketAddr::from((Ipv4Addr::LOCALHOST, self.port));
            if TcpStream::connect(address).is_ok() && self.sql(&url, "SELECT 1").is_ok() {
                return Ok(());
            }
            ensure!(Instant::now() < deadline, "it isn't ready within a minute");
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

impl Drop for PostgresServer {
    fn drop(&mut self) {
        // PostgreSQL's "immediate" end, which leaves no shared memory behind.
        let _ = self.end("QUIT");
    }
}

/// Whether a process is attached to the shared memory that a server's file of its process names.
fn holds_memory(data: &Path) -> bool {
    let Ok(text) = std::fs::read_to_string(data.join("postmaster.pid")) else {
        return false;
    };
    let id = text.lines().nth(6).and_then(|line| {
        let number = line.split_whitespace().nth(1)?;
        number.parse::<u64>().ok()
    });
    let Some(id) = id else { return false };
    let segments = std::fs::read_to_string("/proc/sysvipc/shm").unwrap_or_default();
    segments.lines().skip(1).any(|line| {
        let columns: Vec<&str> = line.split_whitespace().collect();
        columns.get(1).and_then(|text| text.parse().ok()) == Some(id)
            && columns.get(6).is_some_and(|attached| *attached != "0")
    })
}

fn free_port() -> Result<u16> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    Ok(listener.local_addr()?.port())
}

/// The output of a command that must succeed.
pub(crate) fn output(command: &mut Command) -> Result<String> {
    let name = command.get_program().to_string_lossy().into_owned();
    let done = command
        .stdin(Stdio::null())
        .output()
        .with_context(|| name.clone())?;
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).trim().to_owned();
    ensure!(
        done.status.success(),
        "{name}: {} {}",
        text(&done.stdout),
        text(&done.stderr)
    );
    Ok(text(&done.stdout))
}
