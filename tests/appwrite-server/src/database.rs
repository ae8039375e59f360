//! Databases.

use serde_json::{Value, json};

use crate::call::Call;
use crate::check;
use crate::project::{Project, page};
use crate::refusal::{Answered, Refusal};
use crate::table::Table;

/// A database.
pub struct Database {
    pub id: String,
    pub name: String,
    pub enabled: bool,
    pub tables: Vec<Table>,
}

impl Database {
    fn json(&self) -> Value {
        json!({
            "$id": self.id, "name": self.name, "enabled": self.enabled, "type": "tablesdb",
            "$createdAt": "2026-01-01T00:00:00.000+00:00", "$updatedAt": "2026-01-01T00:00:00.000+00:00",
        })
    }
}

pub fn version(project: &mut Project, _: &Call) -> Answered {
    Ok((200, json!({"version": project.options.version.number()})))
}

pub fn list(project: &mut Project, call: &Call) -> Answered {
    let all = project.databases.iter().map(Database::json).collect();
    page("databases", all, call.page()?)
}

pub fn create(project: &mut Project, call: &Call) -> Answered {
    let (id, name) = (call.text("databaseId")?, call.text("name")?);
    check::id("databaseId", id)?;
    check::name(name)?;
    if project.database(id).is_ok() {
        return Err(Refusal::exists("database"));
    }
    let database = Database {
        id: id.to_owned(),
        name: name.to_owned(),
        enabled: call.flag("enabled", true)?,
        tables: Vec::new(),
    };
    let made = database.json();
    project.databases.push(database);
    Ok((201, made))
}

pub fn get(project: &mut Project, call: &Call) -> Answered {
    Ok((200, project.database(call.param("database"))?.json()))
}

pub fn update(project: &mut Project, call: &Call) -> Answered {
    let (name, enabled) = (call.text("name")?, call.flag("enabled", true)?);
    check::name(name)?;
    let database = project.database(call.param("database"))?;
    name.clone_into(&mut database.name);
    database.enabled = enabled;
    Ok((200, database.json()))
}

pub fn delete(project: &mut Project, call: &Call) -> Answered {
    project.database(call.param("database"))?;
    project
        .databases
        .retain(|database| database.id != call.param("database"));
    Ok((204, Value::Null))
}
