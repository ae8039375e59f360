//! Tables.

use serde_json::{Value, json};

use crate::call::Call;
use crate::check;
use crate::column::Column;
use crate::index::Index;
use crate::project::{Project, page};
use crate::refusal::{Answered, Refusal};
use crate::rows::Rows;

/// A table.
pub struct Table {
    pub id: String,
    pub name: String,
    pub permissions: Vec<String>,
    pub row_security: bool,
    pub enabled: bool,
    pub columns: Vec<Column>,
    pub indexes: Vec<Index>,
    pub rows: Rows,
}

impl Table {
    /// The table as an answer has it. Each answer is a look, after which its columns and indexes are nearer to being
    /// available.
    fn json(&mut self, database: &str) -> Value {
        json!({
            "$id": self.id, "databaseId": database, "name": self.name, "enabled": self.enabled,
            "rowSecurity": self.row_security, "$permissions": self.permissions,
            "$createdAt": "2026-01-01T00:00:00.000+00:00", "$updatedAt": "2026-01-01T00:00:00.000+00:00",
            "columns": self.columns.iter_mut().map(Column::look).collect::<Vec<_>>(),
            "indexes": self.indexes.iter_mut().map(Index::look).collect::<Vec<_>>(),
        })
    }
}

pub fn list(project: &mut Project, call: &Call) -> Answered {
    let id = call.param("database");
    let tables = project.database(id)?.tables.iter_mut();
    page(
        "tables",
        tables.map(|table| table.json(id)).collect(),
        call.page()?,
    )
}

pub fn create(project: &mut Project, call: &Call) -> Answered {
    let (id, name) = (call.text("tableId")?, call.text("name")?);
    check::id("tableId", id)?;
    check::name(name)?;
    let permissions = call.texts("permissions")?.unwrap_or_default();
    check::permissions(&permissions)?;
    let of = call.param("database");
    if project.table(of, id).is_ok() {
        return Err(Refusal::exists("table"));
    }
    let mut table = Table {
        id: id.to_owned(),
        name: name.to_owned(),
        permissions,
        row_security: call.flag("rowSecurity", false)?,
        enabled: call.flag("enabled", true)?,
        columns: Vec::new(),
        indexes: Vec::new(),
        rows: Rows::new(project.options),
    };
    let made = table.json(of);
    project.database(of)?.tables.push(table);
    Ok((201, made))
}

pub fn get(project: &mut Project, call: &Call) -> Answered {
    let database = call.param("database");
    let table = project.table(database, call.param("table"))?;
    Ok((200, table.json(database)))
}

pub fn update(project: &mut Project, call: &Call) -> Answered {
    let database = call.param("database");
    let (name, permissions) = (call.text("name")?, call.texts("permissions")?);
    check::name(name)?;
    check::permissions(permissions.as_deref().unwrap_or_default())?;
    let (row_security, enabled) = (
        call.flag("rowSecurity", false)?,
        call.flag("enabled", true)?,
    );
    let table = project.table(database, call.param("table"))?;
    name.clone_into(&mut table.name);
    table.row_security = row_security;
    table.enabled = enabled;
    if let Some(permissions) = permissions {
        table.permissions = permissions;
    }
    Ok((200, table.json(database)))
}

pub fn delete(project: &mut Project, call: &Call) -> Answered {
    let (database, table) = (call.param("database"), call.param("table"));
    project.table(database, table)?;
    let tables = &mut project.database(database)?.tables;
    tables.retain(|each| each.id != table);
    Ok((204, Value::Null))
}
