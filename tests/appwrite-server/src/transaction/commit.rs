//! Commits: the staged writes in their order, all or nothing.

use std::collections::HashMap;
use std::sync::Arc;

use serde_json::{Map, Value};

use crate::call::Call;
use crate::event::Event;
use crate::fault::{Fault, Found};
use crate::operator;
use crate::project::Project;
use crate::query::{self, Plan};
use crate::row::{Field, Fields, Row, plain, text};
use crate::rows_api::{atomically, list::readable, step::number};
use crate::transaction::state::{Document, State, matches};
use crate::transaction::{Staged, deadlock, found};
use crate::version::Version;
use crate::write::{
    Act, Step, Upserted, create, delete, delete_many, increase, update, update_many, upsert,
};

/// Commits the transaction of the request, which is pending. It isn't afterwards, except on 1.8 after a fault that the
/// commit doesn't catch.
pub fn commit(project: &mut Project, call: &Call) -> Result<(), crate::refusal::Refusal> {
    let (id, now) = (call.param("transaction"), call.now);
    let transaction = found(project, call, id)?;
    let mut staged = transaction.staged.clone();
    if staged.is_empty() {
        transaction.become_("committed", now);
        return Ok(());
    }
    transaction.become_("committing", now);
    let mut at = String::new();
    let done = atomically(project, |project| {
        if project.conflicts > 0 {
            project.conflicts -= 1;
            return Err(Fault::Conflict);
        }
        let deadlock = deadlock::met(project, &staged)?;
        let mut states = States::new();
        for (number, each) in staged.iter_mut().enumerate() {
            if deadlock == Some(number) {
                // The operations before are rolled back, and only this one is tried again.
                deadlock::roll_back(project);
            }
            at = each.row.clone().unwrap_or_default();
            one(project, call, each, &mut states)?;
        }
        Ok(())
    });
    let transaction = found(project, call, id)?;
    match done {
        Ok(()) => transaction.become_("committed", now),
        Err(fault) => {
            let (refusal, failed) = fault.of_commit(&at);
            match (failed, call.version) {
                (true, _) => transaction.become_("failed", now),
                (false, Version::V1_8) => transaction.become_("pending", now),
                (false, _) => {}
            }
            return Err(refusal);
        }
    }
    for each in &staged {
        tell(project, call, each);
    }
    Ok(())
}

/// The rows that were touched, by database and table.
type States = HashMap<(String, String), State>;

/// One operation on its table.
struct Work<'a> {
    act: Act<'a>,
    state: &'a mut State,
    staged: &'a mut Staged,
    options: crate::Options,
}

fn one(project: &mut Project, call: &Call, staged: &mut Staged, states: &mut States) -> Found<()> {
    let options = project.options;
    let place = (staged.database.clone(), staged.table.clone());
    let state = states.entry(place).or_default();
    let table = project
        .table(&staged.database, &staged.table)
        .map_err(|_| {
            // The real server loses its way with a table that is gone.
            Fault::Server
        })?;
    let (who, now) = (&call.who, call.now);
    let act = Act {
        table,
        who,
        now,
        since: None,
        dates: false,
    };
    let mut work = Work {
        act,
        state,
        staged,
        options,
    };
    match work.staged.action.as_str() {
        "create" => work.create(),
        "update" => work.update(),
        "upsert" => work.upsert(),
        "delete" => work.delete(),
        "increment" => work.step(true),
        "decrement" => work.step(false),
        "bulkCreate" => work.create_many(),
        "bulkUpdate" => work.update_many(),
        "bulkUpsert" => work.upsert_many(),
        _ => work.delete_many(),
    }
}

fn object(value: &Value) -> Map<String, Value> {
    value.as_object().cloned().unwrap_or_default()
}

fn fields(value: &Value) -> Found<Fields> {
    Ok(operator::parse(object(value))?)
}

