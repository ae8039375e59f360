//! Migrations of PostgreSQL: one statement, as a host may hand a connection on with its transaction open when somebody goes in the middle.

use std::fmt::Write;

use whisper_schema::{Migration, Timestamp};

use super::{applied, checksum, execute, missing, statements};
use crate::connections::{Connections, Lease, Patience, outage};
use crate::driver::DriverError;
use crate::error::StoreError;

/// The migrations that are applied already, as one row.
pub(super) const APPLIED: &str = "SELECT coalesce(json_agg(json_build_array(number, checksum))::text, '[]') \
     FROM (SELECT number, checksum FROM _migrations ORDER BY number) AS done";

/// Applies the migrations that are missing; gives their numbers. Of several that come at once, one does it.
pub(super) async fn run(
    connections: &Connections,
    lease: &Lease,
    migrations: &[Migration],
    at: Timestamp,
) -> Result<Vec<u32>, StoreError> {
    let mut patience = Patience::new();
    loop {
        let done = applied(connections, lease).await?;
        let missing = missing(migrations, &done)?;
        if missing.is_empty() {
            return Ok(Vec::new());
        }
        // An index of a large table takes its time.
        execute(lease, "SET statement_timeout = 0", &[]).await?;
        let ran = lease.execute(&script(&missing, done.len(), at), &[]).await;
        execute(lease, "RESET statement_timeout", &[]).await.ok();
        match ran {
            Ok(_) => return Ok(missing.iter().map(|migration| migration.number).collect()),
            Err(DriverError::Busy) if patience.wait(connections).await => {}
            Err(error) => return Err(outage(error)),
        }
    }
}

/// All of it as one statement, which has to find so many migrations applied. The functions of commits are made anew when they are asked for:
/// those of other versions of the tables go.
pub(super) fn script(missing: &[&Migration], done: usize, at: Timestamp) -> String {
    let mut script = format!(
        "DO $whisper_migrations$ DECLARE kept regprocedure; BEGIN \
         IF NOT pg_try_advisory_xact_lock(7742907356800) THEN RAISE SQLSTATE '55P03'; END IF; \
         CREATE TABLE IF NOT EXISTS _migrations (\
         number BIGINT PRIMARY KEY, name TEXT NOT NULL, checksum TEXT NOT NULL, applied_at BIGINT NOT NULL); \
         IF (SELECT count(*) FROM _migrations) <> {done} THEN RAISE SQLSTATE '55P03'; END IF;\n"
    );
    for migration in missing {
        let Migration { number, name, sql } = migration;
        // Writing to a text never fails.
        let _ = writeln!(script, "BEGIN");
        for statement in statements(migration) {
            let _ = writeln!(script, "EXECUTE '{}';", statement.replace('\'', "''"));
        }
        let (checksum, at) = (checksum(sql), at.as_millis());
        let _ = writeln!(
            script,
            "INSERT INTO _migrations VALUES ({number}, '{name}', '{checksum}', {at});\n\
             EXCEPTION WHEN OTHERS THEN RAISE EXCEPTION USING ERRCODE = SQLSTATE, \
             MESSAGE = 'migration {number} ({name}) fails: ' || SQLERRM; END;"
        );
    }
    script += "FOR kept IN SELECT oid FROM pg_proc WHERE starts_with(proname, 'whisper_commit_') \
               AND pronamespace = (SELECT oid FROM pg_namespace WHERE nspname = current_schema()) LOOP \
               EXECUTE 'DROP FUNCTION ' || kept; END LOOP; END $whisper_migrations$";
    script
}
