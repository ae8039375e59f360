//! `PUT …/rows/{row}`.

use serde_json::{Map, Value};

use crate::call::Call;
use crate::check;
use crate::operator;
use crate::permission;
use crate::project::Project;
use crate::refusal::{Answered, Refusal};
use crate::row::shown;
use crate::rows_api::{self, act, answer, atomically, data, happened, mock, of, writable};
use crate::transaction::stage::{self, Staging};
use crate::transaction::view;
use crate::write::upsert as write;

pub fn upsert(project: &mut Project, call: &Call) -> Answered {
    let id = call.param("row");
    check::id("rowId", id)?;
    let mut data = data(call.body.get("data"), "data")?;
    let permissions = rows_api::permissions(call)?;
    call.since()?;
    if data.is_empty() && permissions.is_none() {
        return Err(rows_api::update::missing_payload());
    }
    rows_api::table(project, call)?;
    let transaction = rows_api::transaction(call)?;
    if transaction.is_none() {
        operator::parse(data.clone())?;
    }
    let permissions = match permissions {
        Some(permissions) => permissions,
        None => inherited(project, call, transaction.as_deref())?,
    };
    permission::own(&permissions, &call.who)?;
    data.insert("$id".to_owned(), id.into());
    data.insert("$permissions".to_owned(), permissions.into());
    writable(&mut data, call.who.is_key());
    if let Some(transaction) = transaction {
        let staged = stage::of_row(call, Some(id), "upsert", data.clone().into());
        stage::stage(project, call, &transaction, staged, Staging::Row)?;
        return Ok((201, mock(data, id, call)));
    }
    let fields = operator::parse(data)?;
    // The route doesn't look at the timestamp of the request.
    let written = atomically(project, |project| {
        let mut act = act(project, call)?;
        write(&mut act, vec![fields]).map_err(of(id))
    })?;
    let table = rows_api::table(project, call)?;
    let row = written.first().map(|each| &each.row);
    let row = row.or_else(|| table.rows.get(id));
    let body = match row {
        Some(row) => answer(row, table, call),
        // Only empty values were given, and so nothing was made.
        None => shown(Map::new(), call.param("database"), call.param("table")),
    };
    happened(project, call, ("upsert", id), &body);
    Ok((200, body))
}

/// The permissions of the row that is there, else those of a new one.
fn inherited(
    project: &mut Project,
    call: &Call,
    transaction: Option<&str>,
) -> Result<Vec<String>, Refusal> {
    let id = call.param("row");
    let old = match transaction {
        Some(transaction) => view::seen(project, call, transaction, id)?,
        None => {
            let table = rows_api::table(project, call)?;
            table.rows.get(id).map(|row| row.document(table))
        }
    };
    let Some(old) = old else {
        let own = call.who.user().map(permission::all_of);
        return Ok(own.unwrap_or_default());
    };
    let items = old.get("$permissions").and_then(Value::as_array);
    let texts = items.into_iter().flatten().filter_map(Value::as_str);
    Ok(texts.map(str::to_owned).collect())
}