impl Work<'_> {
    fn id(&self) -> String {
        self.staged.row.clone().unwrap_or_default()
    }

    /// Whether a row was touched before in this transaction. Rows that weren't must not have changed since the operation was staged.
    fn looks_at(&mut self, id: &str) {
        let touched = self.state.contains_key(id);
        self.act.since = (!touched).then_some(self.staged.at);
    }

    fn keep(&mut self, row: &Arc<Row>) {
        let document = row.document(self.act.table);
        self.state.insert(row.id.clone(), document);
    }

    fn create(&mut self) -> Found<()> {
        let mut fields = fields(&self.staged.data)?;
        if fields.get("$id").is_none_or(Field::is_null) {
            let id = Value::from(self.id());
            fields.insert("$id".to_owned(), Field::Value(id));
        }
        grammar(&fields)?;
        let row = create(&mut self.act, fields)?;
        self.keep(&row);
        Ok(())
    }

    fn update(&mut self) -> Found<()> {
        let id = self.id();
        self.looks_at(&id);
        let touched = self.act.since.is_none();
        match update(&mut self.act, &id, fields(&self.staged.data)?)? {
            Some(row) => self.keep(&row),
            None if touched => drop(self.state.insert(id, Document::new())),
            None => return Err(Fault::Missing),
        }
        Ok(())
    }

    /// Without `$id` in its data, an upsert is of a row that isn't there yet: the operation's row id isn't looked at.
    fn upsert(&mut self) -> Found<()> {
        let (id, mut fields) = (self.id(), fields(&self.staged.data)?);
        self.looks_at(&id);
        if let Some(document) = self.state.get(&id) {
            let mut all = plain(document.clone());
            fields.remove("$id");
            all.extend(fields);
            fields = all;
        }
        let row_id = text(&fields, "$id").to_owned();
        let written = upsert(&mut self.act, vec![fields])?;
        let row = written.first().map(|each| each.row.clone());
        match row.or_else(|| self.act.table.rows.get(&row_id).cloned()) {
            Some(row) => self.keep(&row),
            None => drop(self.state.insert(String::new(), Document::new())),
        }
        Ok(())
    }

    fn delete(&mut self) -> Found<()> {
        let id = self.id();
        self.looks_at(&id);
        let touched = self.act.since.is_none();
        match delete(&mut self.act, &id)? {
            Some(row) => self.staged.data = row.document(self.act.table).into(),
            None if touched => {}
            None => return Err(Fault::Missing),
        }
        self.state.remove(&id);
        Ok(())
    }

    /// Steps look at no timestamp, and neither do later operations on the same row.
    fn step(&mut self, up: bool) -> Found<()> {
        let data = object(&self.staged.data);
        let column = data.get("column").or_else(|| data.get("attribute"));
        let column = column.and_then(Value::as_str).unwrap_or_default();
        let wrong = |()| Fault::Server;
        let of = |name: &str| number(data.get(name)).map_err(wrong);
        let step = Step {
            up,
            value: of("value")?.unwrap_or_else(|| 1.into()),
            bound: of(if up { "max" } else { "min" })?,
        };
        let id = self.id();
        let document = increase(&mut self.act, &id, column, &step)?;
        self.state.insert(id, document);
        Ok(())
    }

    fn many(&self) -> Found<Vec<Fields>> {
        let rows = self.staged.data.as_array().into_iter().flatten();
        rows.map(fields).collect()
    }

    fn create_many(&mut self) -> Found<()> {
        // A value that looks like an operator is stored as it is.
        let rows: Vec<Value> = self.staged.data.as_array().cloned().unwrap_or_default();
        for data in rows {
            let row = create(&mut self.act, plain(object(&data)))?;
            self.keep(&row);
        }
        Ok(())
    }

    fn plan(&self) -> Found<Plan> {
        let texts = self.staged.data["queries"].as_array().into_iter().flatten();
        let texts = texts.map(|text| text.as_str().map(str::to_owned));
        let texts: Option<Vec<String>> = texts.collect();
        let texts = texts.ok_or(Fault::Server)?;
        let queries = query::parse_all(&texts)?;
        query::check(self.act.table, &queries)?;
        Ok(query::plan(queries, self.act.table))
    }

    fn unchanged(&self, old: &Row) -> Found<()> {
        match !self.state.contains_key(&old.id) && old.updated > self.staged.at {
            true => Err(Fault::Conflict),
            false => Ok(()),
        }
    }

    fn update_many(&mut self) -> Found<()> {
        let plan = self.plan()?;
        let data = object(&self.staged.data["data"]);
        let updates = operator::parse(data.clone())?;
        let operators = updates
            .values()
            .any(|each| matches!(each, Field::Operator(_)));
        if operators && !self.state.is_empty() {
            return Err(Fault::unlike(
                "operators on many rows, of which some were touched before",
            ));
        }
        for document in self.state.values_mut() {
            if matches(document, &plan.filters) {
                document.extend(data.clone().into_iter().filter(|(key, _)| key != "$id"));
            }
        }
        let changed = update_many(&mut self.act, updates, &plan, self.options)?;
        let mut again = Vec::new();
        for Upserted { row, old } in changed {
            match self.state.get(&row.id) {
                Some(document) => again.push(plain(document.clone())),
                None => {
                    old.map_or(Ok(()), |old| self.unchanged(&old))?;
                    self.keep(&row);
                }
            }
        }
        for Upserted { row, .. } in upsert(&mut self.act, again)? {
            self.keep(&row);
        }
        Ok(())
    }

    fn upsert_many(&mut self) -> Found<()> {
        let mut all = Vec::new();
        for fields in self.many()? {
            let id = text(&fields, "$id").to_owned();
            // Rows without an id are left out.
            if id.is_empty() {
                continue;
            }
            let mut merged = self.state.get(&id).cloned().map(plain).unwrap_or_default();
            merged.extend(fields);
            all.push(merged);
        }
        for Upserted { row, old } in upsert(&mut self.act, all)? {
            old.map_or(Ok(()), |old| self.unchanged(&old))?;
            self.keep(&row);
        }
        Ok(())
    }

    fn delete_many(&mut self) -> Found<()> {
        let plan = self.plan()?;
        for row in delete_many(&mut self.act, &plan, self.options)? {
            self.unchanged(&row)?;
            self.state.remove(&row.id);
        }
        self.state
            .retain(|_, document| !matches(document, &plan.filters));
        Ok(())
    }
}

