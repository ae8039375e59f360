//! The routes of rows.

pub mod bulk;
pub mod create;
pub mod delete;
pub mod list;
pub mod step;
pub mod update;
pub mod upsert;

use serde_json::{Map, Value};

use crate::call::Call;
use crate::check;
use crate::event::Event;
use crate::fault::Fault;
use crate::project::Project;
use crate::refusal::Refusal;
use crate::row::{Row, shown};
use crate::table::Table;
use crate::write::Act;

/// The table of a request. A table or database that isn't enabled isn't there but for keys.
pub fn table<'a>(project: &'a mut Project, call: &Call) -> Result<&'a mut Table, Refusal> {
    let (database, table) = (call.param("database"), call.param("table"));
    let key = call.who.is_key();
    let enabled = project
        .database(database)
        .is_ok_and(|found| found.enabled || key);
    if !enabled {
        return Err(Refusal::not_found("database", database));
    }
    let found = project.table(database, table).ok();
    found
        .filter(|found| found.enabled || key)
        .ok_or_else(|| Refusal::not_found("table", table))
}

/// The table, to write with dates as they are given.
fn act<'a>(project: &'a mut Project, call: &'a Call) -> Result<Act<'a>, Refusal> {
    let since = None;
    let (who, now) = (&call.who, call.now);
    let table = table(project, call)?;
    Ok(Act {
        table,
        who,
        now,
        since,
        dates: true,
    })
}

/// A row as the answer to a request for it.
fn answer(row: &Row, table: &Table, call: &Call) -> Value {
    shown(
        row.document(table),
        call.param("database"),
        call.param("table"),
    )
}

/// The answer to a staged write: the row as it might be.
fn mock(mut data: Map<String, Value>, id: &str, call: &Call) -> Value {
    data.entry("$id").or_insert_with(|| id.into());
    shown(data, call.param("database"), call.param("table"))
}

/// The data of a row in the body, empty if there is none.
fn data(value: Option<&Value>, name: &str) -> Result<Map<String, Value>, Refusal> {
    let wrong = || Refusal::argument(name, "Value must be a valid JSON object");
    match value {
        None | Some(Value::Null) => Ok(Map::new()),
        Some(Value::Object(data)) => Ok(data.clone()),
        Some(Value::Array(items)) if items.is_empty() => Ok(Map::new()),
        Some(Value::String(text)) => serde_json::from_str(text).map_err(|_| wrong()),
        Some(_) => Err(wrong()),
    }
}

/// The rows in a body, at most 100.
fn many(call: &Call) -> Result<Vec<Map<String, Value>>, Refusal> {
    match call.body.get("rows") {
        None | Some(Value::Null) => Ok(Vec::new()),
        Some(Value::Array(rows)) if rows.len() <= 100 => {
            rows.iter().map(|row| data(Some(row), "rows")).collect()
        }
        Some(_) => {
            let why = "Value must a valid array no longer than 100 items and Value must be a valid JSON object";
            Err(Refusal::argument("rows", why))
        }
    }
}

/// The permissions in a body, each `write` as the ones that it stands for; none if nothing is said.
fn permissions(call: &Call) -> Result<Option<Vec<String>>, Refusal> {
    let Some(permissions) = call.texts("permissions")? else {
        return Ok(None);
    };
    crate::permission::of_row(&permissions)?;
    Ok(Some(crate::permission::aggregate(permissions)))
}

/// Takes away values that can't be set, and without a key those that only keys set.
fn writable(data: &mut Map<String, Value>, key: bool) {
    for name in ["$sequence", "$databaseId", "$tableId"] {
        data.remove(name);
    }
    if !key {
        data.remove("$createdAt");
        data.remove("$updatedAt");
    }
}

/// The transaction that a write is to be staged in.
fn transaction(call: &Call) -> Result<Option<String>, Refusal> {
    let id = match call.body.get("transactionId") {
        None | Some(Value::Null) => return Ok(None),
        Some(value) => value.as_str().unwrap_or_default(),
    };
    check::id("transactionId", id)?;
    Ok(Some(id.to_owned()))
}

/// Notes an event of a row, in the words of the route that made it.
fn happened(project: &mut Project, call: &Call, (what, row): (&str, &str), payload: &Value) {
    let (database, table) = (call.param("database"), call.param("table"));
    let name = match what {
        "create" => format!("databases.{database}.collections.{table}.documents.{row}.create"),
        _ => format!("databases.{database}.tables.{table}.rows.{row}.{what}"),
    };
    let payload = payload.clone();
    project.happened(Event { name, payload }, &call.who);
}

/// Does it as one transaction of the database: all or nothing.
pub fn atomically<T, E>(
    project: &mut Project,
    work: impl FnOnce(&mut Project) -> Result<T, E>,
) -> Result<T, E> {
    let done = work(project);
    let databases = project.databases.iter_mut();
    for table in databases.flat_map(|database| &mut database.tables) {
        match done {
            Ok(_) => table.rows.keep(),
            Err(_) => table.rows.undo(),
        }
    }
    done
}

/// Faults as the routes answer them for this row.
fn of(row: &str) -> impl Fn(Fault) -> Refusal + '_ {
    |fault| fault.of_rows(row)
}
