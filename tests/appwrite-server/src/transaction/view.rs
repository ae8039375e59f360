//! Rows as they would be, for reads that name a transaction. Replayed as the real server replays it, with its blind
//! spots: steps of numbers aren't seen (it looks for them under another name), and pages aren't sorted again.

use serde_json::{Map, Value};

use crate::call::Call;
use crate::project::Project;
use crate::query::{self, Plan, Query};
use crate::refusal::Refusal;
use crate::transaction::Staged;
use crate::transaction::state::{Document, matches};

/// The changes of a transaction to the rows of one table, in the order that it touched them.
#[derive(Default)]
pub struct View(Vec<(String, Entry)>);

struct Entry {
    /// `create`, `update` or `upsert`; none when the row is gone.
    action: Option<&'static str>,
    document: Document,
}

/// The view of a table by a request, whose query or body names the transaction. None is seen of one that isn't pending.
pub fn of(project: &Project, call: &Call, id: &str) -> View {
    let place = (call.param("database"), call.param("table"));
    replayed(project, id, place)
}

fn replayed(project: &Project, id: &str, (database, table): (&str, &str)) -> View {
    let mut transactions = project.transactions.iter();
    let found = transactions.find(|each| each.id == id && each.status == "pending");
    let mut view = View::default();
    for staged in found.iter().flat_map(|each| &each.staged) {
        if staged.database == database && staged.table == table {
            view.take(staged);
        }
    }
    view
}

/// The row of a request as the transaction sees it, if the caller may read it.
pub fn seen(
    project: &mut Project,
    call: &Call,
    id: &str,
    row: &str,
) -> Result<Option<Document>, Refusal> {
    let place = (
        call.param("database").to_owned(),
        call.param("table").to_owned(),
    );
    Ok(document(project, call, id, &place, row))
}

/// The same for any table.
pub fn document(
    project: &mut Project,
    call: &Call,
    id: &str,
    (database, table): &(String, String),
    row: &str,
) -> Option<Document> {
    let view = replayed(project, id, (database, table));
    let table = project.table(database, table).ok()?;
    let kept = table.rows.get(row);
    let kept = kept.filter(|row| crate::rows_api::list::readable(table, row, call));
    let kept = kept.map(|row| row.document(table));
    view.one(row, kept, &Plan::default())
}

fn object(value: &Value) -> Document {
    value.as_object().cloned().unwrap_or_default()
}

fn merge(into: &mut Document, from: Document) {
    into.extend(from.into_iter().filter(|(key, _)| key != "$id"));
}

fn filters(data: &Value) -> Vec<Query> {
    let texts = data["queries"].as_array().into_iter().flatten();
    let texts: Vec<String> = texts.filter_map(Value::as_str).map(str::to_owned).collect();
    let queries = query::parse_all(&texts).unwrap_or_default();
    queries.into_iter().filter(Query::is_filter).collect()
}

impl View {
    fn entry(&mut self, id: &str) -> Option<&mut Entry> {
        let mut all = self.0.iter_mut();
        all.find(|(each, _)| each == id).map(|(_, entry)| entry)
    }

    fn set(&mut self, id: &str, action: Option<&'static str>, document: Document) {
        let entry = Entry { action, document };
        match self.entry(id) {
            Some(old) => *old = entry,
            None => self.0.push((id.to_owned(), entry)),
        }
    }

