//! Rows as a batch leaves them, before anything is sent.

use std::collections::HashMap;

use whisper_schema::prelude::Event;
use whisper_schema::{Collection, Document};

use crate::sql::Table;
use crate::tables::record::Record;

/// A row's table and id.
pub(super) type Key = (&'static str, String);

/// A row before and after the batches.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    pub table: Table,
    /// As the server has it.
    pub before: Option<Record>,
    /// As the batches leave it.
    pub now: Option<Record>,
    /// The batches deleted it; they may have added it again since.
    pub deleted: bool,
    /// For each attribute whether it was given a value.
    pub set: Vec<bool>,
    /// By how much its revision grew.
    pub grown: i64,
    /// Its state decided something: it must still be the same when the batch is committed.
    pub fixed: bool,
    /// By which sweep it was deleted, if nothing else was done to it.
    pub swept: Option<usize>,
    /// The last batch that wrote it, by its position among the batches.
    pub batch: usize,
}

impl Entry {
    pub fn of(table: Table, before: Option<Record>) -> Self {
        Entry {
            table,
            now: before.clone(),
            before,
            deleted: false,
            set: vec![false; table.0.attributes.len()],
            grown: 0,
            fixed: false,
            swept: None,
            batch: 0,
        }
    }

    /// Its id.
    pub fn id(&self) -> &str {
        let row = self.before.as_ref().or(self.now.as_ref());
        row.map_or("", |row| &row.id)
    }

    /// Its place in the order in which all commits take rows.
    pub fn place(&self) -> (&'static str, &'static str, &str) {
        let table = self.table.0;
        // Readers of events go by their order, and no two commits make the same event.
        let id = if table.id == Event::COLLECTION.id {
            ""
        } else {
            self.id()
        };
        (table.database, table.id, id)
    }

    /// Whether the batches write it.
    pub fn is_written(&self) -> bool {
        self.deleted || self.grown > 0 || self.before.is_some() != self.now.is_some()
    }

    /// Whether it is added, or one of these columns is given another value.
    pub fn changes(&self, columns: impl IntoIterator<Item = usize>) -> bool {
        let (Some(now), before) = (&self.now, &self.before) else {
            return false;
        };
        let Some(before) = before.as_ref().filter(|_| !self.deleted) else {
            return true;
        };
        columns
            .into_iter()
            .any(|at| now.values[at] != before.values[at])
    }
}

/// All rows that batches are about, before and after them.
#[derive(Default)]
pub(super) struct Overlay {
    entries: HashMap<Key, Entry>,
    /// In the order in which they were first touched.
    order: Vec<Key>,
    /// The entries as they were before the batch that is being gone through.
    undo: Vec<(Key, Option<Entry>)>,
    added: i64,
}

impl Overlay {
    /// A row, if the batches have been about it.
    pub fn get(&self, table: Table, id: &str) -> Option<&Entry> {
        self.entries.get(&(table.0.id, id.to_owned()))
    }

    /// A row, which is as the server has it if the batches haven't been about it.
    pub fn entry(
        &mut self,
        table: Table,
        id: &str,
        before: impl FnOnce() -> Option<Record>,
    ) -> &mut Entry {
        let key = (table.0.id, id.to_owned());
        self.undo
            .push((key.clone(), self.entries.get(&key).cloned()));
        if !self.entries.contains_key(&key) {
            self.order.push(key.clone());
        }
        self.entries
            .entry(key)
            .or_insert_with(|| Entry::of(table, before()))
    }

    /// From here on a batch can be taken back.
    pub fn begin(&mut self) {
        self.undo.clear();
    }

    /// Takes a batch back.
    pub fn take_back(&mut self) {
        while let Some((key, before)) = self.undo.pop() {
            match before {
                Some(entry) => {
                    self.entries.insert(key, entry);
                }
                None => {
                    self.entries.remove(&key);
                    self.order.retain(|known| *known != key);
                }
            }
        }
    }

    /// A number for a new row's place: behind all that the server has given.
    pub fn next_place(&mut self) -> i64 {
        self.added += 1;
        i64::MAX / 2 + self.added
    }

    /// The same with some of the entries alone.
    pub fn part(&self, wanted: impl Fn(&Entry) -> bool) -> Overlay {
        let mut part = Overlay::default();
        for key in &self.order {
            if let Some(entry) = self.entries.get(key).filter(|entry| wanted(entry)) {
                part.entries.insert(key.clone(), entry.clone());
                part.order.push(key.clone());
            }
        }
        part
    }

    /// All entries, in the order in which they were touched.
    pub fn entries(&self) -> impl Iterator<Item = &Entry> {
        self.order.iter().filter_map(|key| self.entries.get(key))
    }

    /// The entries of a table with their ids.
    pub fn of_table(&self, table: &Collection) -> impl Iterator<Item = (&str, &Entry)> {
        let keys = self.order.iter().filter(move |(of, _)| *of == table.id);
        keys.filter_map(|key| Some((key.1.as_str(), self.entries.get(key)?)))
    }
}
