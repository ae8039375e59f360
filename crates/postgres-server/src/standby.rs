//! A standby of a server: it applies the log of the other one, and answers reads.

use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Result, ensure};

use crate::server::{PASSWORD, PostgresServer, USER, output};

/// How long a standby may take to do what it was told.
const PATIENCE: Duration = Duration::from_secs(60);

impl PostgresServer {
    /// A new standby of this server, which is stopped for as long as its folder is copied: so it needs no other program than `cp`.
    ///
    /// # Errors
    /// When it can't be made, or one of the two isn't ready within a minute.
    pub fn standby(&self) -> Result<PostgresServer> {
        let port = self.port();
        let primary =
            format!("primary_conninfo=host=127.0.0.1 port={port} user={USER} password={PASSWORD}");
        self.stop()?;
        let standby = self.copy(primary);
        self.start_again()?;
        let mut standby = standby?;
        standby.start_anywhere()?;
        Ok(standby)
    }

    /// Has a standby apply nothing more of the log, which it still receives.
    ///
    /// # Errors
    /// When it doesn't stop.
    pub fn pause_replay(&self) -> Result<()> {
        self.query("SELECT pg_wal_replay_pause()")?;
        self.wait_for("SELECT pg_get_wal_replay_pause_state() = 'paused'")
    }

    /// Has a standby go on.
    ///
    /// # Errors
    /// The server's message.
    pub fn resume_replay(&self) -> Result<()> {
        self.query("SELECT pg_wal_replay_resume()").map(drop)
    }

    /// Waits until a standby has applied all that another server has committed.
    ///
    /// # Errors
    /// When it hasn't within a minute.
    pub fn catch_up(&self, primary: &PostgresServer) -> Result<()> {
        let place = primary.query("SELECT pg_current_wal_flush_lsn()")?;
        self.wait_for(&format!(
            "SELECT pg_last_wal_replay_lsn() >= '{place}'::pg_lsn"
        ))
    }

    /// Has a standby become a server of its own, on another timeline.
    ///
    /// # Errors
    /// When it doesn't.
    pub fn promote(&self) -> Result<()> {
        self.query("SELECT pg_promote()").map(drop)
    }

    fn copy(&self, primary: String) -> Result<PostgresServer> {
        let standby = self.beside(primary)?;
        let mut copy = standby.command(Path::new("cp"));
        output(copy.arg("-a").arg(self.data()).arg(standby.data()))?;
        standby.write("data/standby.signal", "")?;
        Ok(standby)
    }

    fn query(&self, statement: &str) -> Result<String> {
        self.sql(&self.url("postgres"), statement)
    }

    fn wait_for(&self, condition: &str) -> Result<()> {
        let deadline = Instant::now() + PATIENCE;
        while self.query(condition)? != "t" {
            ensure!(
                Instant::now() < deadline,
                "not within a minute: {condition}"
            );
            std::thread::sleep(Duration::from_millis(5));
        }
        Ok(())
    }
}
