//! Indexes.

use serde_json::{Value, json};

use crate::call::Call;
use crate::check;
use crate::project::{Project, page};
use crate::refusal::{Answered, Refusal};
use crate::table::Table;

/// Indexes of a table, without the 6 of the server's own.
const INDEXES: usize = 58;
/// Characters that an index may have in all.
const LENGTH: u64 = 768;

/// An index.
pub struct Index {
    pub key: String,
    pub kind: String,
    pub columns: Vec<String>,
    orders: Vec<String>,
    /// How often it is still to be seen in the making.
    pub looks: u32,
    /// Whether it couldn't be made, as rows are in its way.
    failed: bool,
}

impl Index {
    pub fn look(&mut self) -> Value {
        let status = match crate::column::status(&mut self.looks) {
            "available" if self.failed => "failed",
            status => status,
        };
        json!({
            "key": self.key, "type": self.kind, "status": status, "error": "",
            "columns": self.columns, "orders": self.orders, "lengths": [],
        })
    }

    pub fn is_of(&self, column: &str) -> bool {
        self.columns.iter().any(|key| key == column)
    }
}

pub fn list(project: &mut Project, call: &Call) -> Answered {
    let table = project.table(call.param("database"), call.param("table"))?;
    page(
        "indexes",
        table.indexes.iter_mut().map(Index::look).collect(),
        call.page()?,
    )
}

pub fn create(project: &mut Project, call: &Call) -> Answered {
    let looks = project.options.looks_until_available;
    let key = call.text("key")?;
    check::id("key", key)?;
    let kind = call.text("type")?;
    if !["key", "unique", "fulltext", "spatial"].contains(&kind) {
        return Err(Refusal::argument(
            "type",
            "Value must be one of (key, fulltext, unique, spatial)",
        ));
    }
    let columns = match call.texts("columns")? {
        Some(columns) => columns,
        None => call.texts("attributes")?.unwrap_or_default(),
    };
    if !(1..=100).contains(&columns.len()) {
        return Err(Refusal::argument(
            "columns",
            "Value must have 1 to 100 items",
        ));
    }
    let orders = call.texts("orders")?.unwrap_or_default();
    if orders.iter().any(|order| order != "ASC" && order != "DESC") {
        return Err(Refusal::argument(
            "orders",
            "Value must be one of (ASC, DESC)",
        ));
    }
    let table = project.table(call.param("database"), call.param("table"))?;
    fits(table, (key, kind), &columns).map_err(|refusal| named(refusal, call))?;
    let mut index = Index {
        key: key.to_owned(),
        kind: kind.to_owned(),
        columns,
        orders,
        looks,
        failed: false,
    };
    let made = index.look();
    index.looks = looks;
    if index.kind == "unique" {
        index.failed = !table.rows.hold_unique(&index.key, &index.columns);
    }
    table.indexes.push(index);
    Ok((202, made))
}

pub fn delete(project: &mut Project, call: &Call) -> Answered {
    let table = project.table(call.param("database"), call.param("table"))?;
    let before = table.indexes.len();
    table.indexes.retain(|index| index.key != call.param("key"));
    if table.indexes.len() == before {
        return Err(named(Refusal::missing("index"), call));
    }
    table.rows.drop_unique(call.param("key"));
    Ok((204, Value::Null))
}

/// An error under its name: by the paths of tables, those of indexes are named after columns.
fn named(mut refusal: Refusal, call: &Call) -> Refusal {
    if refusal.kind.starts_with("index_") && !call.legacy {
        refusal.kind = format!("column_{}", refusal.kind);
    }
    refusal
}

fn fits(table: &Table, (key, kind): (&str, &str), columns: &[String]) -> Result<(), Refusal> {
    let refused = |why: String| Err(Refusal::new(400, "index_invalid", why));
    if table
        .indexes
        .iter()
        .any(|index| index.key.eq_ignore_ascii_case(key))
    {
        return Err(Refusal::exists("index"));
    }
    if table.indexes.len() >= INDEXES {
        let message = "The maximum number of indexes has been reached.";
        return Err(Refusal::new(400, "index_limit_exceeded", message));
    }
    let mut length = 0;
    for (at, name) in columns.iter().enumerate() {
        let same = |other: &String| other.eq_ignore_ascii_case(name);
        if columns[..at].iter().any(same) {
            return refused("Duplicate attributes provided".into());
        }
        let Some(column) = table.columns.iter().find(|column| column.key == *name) else {
            let message = format!("Unknown column: {name}");
            return Err(Refusal::new(400, "column_unknown", message));
        };
        if column.looks > 0 {
            let message = format!("Column not available: {name}");
            return Err(Refusal::new(400, "column_not_available", message));
        }
        if column.array {
            return refused(
                "Creating indexes on array attributes is not currently supported.".into(),
            );
        }
        if kind == "fulltext" && !column.is_text() {
            return refused(format!(
                "Attribute \"{name}\" cannot be part of a fulltext index, must be of type string"
            ));
        }
        length += column.length_in_index();
    }
    if kind != "fulltext" && length > LENGTH {
        return refused(format!("Index length is longer than the maximum: {LENGTH}"));
    }
    Ok(())
}
