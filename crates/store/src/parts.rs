//! The parts of a collection on PostgreSQL, for the job that removes old documents: it makes them ahead, and drops those that are past.
//!
//! Which ids are in a part, and how it is made, stands with the tables, in `schema/src/ddl/parts.rs`. Each call is one statement, and so one
//! transaction.

use whisper_schema::{Collection, Timestamp};

use crate::connections::outage;
use crate::database::Database;
use crate::driver::{Dialect, SqlValue};
use crate::error::StoreError;

/// A part of a collection whose ids are all from before a time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// Its name, which says nothing else.
    pub name: String,
    /// The place in the order of commits of its last document; none where it is empty.
    pub last: Option<i64>,
    /// About how many documents it has, as the database reckons.
    pub documents: u64,
}

/// The result of [`Store::parts_ahead`](crate::Store::parts_ahead).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ahead {
    /// So many parts were made; 0 where they were there.
    Made(u64),
    /// None could be made: too many documents belong to no part, and looking through them would hold up others; or the table is another role's.
    Full,
}

/// Whether a collection is in parts in this database.
pub(crate) fn has_parts(database: &Database, collection: &Collection) -> bool {
    collection.parts.is_some() && database.cache.dialect() == Dialect::Postgres
}

/// Makes parts of so many milliseconds, up to a time.
pub(crate) async fn ahead(
    database: &Database,
    collection: &Collection,
    until: Timestamp,
    length: i64,
) -> Result<Ahead, StoreError> {
    let values = [until.as_millis(), length].map(SqlValue::Integer);
    let asked = "SELECT whisper_part_ahead($1::text, $2::bigint, $3::bigint)";
    match ask(database, collection, asked, &values).await? {
        SqlValue::Integer(made) => Ok(u64::try_from(made).map_or(Ahead::Full, Ahead::Made)),
        other => Err(unknown(collection, &other)),
    }
}

/// The parts that end before a time.
pub(crate) async fn past(
    database: &Database,
    collection: &Collection,
    before: Timestamp,
) -> Result<Vec<Part>, StoreError> {
    let values = [SqlValue::Integer(before.as_millis())];
    let asked = "SELECT whisper_part_past($1::text, $2::bigint)";
    let told = ask(database, collection, asked, &values).await?;
    let parts = match &told {
        SqlValue::Text(told) => serde_json::from_str::<Vec<(String, Option<i64>, u64)>>(told),
        _ => return Err(unknown(collection, &told)),
    };
    let parts = parts.map_err(|_| unknown(collection, &told))?;
    let part = |(name, last, documents)| Part {
        name,
        last,
        documents,
    };
    Ok(parts.into_iter().map(part).collect())
}

/// Drops a part if its last document is still the one that it was.
pub(crate) async fn drop_one(
    database: &Database,
    collection: &Collection,
    part: &Part,
) -> Result<bool, StoreError> {
    let last = part.last.map_or(SqlValue::Null, SqlValue::Integer);
    let values = [SqlValue::Text(part.name.clone()), last];
    let asked = "SELECT whisper_part_drop($1::text, $2::text, $3::bigint)";
    let told = ask(database, collection, asked, &values).await?;
    Ok(told == SqlValue::Integer(1))
}

/// Calls a function about the parts of a collection, once, on the writing connection. Gives its value.
async fn ask(
    database: &Database,
    collection: &Collection,
    asked: &str,
    values: &[SqlValue],
) -> Result<SqlValue, StoreError> {
    if !has_parts(database, collection) {
        let why = format!("{} has no parts", collection.id);
        return Err(StoreError::Internal(why));
    }
    database.ready().await?;
    let name = SqlValue::Text(collection.id.to_owned());
    let values: Vec<SqlValue> = [name].into_iter().chain(values.iter().cloned()).collect();
    let pass = database.connections.writing.enter().await;
    let lease = database.connections.writer(pass).await.map_err(outage)?;
    let rows = lease.execute(asked, &values).await.map_err(outage)?;
    lease.give_back();
    let value = rows.into_iter().flatten().next();
    value.ok_or_else(|| StoreError::Internal("the database told nothing of parts".into()))
}

fn unknown(collection: &Collection, told: &SqlValue) -> StoreError {
    let why = format!("the parts of {} can't be read: {told:?}", collection.id);
    StoreError::Internal(why)
}

/// Whether a table is a part of the collection, or has what is in none.
pub(crate) fn is_part(table: &str, collection: &Collection) -> bool {
    let is_number =
        |number: &str| !number.is_empty() && number.bytes().all(|digit| digit.is_ascii_digit());
    let rest = table
        .strip_prefix(collection.id)
        .filter(|_| collection.parts.is_some());
    rest.is_some_and(|rest| rest == "_rest" || rest.strip_prefix("_p").is_some_and(is_number))
}

#[cfg(test)]
mod tests {
    use whisper_schema::Document;
    use whisper_schema::prelude::{Event, Message};

    use super::*;

    #[test]
    fn parts_are_known_by_their_names() {
        for table in ["events_p0", "events_p12", "events_rest"] {
            assert!(is_part(table, Event::COLLECTION), "{table}");
        }
        for table in [
            "events",
            "events_p",
            "events_q1",
            "events_px",
            "messages_p1",
        ] {
            assert!(!is_part(table, Event::COLLECTION), "{table}");
        }
        assert!(!is_part("messages_p1", Message::COLLECTION));
    }
}
