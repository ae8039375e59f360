//! Batches: the operations of one commit, all of them or none.

use serde_json::{Map, Value};
use whisper_schema::{Collection, Column, Document, Timestamp};

use crate::filter::{Filter, Node};
use crate::patch::{Change, Patch};

/// Operations that happen together, in their order.
///
/// Every document and every change is held against the collection's metadata before anything is
/// sent to the database. [`Timestamp::AT_COMMIT`] stands for the time of the commit.
#[derive(Clone, Debug, Default)]
#[must_use = "a batch does nothing until it is committed"]
pub struct Batch {
    pub(crate) ops: Vec<Op>,
}

/// One operation of a batch.
#[derive(Clone, Debug)]
pub(crate) struct Op {
    pub collection: &'static Collection,
    pub label: Option<&'static str>,
    pub action: Action,
}

/// The effect of an operation on documents.
#[derive(Clone, Debug)]
pub(crate) enum Action {
    Insert {
        document: Fields,
        existing: Existing,
    },
    Update {
        id: String,
        changes: Changes,
        condition: Option<Node>,
    },
    Delete {
        id: String,
        condition: Option<Node>,
    },
    DeleteWhere {
        filter: Node,
        limit: u64,
    },
    Expect {
        filter: Node,
        some: bool,
    },
}

/// A document's fields, or why it has none.
pub(crate) type Fields = Result<Map<String, Value>, String>;
/// A patch without its type.
pub(crate) type Changes = Vec<(&'static str, Change)>;

/// The effect of an insert when a document with its id exists.
#[derive(Clone, Debug)]
pub(crate) enum Existing {
    Conflict,
    Replace,
    Patch {
        changes: Changes,
        condition: Option<Node>,
    },
}

/// The result of a commit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Committed {
    /// The time that [`Timestamp::AT_COMMIT`] stood for: that of the clock or, if it is later by no more than a day, the
    /// latest that an earlier commit was given. In SQL that is any commit of the database with `AT_COMMIT`,
    /// of any instance; on TablesDB, and for a batch without `AT_COMMIT`, it is the latest that this store knows of; on TablesDB
    /// a store knows of the newest events.
    pub at: Timestamp,
    /// How many documents each operation wrote or deleted, in the order of the batch; 0 for the
    /// `expect` ones.
    pub affected: Vec<u64>,
}

impl Batch {
    /// Does nothing yet.
    pub fn new() -> Self {
        Batch::default()
    }

    /// How many operations it has.
    pub fn len(&self) -> usize {
        self.ops.len()
    }

    /// Whether it has no operation.
    pub fn is_empty(&self) -> bool {
        self.ops.is_empty()
    }

    /// Appends all operations of another batch.
    pub fn append(mut self, other: Batch) -> Self {
        self.ops.extend(other.ops);
        self
    }

    /// Names the last operation, so that a failure says which it was.
    pub fn label(mut self, name: &'static str) -> Self {
        if let Some(op) = self.ops.last_mut() {
            op.label = Some(name);
        }
        self
    }

    /// Adds a document. One with the same id, or the same values of a unique index, is a conflict.
    pub fn insert<D: Document>(self, document: &D) -> Self {
        self.put(document, Existing::Conflict)
    }

    /// Adds a document, or puts it in the place of the one with its id.
    pub fn upsert<D: Document>(self, document: &D) -> Self {
        self.put(document, Existing::Replace)
    }

    /// Adds a document; if there is one with its id, changes that instead.
    pub fn insert_or_update<D: Document>(self, document: &D, patch: Patch<D>) -> Self {
        self.put(
            document,
            Existing::Patch {
                changes: patch.changes,
                condition: None,
            },
        )
    }

    /// Adds a document; if there is one with its id, changes that instead if it meets the filter.
    /// If it doesn't, the batch fails.
    pub fn insert_or_update_if<D: Document>(
        self,
        document: &D,
        patch: Patch<D>,
        filter: Filter<D>,
    ) -> Self {
        let condition = Some(filter.node);
        self.put(
            document,
            Existing::Patch {
                changes: patch.changes,
                condition,
            },
        )
    }

    /// Changes a document. Without one the batch fails.
    pub fn update<D: Document>(self, id: &str, patch: Patch<D>) -> Self {
        self.change::<D>(id, patch.changes, None)
    }

    /// Changes a document if it meets the filter. If it doesn't, or isn't there, the batch fails.
    pub fn update_if<D: Document>(self, id: &str, patch: Patch<D>, filter: Filter<D>) -> Self {
        self.change::<D>(id, patch.changes, Some(filter.node))
    }

    /// Adds to a number of a document; see [`Patch::add`].
    pub fn increment<D: Document>(self, id: &str, column: Column<D>, by: impl Into<Value>) -> Self {
        self.update(id, Patch::new().add(column, by))
    }

    /// Adds to a number of a document within bounds; see [`Patch::add_within`].
    pub fn increment_within<D: Document>(
        self,
        id: &str,
        column: Column<D>,
        by: impl Into<Value>,
        min: impl Into<Value>,
        max: impl Into<Value>,
    ) -> Self {
        self.update(id, Patch::new().add_within(column, by, min, max))
    }

    /// Deletes a document. Without one the batch fails.
    pub fn delete<D: Document>(self, id: &str) -> Self {
        self.op::<D>(Action::Delete {
            id: id.to_owned(),
            condition: None,
        })
    }

    /// Deletes a document if it meets the filter. If it doesn't, or isn't there, the batch fails.
    pub fn delete_if<D: Document>(self, id: &str, filter: Filter<D>) -> Self {
        self.op::<D>(Action::Delete {
            id: id.to_owned(),
            condition: Some(filter.node),
        })
    }

    /// Deletes documents that meet the filter, the oldest first, at most `limit`;
    /// [`Committed::affected`] says how many.
    pub fn delete_where<D: Document>(self, filter: Filter<D>, limit: u64) -> Self {
        self.op::<D>(Action::DeleteWhere {
            filter: filter.node,
            limit,
        })
    }

    /// Fails the batch unless some document meets the filter.
    pub fn expect_some<D: Document>(self, filter: Filter<D>) -> Self {
        self.op::<D>(Action::Expect {
            filter: filter.node,
            some: true,
        })
    }

    /// Fails the batch if any document meets the filter.
    pub fn expect_none<D: Document>(self, filter: Filter<D>) -> Self {
        self.op::<D>(Action::Expect {
            filter: filter.node,
            some: false,
        })
    }

    fn put<D: Document>(self, document: &D, existing: Existing) -> Self {
        let document = match serde_json::to_value(document) {
            Ok(Value::Object(fields)) => Ok(fields),
            Ok(_) => Err("a document is a JSON object".to_owned()),
            Err(error) => Err(error.to_string()),
        };
        self.op::<D>(Action::Insert { document, existing })
    }

    fn change<D: Document>(self, id: &str, changes: Changes, condition: Option<Node>) -> Self {
        self.op::<D>(Action::Update {
            id: id.to_owned(),
            changes,
            condition,
        })
    }

    fn op<D: Document>(mut self, action: Action) -> Self {
        self.ops.push(Op {
            collection: D::COLLECTION,
            label: None,
            action,
        });
        self
    }
}
