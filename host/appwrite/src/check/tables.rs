//! Databases and tables.

use std::collections::BTreeSet;

use super::id::id;
use super::permission::permissions;
use super::rule::{Rule, Violation};
use crate::limits;
use crate::model::{Config, Table};

/// Checks a name.
pub(super) fn name(place: &str, name: &str, found: &mut Vec<Violation>) {
    let length = name.chars().count();
    if !(1..=limits::NAME).contains(&length) {
        let message = "the name is empty or too long";
        let violation = Violation::new(place, Rule::Name, message, "1 to 128 characters");
        found.push(violation.numbers(length as u64, limits::NAME as u64));
    }
}

pub(super) fn databases(config: &Config, found: &mut Vec<Violation>) {
    let mut seen = BTreeSet::new();
    for database in &config.databases {
        let place = format!("database {}", database.id);
        id(&place, &database.id, found);
        name(&place, &database.name, found);
        if !seen.insert(&database.id) {
            let message = "another database has this id";
            found.push(Violation::new(place, Rule::Duplicate, message, "drop one"));
        }
    }
}

pub(super) fn table(config: &Config, table: &Table, found: &mut Vec<Violation>) {
    let place = table.place();
    id(&place, &table.id, found);
    name(&place, &table.name, found);
    if !config.databases.iter().any(|d| d.id == table.database) {
        let message = format!("there is no database \"{}\"", table.database);
        let mend = "add it, or name another one";
        found.push(Violation::new(&place, Rule::Database, message, mend));
    }
    let columns = table.columns.len();
    if columns > limits::COLUMNS {
        let violation =
            Violation::new(&place, Rule::Columns, "too many columns", "split the table");
        found.push(violation.numbers(columns as u64, limits::COLUMNS as u64));
    } else if columns > limits::INLINE_COLUMNS {
        let message = "too many columns to make along with the table";
        let violation = Violation::new(&place, Rule::Columns, message, "make them one by one");
        let violation = violation.numbers(columns as u64, limits::INLINE_COLUMNS as u64);
        found.push(violation.warning());
    }
    let indexes = table.indexes.len();
    if indexes > limits::INDEXES {
        let violation = Violation::new(&place, Rule::Indexes, "too many indexes", "drop some");
        found.push(violation.numbers(indexes as u64, limits::INDEXES as u64));
    }
    permissions(&place, &table.permissions, found);
}

/// Tables that stand twice.
pub(super) fn twice(config: &Config, found: &mut Vec<Violation>) {
    let mut seen = BTreeSet::new();
    for table in &config.tables {
        if !seen.insert(table.place()) {
            let message = "another table of the database has this id";
            found.push(Violation::new(
                table.place(),
                Rule::Duplicate,
                message,
                "drop one",
            ));
        }
    }
}
