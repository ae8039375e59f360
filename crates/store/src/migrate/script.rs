//! The migrations that a database lacks as a text, for people to read, or to run by themselves.

use std::fmt::Write;

use whisper_schema::ddl::SEPARATOR;
use whisper_schema::{Migration, Timestamp};

use super::{CREATE, applied, at_once, checksum, missing, statements};
use crate::connections::{Connections, Lease};
use crate::driver::Dialect;
use crate::error::StoreError;

/// The statements that [`run`](super::run) would run; none where nothing is missing. They record themselves, so that a store which comes
/// later finds them applied. Nothing is changed.
pub(crate) async fn script(
    connections: &Connections,
    lease: &Lease,
    migrations: &[Migration],
    at: Timestamp,
) -> Result<Option<String>, StoreError> {
    let done = applied(connections, lease).await?;
    let missing = missing(migrations, &done)?;
    if missing.is_empty() {
        return Ok(None);
    }
    Ok(Some(match connections.dialect() {
        Dialect::Sqlite => of_sqlite(&missing, at),
        Dialect::Postgres => at_once::script(&missing, done.len(), at) + ";\n",
    }))
}

fn of_sqlite(missing: &[&Migration], at: Timestamp) -> String {
    let mut script = format!("BEGIN IMMEDIATE{SEPARATOR}");
    for create in CREATE {
        script += create;
        script += SEPARATOR;
    }
    for migration in missing {
        for statement in statements(migration) {
            script += statement;
            script += SEPARATOR;
        }
        let Migration { number, name, sql } = migration;
        let (checksum, at) = (checksum(sql), at.as_millis());
        // Writing to a text never fails.
        let _ = write!(
            script,
            "INSERT INTO _migrations (number, name, checksum, applied_at) VALUES ({number}, '{name}', '{checksum}', {at}){SEPARATOR}"
        );
    }
    script += "COMMIT;\n";
    script
}
