//! Commits that are caught in a deadlock.

use serde_json::Value;

use crate::fault::{Fault, Found};
use crate::project::Project;
use crate::query::{self, Query};
use crate::transaction::Staged;
use crate::version::Database;

/// The operation that a deadlock catches a commit at, if any does. MariaDB rolls all of it back, and the database
/// library, which doesn't know that, tries this one operation again: the operations before are lost. On PostgreSQL the
/// error isn't caught.
pub fn met(project: &mut Project, staged: &[Staged]) -> Found<Option<usize>> {
    let Some(mut deadlocks) = project.deadlocks.take() else {
        return Ok(None);
    };
    let mut taken = Vec::new();
    let mut operations = Vec::new();
    for (number, each) in staged.iter().enumerate() {
        for id in rows(project, each) {
            taken.push((each.database.clone(), each.table.clone(), id));
            operations.push(number);
        }
    }
    let met = deadlocks.meet(&taken).map(|at| operations[at]);
    project.deadlocks = Some(deadlocks);
    match (met, project.options.database) {
        (Some(_), Database::PostgreSql) => Err(Fault::Server),
        (met, _) => Ok(met),
    }
}

/// Undoes all changes of rows since they were last kept.
pub fn roll_back(project: &mut Project) {
    let databases = project.databases.iter_mut();
    for table in databases.flat_map(|database| &mut database.tables) {
        table.rows.undo();
    }
}

/// The rows that an operation takes, in their order.
fn rows(project: &mut Project, staged: &Staged) -> Vec<String> {
    if let Some(id) = &staged.row {
        return vec![id.clone()];
    }
    if let Some(rows) = staged.data.as_array() {
        let ids = rows.iter().filter_map(|row| row["$id"].as_str());
        return ids.map(str::to_owned).collect();
    }
    found(project, staged).unwrap_or_default()
}

/// The rows that its queries meet, by their numbers.
fn found(project: &mut Project, staged: &Staged) -> Option<Vec<String>> {
    let table = project.table(&staged.database, &staged.table).ok()?;
    let texts = staged.data["queries"].as_array()?.iter();
    let texts: Vec<String> = texts.filter_map(Value::as_str).map(str::to_owned).collect();
    let queries = query::parse_all(&texts).ok()?;
    let filters: Vec<Query> = query::plan(queries, table).filters;
    let database = table.rows.options.database;
    let met = |row: &&std::sync::Arc<crate::row::Row>| {
        query::holds(&filters, row, database).unwrap_or_default()
    };
    Some(
        table
            .rows
            .iter()
            .filter(met)
            .map(|row| row.id.clone())
            .collect(),
    )
}
