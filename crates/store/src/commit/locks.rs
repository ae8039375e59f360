//! The locks that make a commit in PostgreSQL one after the other with those that decide by the same documents.
//!
//! Commits run in READ COMMITTED. A batch that changes documents, or expects something of them, by their ids locks these ids first, in one
//! order for everybody. One that expects that none of the documents with these ids is of a kind also excludes all others that expect such: each of
//! two could make what the other one expects not to be there. A batch that expects something of documents which it can't name, or deletes such, has
//! the database for itself: no other commit runs meanwhile.
//!
//! New documents take no lock. So a batch that expects one of them not to be there and another one to be there can meet a commit that makes both,
//! between its two looks.

use std::collections::BTreeSet;

use sha2::{Digest, Sha256};

use super::lower::{Lowered, What};
use crate::bind::{Bind, Slot};
use crate::columns::{ID, Table};
use crate::driver::SqlValue;
use crate::filter::Compare;
use crate::sql::list::values_of;
use crate::sql::{Cond, OnExisting};

/// How many locks stand for all ids.
const LOCKS: u64 = 1 << 20;
/// Most locks of a commit; one that needs more has the database for itself. The server has room for some thousands of locks, of everybody together.
const MOST: usize = 256;
/// The number of the first of them.
const FIRST: i64 = 7_742_907_357_000;
/// The number of the lock of batches that expect none among the documents that they name.
const NONE: i64 = FIRST - 1;

/// The locks of a batch, or of a group of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Locks {
    /// These ids, by the locks that stand for them.
    Ids(BTreeSet<i64>),
    /// Everything.
    All,
}

impl Default for Locks {
    fn default() -> Self {
        Locks::Ids(BTreeSet::new())
    }
}

impl Locks {
    /// Those of a batch.
    pub fn of(batch: &Lowered) -> Locks {
        let mut ids = BTreeSet::new();
        for op in &batch.ops {
            let named = |slot: Slot| Some(vec![number_of(op.table, op.binds.0.get(slot))?]);
            let numbers = match &op.what {
                // A new document: whoever else makes it waits for this commit by itself.
                What::Insert {
                    existing: OnExisting::Conflict,
                } => continue,
                What::Insert { .. } => named(0),
                What::Update { id, .. } | What::Delete { id, .. } => named(*id),
                // The database finds its documents: another batch may expect one of them.
                What::DeleteSome { .. } => None,
                What::Expect { condition, some } => {
                    let found = ids_of(condition, &op.binds.0);
                    let found = found.filter(|_| *some || is_of_one_table(condition));
                    let numbers = found.map(|found| {
                        let numbers = found.iter().map(|id| number_of(op.table, Some(id)));
                        let none = (!some).then_some(Some(NONE));
                        numbers.chain(none).collect::<Option<Vec<i64>>>()
                    });
                    numbers.flatten()
                }
            };
            match numbers {
                Some(numbers) => ids.extend(numbers),
                None => return Locks::All,
            }
        }
        Locks::Ids(ids).bounded()
    }

    fn bounded(self) -> Locks {
        match self {
            Locks::Ids(ids) if ids.len() > MOST => Locks::All,
            locks => locks,
        }
    }

    /// Both.
    pub fn and(self, other: &Locks) -> Locks {
        match (self, other) {
            (Locks::Ids(mut ids), Locks::Ids(more)) => {
                ids.extend(more);
                Locks::Ids(ids).bounded()
            }
            _ => Locks::All,
        }
    }

    /// As the function takes them: NULL for everything.
    pub fn value(&self) -> SqlValue {
        match self {
            Locks::Ids(ids) => {
                let ids = ids.iter().map(|id| Some(id.to_string()));
                SqlValue::Texts(ids.collect())
            }
            Locks::All => SqlValue::Null,
        }
    }
}

/// The ids that a condition asks for, where it names them.
fn ids_of(condition: &Cond, binds: &[Bind]) -> Option<Vec<Bind>> {
    match condition {
        Cond::Compare(ID, Compare::Eq, slot) => Some(vec![binds.get(*slot)?.clone()]),
        Cond::In(ID, first, count) => Some(binds.get(*first..first + count)?.to_vec()),
        Cond::Listed(ID, slot) => Some(values_of(binds.get(*slot))),
        Cond::And(all) => all.iter().find_map(|each| ids_of(each, binds)),
        _ => None,
    }
}

/// Whether a condition is about its own table alone.
fn is_of_one_table(condition: &Cond) -> bool {
    match condition {
        Cond::Among { .. } => false,
        Cond::And(several) | Cond::Or(several) => several.iter().all(is_of_one_table),
        _ => true,
    }
}

/// The lock that stands for an id of a table. Two ids that share one wait for each other, and that is all.
fn number_of(table: Table, id: Option<&Bind>) -> Option<i64> {
    let Some(Bind::Value(SqlValue::Text(id))) = id else {
        return None;
    };
    let hash = Sha256::new()
        .chain_update(table.0.id)
        .chain_update([0])
        .chain_update(id)
        .finalize();
    let first = hash.first_chunk::<8>()?;
    let number = u64::from_be_bytes(*first) % LOCKS;
    Some(FIRST + number.cast_signed())
}