    fn take(&mut self, staged: &Staged) {
        let mut data = object(&staged.data);
        let of_data = data.get("$id").and_then(Value::as_str);
        let id = staged.row.clone().or_else(|| of_data.map(str::to_owned));
        let id = id.unwrap_or_default();
        match staged.action.as_str() {
            "create" if !id.is_empty() => {
                data.entry("$id").or_insert_with(|| id.clone().into());
                self.set(&id, Some("create"), data);
            }
            "update" => match self.entry(&id) {
                Some(entry) if entry.action.is_some() => merge(&mut entry.document, data),
                _ => self.set(&id, Some("update"), data),
            },
            "upsert" if !id.is_empty() => self.set(&id, Some("upsert"), data),
            "delete" => self.set(&id, None, Map::new()),
            "bulkCreate" | "bulkUpsert" => {
                for data in staged.data.as_array().into_iter().flatten() {
                    self.take_one(&staged.action, object(data));
                }
            }
            "bulkUpdate" => {
                let filters = filters(&staged.data);
                for (_, entry) in &mut self.0 {
                    if entry.action.is_some() && matches(&entry.document, &filters) {
                        merge(&mut entry.document, object(&staged.data["data"]));
                    }
                }
            }
            "bulkDelete" => {
                let filters = filters(&staged.data);
                for (_, entry) in &mut self.0 {
                    if entry.action.is_some() && matches(&entry.document, &filters) {
                        entry.action = None;
                    }
                }
            }
            _ => {}
        }
    }

    fn take_one(&mut self, action: &str, data: Document) {
        let id = data.get("$id").and_then(Value::as_str).unwrap_or_default();
        let id = id.to_owned();
        match (action, self.entry(&id)) {
            ("bulkCreate", _) => self.set(&id, Some("create"), data),
            (_, Some(entry)) => merge(&mut entry.document, data),
            (_, None) if !id.is_empty() => self.set(&id, Some("upsert"), data),
            _ => {}
        }
    }

    /// A row with the transaction's changes to it.
    pub fn one(&self, id: &str, kept: Option<Document>, plan: &Plan) -> Option<Document> {
        let entry = self.0.iter().find(|(each, _)| each == id);
        match (entry.map(|(_, entry)| entry), kept) {
            (Some(Entry { action: None, .. }), _) => None,
            (Some(entry), None) if entry.action == Some("update") => None,
            (Some(entry), Some(mut kept)) if entry.action != Some("create") => {
                merge(&mut kept, entry.document.clone());
                Some(projected(kept, plan))
            }
            (Some(entry), _) => Some(projected(entry.document.clone(), plan)),
            (None, kept) => kept,
        }
    }

    /// A page with the transaction's changes to it: rows that it makes come last, in any order that was asked for.
    pub fn list(&self, page: Vec<Document>, plan: &Plan) -> Vec<Document> {
        let id_of = |row: &Document| row["$id"].as_str().unwrap_or_default().to_owned();
        let ids: Vec<String> = page.iter().map(id_of).collect();
        let rows = page.into_iter().zip(&ids);
        let rows = rows.filter_map(|(row, id)| self.one(id, Some(row), plan));
        let new = self.0.iter().filter(|(id, entry)| {
            let made = ["create", "upsert"].map(Some).contains(&entry.action);
            made && !ids.contains(id)
        });
        let new = new.map(|(_, entry)| projected(entry.document.clone(), plan));
        rows.chain(new).collect()
    }

    /// The total with the transaction's changes to it.
    pub fn total(&self, base: usize, page: &[Document], plan: &Plan) -> usize {
        let mut total = i64::try_from(base).unwrap_or(i64::MAX);
        for (id, entry) in &self.0 {
            let was = page.iter().any(|row| row["$id"] == **id);
            let is = matches(&entry.document, &plan.filters);
            match entry.action {
                None if was => total -= 1,
                Some("create") if is => total += 1,
                Some("upsert") if !was && is => total += 1,
                Some("update" | "upsert") if was && !is => total -= 1,
                _ => {}
            }
        }
        usize::try_from(total).unwrap_or_default()
    }
}

/// Only the selected columns, beside the server's own.
fn projected(mut document: Document, plan: &Plan) -> Document {
    let all = plan.selects.is_empty() || plan.selects.iter().any(|column| column == "*");
    if !all {
        let own = ["$id", "$createdAt", "$updatedAt", "$permissions"];
        document.retain(|key, _| own.contains(&key.as_str()) || plan.selects.contains(key));
    }
    document
}
