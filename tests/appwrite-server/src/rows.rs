//! The rows of a table, in the order of their numbers, with the values that must be unique among them.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use serde_json::Value;

use crate::Options;
use crate::collation::Collation;
use crate::row::Row;
use crate::version::{Database, Version};

/// The rows, and the changes since [`Rows::keep`].
#[derive(Default)]
pub struct Rows {
    by_sequence: BTreeMap<u64, Arc<Row>>,
    by_id: HashMap<String, u64>,
    unique: Vec<Unique>,
    /// The options of its server.
    pub options: Options,
    last: u64,
    /// Numbers that were taken, and come late.
    late: Vec<u64>,
    before: Vec<(u64, Option<Arc<Row>>)>,
}

/// A unique index: rows without one of its values don't collide.
struct Unique {
    key: String,
    columns: Vec<String>,
    taken: HashMap<String, u64>,
}

impl Unique {
    fn entry(&self, row: &Row, database: Database) -> Option<String> {
        let values = self.columns.iter().map(|column| match row.get(column) {
            Value::Null => None,
            Value::String(text) => Some(Collation::of(database, column).fold(&text).into_owned()),
            value => Some(value.to_string()),
        });
        let values: Option<Vec<String>> = values.collect();
        values.map(|values| values.join("\u{1f}"))
    }
}

/// The uniqueness that a row would break.
#[derive(Debug, PartialEq, Eq)]
pub enum Collision {
    Id,
    Index,
}

impl Rows {
    pub fn new(options: Options) -> Self {
        Rows {
            options,
            ..Rows::default()
        }
    }

    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &Arc<Row>> {
        self.by_sequence.values()
    }

    pub fn get(&self, id: &str) -> Option<&Arc<Row>> {
        let sequence = self.by_id.get(&self.name(id))?;
        self.by_sequence.get(sequence)
    }

    /// An id as it is compared: on no database its case matters.
    fn name(&self, id: &str) -> String {
        id.to_lowercase()
    }

    /// The row that has one of the unique values of this one.
    pub fn twin(&self, row: &Row) -> Option<&Arc<Row>> {
        let entries = self.unique.iter();
        let mut entries = entries.filter_map(|index| {
            let entry = index.entry(row, self.options.database)?;
            index.taken.get(&entry)
        });
        let twin = entries.find(|at| **at != row.sequence)?;
        self.by_sequence.get(twin)
    }

    /// The next number. It is never given again, even when the row is gone.
    pub fn next_sequence(&mut self) -> u64 {
        if let Some(late) = self.late.pop() {
            return late;
        }
        self.last += 1;
        self.last
    }

    /// Gives this number to the next new row.
    pub fn give_late(&mut self, number: u64) {
        self.late.push(number);
    }

    /// Puts a row where one of its number was, or a new one.
    pub fn put(&mut self, row: Row) -> Result<Arc<Row>, Collision> {
        let other = |sequence: Option<&u64>| sequence.is_some_and(|at| *at != row.sequence);
        if other(self.by_id.get(&self.name(&row.id))) {
            return Err(Collision::Id);
        }
        let database = self.options.database;
        let taken = |index: &Unique| {
            let entry = index.entry(&row, database);
            entry.is_some_and(|entry| other(index.taken.get(&entry)))
        };
        if self.unique.iter().any(taken) {
            // Before, it was told like an id that is taken.
            return Err(match self.options.version {
                Version::Newest => Collision::Index,
                Version::V1_8 | Version::V1_9 => Collision::Id,
            });
        }
        let row = Arc::new(row);
        let old = self.replace(row.sequence, Some(row.clone()));
        self.before.push((row.sequence, old));
        Ok(row)
    }

    pub fn remove(&mut self, sequence: u64) {
        let old = self.replace(sequence, None);
        self.before.push((sequence, old));
    }

    fn replace(&mut self, sequence: u64, row: Option<Arc<Row>>) -> Option<Arc<Row>> {
        let database = self.options.database;
        let old = self.by_sequence.remove(&sequence);
        if let Some(old) = &old {
            self.by_id.remove(&self.name(&old.id));
            for index in &mut self.unique {
                if let Some(entry) = index.entry(old, database) {
                    index.taken.remove(&entry);
                }
            }
        }
        if let Some(row) = row {
            self.by_id.insert(self.name(&row.id), sequence);
            for index in &mut self.unique {
                if let Some(entry) = index.entry(&row, database) {
                    index.taken.insert(entry, sequence);
                }
            }
            self.by_sequence.insert(sequence, row);
        }
        old
    }

    /// Keeps the changes since the last time: they can't be undone any more.
    pub fn keep(&mut self) {
        self.before.clear();
    }

    /// Undoes the changes since [`Rows::keep`]; numbers stay used.
    pub fn undo(&mut self) {
        while let Some((sequence, old)) = self.before.pop() {
            self.replace(sequence, old);
        }
    }

    /// Holds rows to a new index; false if they violate it already.
    pub fn hold_unique(&mut self, key: &str, columns: &[String]) -> bool {
        let mut index = Unique {
            key: key.to_owned(),
            columns: columns.to_vec(),
            taken: HashMap::new(),
        };
        for (sequence, row) in &self.by_sequence {
            if let Some(entry) = index.entry(row, self.options.database)
                && index.taken.insert(entry, *sequence).is_some()
            {
                return false;
            }
        }
        self.unique.push(index);
        true
    }

    pub fn drop_unique(&mut self, key: &str) {
        self.unique.retain(|index| index.key != key);
    }

    /// Forgets a column's values, and the indexes that it is part of.
    pub fn drop_column(&mut self, column: &str) {
        self.unique
            .retain(|index| !index.columns.iter().any(|each| each == column));
        for row in self.by_sequence.values_mut() {
            Arc::make_mut(row).values.remove(column);
        }
    }
}
