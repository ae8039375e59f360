//! Writes, as the database library does them: each checks permissions, timestamps and the structure, in its order.

mod create;
mod delete;
mod increase;
mod many;
mod update;
mod upsert;

use std::sync::atomic::{AtomicU64, Ordering};

use serde_json::{Map, Value};

use crate::auth::Who;
use crate::double;
use crate::fault::{Fault, Found};
use crate::moment::Moment;
use crate::operator;
use crate::row::{Field, Fields, Row, text, texts};
use crate::rows::Collision;
use crate::table::Table;

pub use create::create;
pub use delete::delete;
pub use increase::{Step, increase};
pub use many::{delete_many, update_many};
pub use update::update;
pub use upsert::{Upserted, upsert};

/// A table in somebody's hands.
pub struct Act<'a> {
    pub table: &'a mut Table,
    pub who: &'a Who,
    pub now: Moment,
    /// Rows that were changed after this are in conflict.
    pub since: Option<Moment>,
    /// Whether `$createdAt` and `$updatedAt` are as they are given.
    pub dates: bool,
}

impl Act<'_> {
    /// Whether somebody may do this with a row.
    fn may(&self, action: &str, row: &Row) -> bool {
        let table = &*self.table;
        let of_row =
            || table.row_security && crate::permission::allows(&row.permissions, action, self.who);
        crate::permission::allows(&table.permissions, action, self.who) || of_row()
    }

    fn unchanged_since(&self, row: &Row) -> Found<()> {
        match self.since {
            Some(since) if row.updated > since => Err(Fault::Conflict),
            _ => Ok(()),
        }
    }

    /// The date that is given, where it counts.
    fn date(&self, fields: &Fields, name: &str) -> Option<Moment> {
        match self.dates {
            true => Moment::parse(text(fields, name)),
            false => None,
        }
    }

    /// The columns of a row that has been checked; operators start from the old row or from the defaults.
    fn values(&self, fields: &Fields, old: Option<&Row>) -> Found<Map<String, Value>> {
        let mut values = Map::new();
        for column in &self.table.columns {
            let value = match fields.get(&column.key) {
                None => Value::Null,
                Some(Field::Value(value)) if column.kind == "float" && !column.array => {
                    double::kept(value)
                }
                Some(Field::Value(value)) => value.clone(),
                Some(Field::Operator(each)) => match old {
                    Some(old) => operator::changed(each, &old.get(&column.key), self.now)?,
                    None => operator::from_default(each, &column.default, self.now)?,
                },
            };
            if !value.is_null() {
                values.insert(column.key.clone(), value);
            }
        }
        Ok(values)
    }
}

impl From<Collision> for Fault {
    fn from(collision: Collision) -> Self {
        match collision {
            Collision::Id => Fault::Duplicate,
            Collision::Index => Fault::Unique,
        }
    }
}

/// A new id.
pub fn unique(now: Moment) -> String {
    static LAST: AtomicU64 = AtomicU64::new(0);
    let last = LAST.fetch_add(1, Ordering::Relaxed);
    format!("{:012x}{last:08x}", now.0)
}

/// The permissions of a row on its way, none if nothing is said.
fn permissions(fields: &Fields) -> Vec<String> {
    texts(fields, "$permissions").unwrap_or_default()
}

fn sorted(mut permissions: Vec<String>) -> Vec<String> {
    permissions.sort();
    permissions
}
