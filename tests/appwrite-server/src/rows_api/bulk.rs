//! `PATCH`, `PUT` and `DELETE` of `…/rows`: many at once, for keys alone.

use std::sync::Arc;

use serde_json::{Value, json};

use crate::call::Call;
use crate::fault::Fault;
use crate::operator;
use crate::permission;
use crate::project::Project;
use crate::query;
use crate::refusal::{Answered, Refusal};
use crate::row::Row;
use crate::rows_api::{self, act, answer, atomically, data, many, of, writable};
use crate::transaction::stage::{self, Staging};
use crate::write::{delete_many, update_many, upsert};

/// Rows that an answer shows, of however many were changed.
const SHOWN: usize = 100;

/// To others the route finds no database, as it looks for it with their permissions.
fn keys_only(call: &Call) -> Result<(), Refusal> {
    match call.who.is_key() {
        true => Ok(()),
        false => Err(Refusal::not_found("database", call.param("database"))),
    }
}

/// The answer with the changed rows, 100 at most, and an event for each of these.
fn done(project: &mut Project, call: &Call, what: &str, rows: &[Arc<Row>]) -> Answered {
    let table = rows_api::table(project, call)?;
    let some = &rows[..rows.len().min(SHOWN)];
    let bodies: Vec<Value> = some.iter().map(|row| answer(row, table, call)).collect();
    for (row, body) in some.iter().zip(&bodies) {
        let (database, table) = (call.param("database"), call.param("table"));
        let name = format!(
            "databases.{database}.collections.{table}.documents.{}.{what}",
            row.id
        );
        let payload = body.clone();
        project.happened(crate::event::Event { name, payload }, &call.who);
    }
    Ok((200, json!({"total": rows.len(), "rows": bodies})))
}

/// Faults as the routes of many rows answer them: some that others catch are server errors there.
fn refused(fault: Fault) -> Refusal {
    match fault {
        Fault::Unique | Fault::Duplicate | Fault::OrderNull(_) => of("")(Fault::Server),
        fault => fault.of_rows(""),
    }
}

pub fn update(project: &mut Project, call: &Call) -> Answered {
    keys_only(call)?;
    let mut data = data(call.body.get("data"), "data")?;
    if data.is_empty() {
        return Err(rows_api::update::missing_payload());
    }
    let options = project.options;
    rows_api::table(project, call)?;
    let transaction = rows_api::transaction(call)?;
    if transaction.is_none() {
        operator::parse(data.clone())?;
    }
    let texts = call.texts("queries")?.unwrap_or_default();
    let queries = query::parse_all(&texts).map_err(refused)?;
    if let Some(Value::Array(items)) = data.get("$permissions") {
        let items: Vec<String> = items
            .iter()
            .filter_map(Value::as_str)
            .map(str::to_owned)
            .collect();
        permission::in_data(&items)?;
    }
    if let Some(transaction) = transaction {
        writable(&mut data, true);
        let staged = json!({"data": data, "queries": texts});
        let staged = stage::of_row(call, None, "bulkUpdate", staged);
        stage::stage(project, call, &transaction, staged, Staging::Many)?;
        return Ok((200, json!({"total": 0, "rows": []})));
    }
    writable(&mut data, true);
    let table = rows_api::table(project, call)?;
    query::check(table, &queries).map_err(refused)?;
    let plan = query::plan(queries, table);
    let fields = operator::parse(data)?;
    let changed = atomically(project, |project| {
        let mut act = act(project, call)?;
        update_many(&mut act, fields, &plan, options).map_err(refused)
    })?;
    let rows: Vec<Arc<Row>> = changed.into_iter().map(|each| each.row).collect();
    done(project, call, "update", &rows)
}

pub fn put(project: &mut Project, call: &Call) -> Answered {
    keys_only(call)?;
    if call.body.get("rows").is_none_or(Value::is_null) {
        return Err(Refusal::argument("rows", "Param is not optional."));
    }
    let mut rows = many(call)?;
    rows_api::table(project, call)?;
    for row in &mut rows {
        writable(row, true);
    }
    let total = rows.len();
    if let Some(transaction) = rows_api::transaction(call)? {
        let staged = stage::of_row(call, None, "bulkUpsert", rows.into());
        stage::stage(project, call, &transaction, staged, Staging::Many)?;
        return Ok((200, json!({"total": total, "rows": []})));
    }
    let fields = rows.into_iter().map(operator::parse);
    let fields = fields.collect::<Result<Vec<_>, _>>()?;
    let written = atomically(project, |project| {
        let mut act = act(project, call)?;
        upsert(&mut act, fields).map_err(of("multiple"))
    })?;
    let rows: Vec<Arc<Row>> = written.into_iter().map(|each| each.row).collect();
    done(project, call, "upsert", &rows)
}

pub fn delete(project: &mut Project, call: &Call) -> Answered {
    keys_only(call)?;
    let options = project.options;
    rows_api::table(project, call)?;
    let texts = call.texts("queries")?.unwrap_or_default();
    let queries = query::parse_all(&texts).map_err(refused)?;
    if let Some(transaction) = rows_api::transaction(call)? {
        let staged = json!({"queries": texts});
        let staged = stage::of_row(call, None, "bulkDelete", staged);
        stage::stage(project, call, &transaction, staged, Staging::Many)?;
        return Ok((200, json!({"total": 0, "rows": []})));
    }
    let table = rows_api::table(project, call)?;
    query::check(table, &queries).map_err(refused)?;
    let plan = query::plan(queries, table);
    let rows = atomically(project, |project| {
        let mut act = act(project, call)?;
        delete_many(&mut act, &plan, options).map_err(refused)
    })?;
    done(project, call, "delete", &rows)
}
