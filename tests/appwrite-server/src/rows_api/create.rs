//! `POST …/rows`: one row, or many.

use serde_json::{Map, Value, json};

use crate::call::Call;
use crate::check;
use crate::permission;
use crate::project::Project;
use crate::refusal::{Answered, Refusal};
use crate::row::plain;
use crate::rows_api::{self, act, answer, atomically, data, happened, many, mock, of, writable};
use crate::transaction::stage::{self, Staging};
use crate::write::{create as make, unique};

pub fn create(project: &mut Project, call: &Call) -> Answered {
    let (one, all) = (data(call.body.get("data"), "data")?, many(call)?);
    let id = id(call)?;
    let permissions = rows_api::permissions(call)?;
    let missing = |why: &str| Err(Refusal::new(400, "row_missing_data", why));
    let wrong = |why: &str| Err(Refusal::bad(why));
    match (one.is_empty(), all.is_empty(), &id) {
        (true, true, _) => missing("The row data is missing. Try again with row data populated."),
        (false, false, _) => wrong("You can only send one of the following parameters: data, rows"),
        (false, _, None) => missing("Row ID is required when creating a single row."),
        (true, _, Some(_)) => wrong(
            "Param \"rowId\" is not allowed when creating multiple rows, set \"$id\" on each instead.",
        ),
        (true, _, None) if permissions.as_ref().is_some_and(|all| !all.is_empty()) => wrong(
            "Param \"permissions\" is disallowed when creating multiple rows, set \"$permissions\" on each instead",
        ),
        (true, _, None) => create_many(project, call, all),
        (false, _, Some(id)) => create_one(project, call, (id, one), permissions),
    }
}

fn id(call: &Call) -> Result<Option<String>, Refusal> {
    match call.body.get("rowId") {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(id)) if id.is_empty() => Ok(None),
        Some(value) => {
            let id = value.as_str().unwrap_or_default();
            if id != "unique()" {
                check::id("rowId", id)?;
            }
            Ok(Some(id.to_owned()))
        }
    }
}

/// A row as it will be written: with its id, its permissions, and nothing that can't be set.
fn ready(
    call: &Call,
    mut data: Map<String, Value>,
    id: &str,
    permissions: Option<Vec<String>>,
) -> Result<Map<String, Value>, Refusal> {
    let id = match id {
        "unique()" => unique(call.now),
        id => id.to_owned(),
    };
    writable(&mut data, call.who.is_key());
    let own = || call.who.user().map_or_else(Vec::new, permission::all_of);
    let permissions = permissions.unwrap_or_else(own);
    permission::own(&permissions, &call.who)?;
    data.insert("$id".to_owned(), id.into());
    data.insert("$permissions".to_owned(), permissions.into());
    Ok(data)
}

fn may_create(project: &mut Project, call: &Call) -> Result<(), Refusal> {
    let table = rows_api::table(project, call)?;
    match permission::allows(&table.permissions, "create", &call.who) {
        true => Ok(()),
        false => Err(Refusal::unauthorized()),
    }
}

fn create_one(
    project: &mut Project,
    call: &Call,
    (id, data): (&str, Map<String, Value>),
    permissions: Option<Vec<String>>,
) -> Answered {
    rows_api::table(project, call)?;
    let data = ready(call, data, id, permissions)?;
    may_create(project, call)?;
    if let Some(transaction) = rows_api::transaction(call)? {
        let staged = stage::of_row(call, Some(id), "create", data.clone().into());
        stage::stage(project, call, &transaction, staged, Staging::Row)?;
        return Ok((201, mock(data, id, call)));
    }
    let row = atomically(project, |project| {
        let mut act = act(project, call)?;
        make(&mut act, plain(data)).map_err(of(id))
    })?;
    let body = answer(&row, rows_api::table(project, call)?, call);
    happened(project, call, ("create", &row.id), &body);
    Ok((201, body))
}

fn create_many(project: &mut Project, call: &Call, all: Vec<Map<String, Value>>) -> Answered {
    if !call.who.is_key() {
        return Err(Refusal::new(
            401,
            "general_unauthorized_scope",
            "The current user or API key does not have the required scopes to access the requested resource.",
        ));
    }
    rows_api::table(project, call)?;
    let mut rows = Vec::new();
    for data in all {
        let id = match data.get("$id") {
            None | Some(Value::Null) => "unique()".to_owned(),
            Some(id) => id.as_str().unwrap_or_default().to_owned(),
        };
        if id != "unique()" && !check::is_id(&id) {
            let why = "Parameter must contain at most 36 chars. Valid chars are a-z, A-Z, 0-9, period, hyphen, and underscore. Can't start with a special char";
            return Err(Refusal::bad(why));
        }
        let permissions = in_data(&data)?;
        rows.push(ready(call, data, &id, permissions)?);
    }
    let total = rows.len();
    if let Some(transaction) = rows_api::transaction(call)? {
        let staged = stage::of_row(call, None, "bulkCreate", rows.into());
        stage::stage(project, call, &transaction, staged, Staging::Row)?;
        return Ok((200, json!({"total": total, "rows": []})));
    }
    let made = atomically(project, |project| {
        let mut act = act(project, call)?;
        let made = rows.into_iter().map(|row| make(&mut act, plain(row)));
        made.collect::<Result<Vec<_>, _>>().map_err(of(""))
    })?;
    let table = rows_api::table(project, call)?;
    let bodies: Vec<Value> = made.iter().map(|row| answer(row, table, call)).collect();
    for (row, body) in made.iter().zip(&bodies) {
        happened(project, call, ("create", &row.id), body);
    }
    Ok((201, json!({"total": total, "rows": bodies})))
}

fn in_data(data: &Map<String, Value>) -> Result<Option<Vec<String>>, Refusal> {
    let Some(Value::Array(items)) = data.get("$permissions") else {
        return Ok(None);
    };
    let texts = items.iter().map(|item| item.as_str().map(str::to_owned));
    let texts: Option<Vec<String>> = texts.collect();
    let permissions =
        texts.ok_or_else(|| Refusal::bad("Every permission must be of type string."))?;
    permission::in_data(&permissions)?;
    Ok(Some(permission::aggregate(permissions)))
}
