//! `DELETE …/rows/{row}`.

use serde_json::{Value, json};

use crate::call::Call;
use crate::project::Project;
use crate::refusal::{Answered, Refusal};
use crate::rows_api::{self, act, answer, atomically, happened, of};
use crate::transaction::stage::{self, Staging};
use crate::transaction::view;
use crate::write::delete as remove;

pub fn delete(project: &mut Project, call: &Call) -> Answered {
    let (id, since) = (call.param("row"), call.since()?);
    rows_api::table(project, call)?;
    let missing = || Refusal::not_found("row", id);
    if let Some(transaction) = rows_api::transaction(call)? {
        view::seen(project, call, &transaction, id)?.ok_or_else(missing)?;
        let staged = stage::of_row(call, Some(id), "delete", json!([]));
        stage::stage(project, call, &transaction, staged, Staging::Row)?;
        return Ok((204, Value::Null));
    }
    let row = atomically(project, |project| {
        let mut act = act(project, call)?;
        act.since = since;
        remove(&mut act, id).map_err(of(id))
    })?;
    let row = row.ok_or_else(missing)?;
    let body = answer(&row, rows_api::table(project, call)?, call);
    happened(project, call, ("delete", &row.id), &body);
    Ok((204, Value::Null))
}
