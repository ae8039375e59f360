//! A PostgreSQL server of a test's own: in a temporary folder, on a port of the system's choice, gone with the test process even
//! when that is killed.
//!
//! The programs are those of an installed PostgreSQL: in the folder that `WHISPER_POSTGRES_BIN` names, on the search path, or in
//! Debian's `/usr/lib/postgresql/*/bin`. Where there are none, [`shared`] says so, and tests are skipped.
//!
//! The server asks for a password by SCRAM, so that tests see where one would be printed. Nothing of it outlives a power cut: writes
//! are not synced. Its databases sort text as English does where the server can, so that a statement which leaves the
//! collation to the database is found.

mod account;
mod guard;
mod programs;
mod server;
mod standby;

pub use server::{PASSWORD, PostgresServer, Tls, USER};

use std::io::Write;
use std::sync::OnceLock;

/// The server that the tests of a process share, started by the first that asks; nothing, after a line that says so, where there is no
/// PostgreSQL.
///
/// # Panics
/// When there is a PostgreSQL that doesn't start, and when there is none while `WHISPER_NO_SKIP` is set.
pub fn shared() -> Option<&'static PostgresServer> {
    static SHARED: OnceLock<Option<PostgresServer>> = OnceLock::new();
    SHARED.get_or_init(start).as_ref()
}

/// A server for one test that stops it or changes its settings; nothing as with [`shared`].
///
/// # Panics
/// As [`shared`] does.
pub fn start() -> Option<PostgresServer> {
    start_with(&[])
}

/// [`start`] with settings of the server's, as `max_connections=20`.
///
/// # Panics
/// As [`shared`] does.
pub fn start_with(settings: &[&str]) -> Option<PostgresServer> {
    start_as(settings, None)
}

/// [`start`] with TLS, which clients may use or not; nothing, after a line that says so, where the server was made without.
///
/// # Panics
/// As [`shared`] does.
pub fn start_with_tls(tls: Tls) -> Option<PostgresServer> {
    start_as(&[], Some(tls))
}

#[expect(clippy::panic, reason = "a test that can't have what it needs fails")]
fn start_as(settings: &[&str], tls: Option<Tls>) -> Option<PostgresServer> {
    let Some(programs) = programs::find() else {
        skip();
        return None;
    };
    match PostgresServer::start(&programs, settings, tls) {
        Ok(server) => Some(server),
        // PyPI's is made so.
        Err(reason) if format!("{reason:#}").contains("SSL is not supported by this build") => {
            say("skipped: what needs TLS of PostgreSQL: it was made without\n");
            None
        }
        Err(reason) => panic!("PostgreSQL doesn't start: {reason:#}"),
    }
}

fn skip() {
    assert!(
        std::env::var_os("WHISPER_NO_SKIP").is_none(),
        "PostgreSQL is not installed"
    );
    say("skipped: what needs PostgreSQL: it is not installed\n");
}

/// Says it where a test passes too: the macros are captured there.
fn say(line: &str) {
    let _ = std::io::stderr().write_all(line.as_bytes());
}
