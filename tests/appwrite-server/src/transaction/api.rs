//! The routes of transactions.

use std::collections::{HashMap, HashSet};

use serde_json::{Map, Value, json};

use crate::call::Call;
use crate::check;
use crate::permission::{self, allows};
use crate::project::{Project, page};
use crate::refusal::{Answered, Refusal};
use crate::transaction::stage::{Staging, room};
use crate::transaction::{Staged, Transaction, commit, found, not_ready, operation, view};
use crate::write::unique;

pub fn create(project: &mut Project, call: &Call) -> Answered {
    let ttl = call.integer("ttl")?.unwrap_or(300);
    if !(60..=3600).contains(&ttl) {
        let why = "Value must be a valid range between 60 and 3,600";
        return Err(Refusal::argument("ttl", why));
    }
    let transaction = Transaction {
        id: unique(call.now),
        status: "pending",
        created: call.now,
        updated: call.now,
        expires: call.now.plus(ttl),
        owner: call.who.user().map(str::to_owned),
        staged: Vec::new(),
    };
    let made = transaction.json();
    project.transactions.push(transaction);
    Ok((201, made))
}

pub fn list(project: &mut Project, call: &Call) -> Answered {
    let all = project.transactions.iter().filter(|each| each.is_of(call));
    page(
        "transactions",
        all.map(Transaction::json).collect(),
        call.page()?,
    )
}

pub fn get(project: &mut Project, call: &Call) -> Answered {
    Ok((200, found(project, call, call.param("transaction"))?.json()))
}

pub fn delete(project: &mut Project, call: &Call) -> Answered {
    let id = call.param("transaction");
    found(project, call, id)?;
    project.transactions.retain(|each| each.id != id);
    Ok((204, Value::Null))
}

pub fn update(project: &mut Project, call: &Call) -> Answered {
    let (commits, rolls_back) = (call.flag("commit", false)?, call.flag("rollback", false)?);
    if commits == rolls_back {
        return Err(Refusal::bad(match commits {
            false => "Either commit or rollback must be true",
            true => "Cannot commit and rollback at the same time",
        }));
    }
    let transaction = found(project, call, call.param("transaction"))?;
    if transaction.status != "pending" {
        return Err(not_ready());
    }
    transaction.is_open(call.now)?;
    match commits {
        true => commit::commit(project, call)?,
        false => transaction.become_("failed", call.now),
    }
    Ok((200, found(project, call, call.param("transaction"))?.json()))
}

pub fn operations(project: &mut Project, call: &Call) -> Answered {
    let operations = match call.body.get("operations") {
        None | Some(Value::Null) => Vec::new(),
        Some(Value::Array(operations)) => operations.clone(),
        Some(_) => return Err(Refusal::argument("operations", "Value must a valid array")),
    };
    for each in &operations {
        operation::check(each).map_err(|why| {
            let why = format!("Value must a valid array and {why}");
            Refusal::argument("operations", &why)
        })?;
    }
    if operations.is_empty() {
        return Err(Refusal::bad("Operations array cannot be empty"));
    }
    let id = call.param("transaction");
    check::id("transactionId", id)?;
    room(
        found(project, call, id)?,
        call,
        Staging::Operations,
        operations.len(),
    )?;
    let mut staged: Vec<Staged> = Vec::new();
    let mut seen = Seen::default();
    for each in &operations {
        staged.push(stage(project, call, each, &mut seen)?);
    }
    let transaction = found(project, call, id)?;
    transaction.staged.extend(staged);
    transaction.updated = call.now;
    Ok((201, transaction.json()))
}

/// Tables and new rows that the operations of one request have named so far.
#[derive(Default)]
struct Seen {
    /// The database of each table: the real route keeps tables by their id alone, and mixes up two of the same.
    tables: HashMap<String, String>,
    made: HashSet<Key>,
}

fn stage(
    project: &mut Project,
    call: &Call,
    operation: &Value,
    seen: &mut Seen,
) -> Result<Staged, Refusal> {
    let text = |name: &str| operation[name].as_str().unwrap_or_default().to_owned();
    let (database, table, action) = (text("databaseId"), text("tableId"), text("action"));
    let row = operation["rowId"].as_str().map(str::to_owned);
    if action.starts_with("bulk") && !call.who.is_key() {
        return Err(Refusal::unauthorized());
    }
    enabled(project, call, &database, &table)?;
    let before = seen
        .tables
        .entry(table.clone())
        .or_insert_with(|| database.clone());
    if *before != database {
        return Err(Refusal::new(
            501,
            "general_not_implemented",
            "The tests' server doesn't do this: tables of the same id in two databases, in one request",
        ));
    }
    let place = (database.clone(), table.clone());
    let key = (
        database.clone(),
        table.clone(),
        row.clone().unwrap_or_default(),
    );
    let existing = existing(project, call, &key, &action, seen)?;
    let data = &operation["data"];
    if !action.starts_with("bulk") {
        allowed(project, call, &place, &action, existing.as_ref())?;
        if let Some(Value::Array(items)) = data.get("$permissions") {
            let items = items.iter().filter_map(Value::as_str);
            let items: Vec<String> = items.map(str::to_owned).collect();
            permission::own(&items, &call.who)?;
        }
    }
    if action == "create" {
        seen.made.insert(key);
    }
    let data = if data.is_null() {
        json!([])
    } else {
        data.clone()
    };
    let at = call.now;
    Ok(Staged {
        database,
        table,
        row,
        action,
        data,
        at,
    })
}

type Key = (String, String, String);

/// The row that an operation needs, as the transaction sees it; none for one that makes its own.
fn existing(
    project: &mut Project,
    call: &Call,
    key: &Key,
    action: &str,
    seen: &Seen,
) -> Result<Option<Map<String, Value>>, Refusal> {
    let needs = ["update", "delete", "upsert", "increment", "decrement"];
    if !needs.contains(&action) {
        return Ok(None);
    }
    let (place, id) = ((key.0.clone(), key.1.clone()), &key.2);
    let document = view::document(project, call, call.param("transaction"), &place, id);
    if document.is_none() && !seen.made.contains(key) && action != "upsert" {
        return Err(Refusal::not_found("document", id));
    }
    Ok(document)
}

fn enabled(project: &mut Project, call: &Call, database: &str, table: &str) -> Result<(), Refusal> {
    let key = call.who.is_key();
    if !project
        .database(database)
        .is_ok_and(|found| found.enabled || key)
    {
        return Err(Refusal::not_found("database", database));
    }
    if !project
        .table(database, table)
        .is_ok_and(|found| found.enabled || key)
    {
        return Err(Refusal::not_found("collection", table));
    }
    Ok(())
}

/// Whether a user may do this with a row: creating is up to the table alone.
fn allowed(
    project: &mut Project,
    call: &Call,
    (database, table): &(String, String),
    action: &str,
    row: Option<&Map<String, Value>>,
) -> Result<(), Refusal> {
    let action = match (action, row) {
        ("create", _) | ("upsert", None) => "create",
        ("delete", _) => "delete",
        _ => "update",
    };
    let table = project.table(database, table)?;
    let of_row = row.and_then(|row| row.get("$permissions")?.as_array());
    let of_row = of_row.into_iter().flatten().filter_map(Value::as_str);
    let of_row: Vec<String> = of_row.map(str::to_owned).collect();
    let by_row = || action != "create" && table.row_security && allows(&of_row, action, &call.who);
    match allows(&table.permissions, action, &call.who) || by_row() {
        true => Ok(()),
        false => Err(Refusal::unauthorized()),
    }
}
