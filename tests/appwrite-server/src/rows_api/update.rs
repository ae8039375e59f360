//! `PATCH …/rows/{row}`.

use serde_json::Value;

use crate::call::Call;
use crate::operator;
use crate::permission;
use crate::project::Project;
use crate::refusal::{Answered, Refusal};
use crate::rows_api::{self, act, answer, atomically, data, happened, mock, of, writable};
use crate::transaction::stage::{self, Staging};
use crate::transaction::view;
use crate::write::update as change;

pub fn update(project: &mut Project, call: &Call) -> Answered {
    let id = call.param("row");
    let mut data = data(call.body.get("data"), "data")?;
    let (permissions, since) = (rows_api::permissions(call)?, call.since()?);
    if data.is_empty() && permissions.is_none() {
        return Err(missing_payload());
    }
    rows_api::table(project, call)?;
    let transaction = rows_api::transaction(call)?;
    let old = match &transaction {
        Some(transaction) => view::seen(project, call, transaction, id)?,
        None => {
            // Operators are read before the row is.
            operator::parse(data.clone())?;
            let table = rows_api::table(project, call)?;
            table.rows.get(id).map(|row| row.document(table))
        }
    };
    let old = old.ok_or_else(|| Refusal::not_found("row", id))?;
    if let Some(permissions) = &permissions {
        permission::own(permissions, &call.who)?;
    }
    let permissions = match permissions {
        Some(permissions) => permissions.into(),
        None => old
            .get("$permissions")
            .cloned()
            .unwrap_or_else(|| Value::Array(Vec::new())),
    };
    data.insert("$id".to_owned(), id.into());
    data.insert("$permissions".to_owned(), permissions);
    writable(&mut data, call.who.is_key());
    if let Some(transaction) = transaction {
        let staged = stage::of_row(call, Some(id), "update", data.clone().into());
        stage::stage(project, call, &transaction, staged, Staging::Row)?;
        let mut all = old;
        all.extend(data);
        return Ok((200, mock(all, id, call)));
    }
    // The name in the path may differ in case from the row's own.
    data.remove("$id");
    let fields = operator::parse(data)?;
    let row = atomically(project, |project| {
        let mut act = act(project, call)?;
        act.since = since;
        change(&mut act, id, fields).map_err(of(id))
    })?;
    let row = row.ok_or_else(|| Refusal::not_found("row", id))?;
    let body = answer(&row, rows_api::table(project, call)?, call);
    happened(project, call, ("update", &row.id), &body);
    Ok((200, body))
}

pub fn missing_payload() -> Refusal {
    let message = "The row data and permissions are missing. You must provide either row data or permissions to be updated.";
    Refusal::new(400, "row_missing_payload", message)
}
