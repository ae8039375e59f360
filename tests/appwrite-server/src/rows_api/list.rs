//! `GET …/rows` and `GET …/rows/{row}`.

use serde_json::{Map, Value, json};

use crate::call::Call;
use crate::fault::Fault;
use crate::permission::allows;
use crate::project::Project;
use crate::query::{self, Plan, find};
use crate::refusal::{Answered, Refusal};
use crate::row::{Row, shown};
use crate::rows_api::{self, of};
use crate::table::Table;
use crate::transaction::view::{self, View};

pub fn list(project: &mut Project, call: &Call) -> Answered {
    rows_api::table(project, call)?;
    let (options, counted) = (project.options, counted(call)?);
    let view = staged(project, call)?;
    let table = rows_api::table(project, call)?;
    let queries = query::parse_all(&call.queries()).map_err(of(""))?;
    let plan = checked(table, queries).map_err(of(""))?;
    let page = find(table, &plan, &call.who, "read", options).map_err(of(""))?;
    let rows = page
        .rows
        .iter()
        .map(|row| row.selected(table, &plan.selects));
    let mut rows: Vec<Map<String, Value>> = rows.collect();
    let mut total = page.total;
    if let Some(view) = view {
        total = view.total(total, &rows, &plan);
        rows = view.list(rows, &plan);
    }
    let rows = rows.into_iter();
    let rows = rows.map(|row| shown(row, call.param("database"), call.param("table")));
    let rows: Vec<Value> = rows.collect();
    let total = if counted { total } else { 0 };
    Ok((200, json!({"total": total, "rows": rows})))
}

/// The cursor is looked up before the queries are checked, as the real route does it.
fn checked(table: &Table, queries: Vec<query::Query>) -> Result<Plan, Fault> {
    query::check(table, &queries)?;
    Ok(query::plan(queries, table))
}

pub fn get(project: &mut Project, call: &Call) -> Answered {
    rows_api::table(project, call)?;
    let id = call.param("row");
    let view = staged(project, call)?;
    let table = rows_api::table(project, call)?;
    let queries = query::parse_all(&call.queries()).map_err(of(id))?;
    query::check_select(table, &queries).map_err(of(id))?;
    let plan = query::plan(queries, table);
    let row = table.rows.get(id).filter(|row| readable(table, row, call));
    let row = row.map(|row| row.selected(table, &plan.selects));
    let row = match view {
        Some(view) => view.one(id, row, &plan),
        None => row,
    };
    let row = row.ok_or_else(|| Refusal::not_found("row", id))?;
    Ok((200, shown(row, call.param("database"), call.param("table"))))
}

pub fn readable(table: &Table, row: &Row, call: &Call) -> bool {
    let of_row = || table.row_security && allows(&row.permissions, "read", &call.who);
    allows(&table.permissions, "read", &call.who) || of_row()
}

/// The changes of the transaction that the request names, if it names one.
fn staged(project: &Project, call: &Call) -> Result<Option<View>, Refusal> {
    let Some(id) = call.query_value("transactionId") else {
        return Ok(None);
    };
    crate::check::id("transactionId", id)?;
    Ok(Some(view::of(project, call, id)))
}

/// Whether the total is wanted.
fn counted(call: &Call) -> Result<bool, Refusal> {
    if let Some(ttl) = call.query_value("ttl")
        && !ttl.parse::<u32>().is_ok_and(|ttl| ttl <= 86_400)
    {
        let why = "Value must be a valid range between 0 and 86,400";
        return Err(Refusal::argument("ttl", why));
    }
    match call.query_value("total") {
        // To PHP the text "false" is true.
        None | Some("true" | "1" | "false") => Ok(true),
        Some("0") => Ok(false),
        Some(_) => Err(Refusal::argument("total", "Value must be a valid boolean")),
    }
}