/// A single new row's permissions are looked at. The real server doesn't catch the error when they are wrong.
fn grammar(fields: &Fields) -> Found<()> {
    let permissions = crate::row::texts(fields, "$permissions").unwrap_or_default();
    match crate::permission::in_data(&permissions) {
        Ok(()) => Ok(()),
        Err(_) => Err(Fault::Server),
    }
}

/// Tells of an operation that was committed: with the row as it is now, if the caller may read it. Many at once tell nothing.
fn tell(project: &mut Project, call: &Call, staged: &Staged) {
    let what = match staged.action.as_str() {
        "create" => "create",
        "update" | "increment" | "decrement" | "upsert" => "update",
        "delete" => "delete",
        _ => return,
    };
    let of_data = staged.data.get("$id").and_then(Value::as_str);
    let id = staged.row.clone().or_else(|| of_data.map(str::to_owned));
    let id = id.unwrap_or_default();
    let Ok(table) = project.table(&staged.database, &staged.table) else {
        return;
    };
    let document = match what {
        "delete" => Some(object(&staged.data)).filter(|data| !data.is_empty()),
        _ => {
            let row = table.rows.get(&id);
            let row = row.filter(|row| readable(table, row, call));
            row.map(|row| row.document(table))
        }
    };
    let Some(mut payload) = document else { return };
    let (database, table) = (&staged.database, &staged.table);
    payload.insert("$tableId".to_owned(), table.clone().into());
    payload.insert("$collectionId".to_owned(), table.clone().into());
    let name = format!("databases.{database}.tables.{table}.rows.{id}.{what}");
    let payload = payload.into();
    project.happened(Event { name, payload }, &call.who);
}
