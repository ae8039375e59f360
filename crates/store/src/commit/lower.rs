//! From a batch to operations whose values the database takes, or to all of its violations.

use serde_json::{Map, Value};
use whisper_schema::{Attribute, Collection, Kind, Rule, Violation, validate, validate_patch};

use crate::batch::{Action, Batch, Changes, Existing, Fields, Op};
use crate::bind::{Bind, Binds, Slot};
use crate::columns::violation;
use crate::driver::SqlValue;
use crate::encode;
use crate::error::StoreError;
use crate::filter::Node;
use crate::patch::Change;
use crate::sql::lowering;
use crate::sql::{Cond, OnExisting, Set, Table};

/// A batch that is in order.
pub(crate) struct Lowered {
    pub ops: Vec<LoweredOp>,
}

/// One operation.
pub(crate) struct LoweredOp {
    pub table: Table,
    pub label: Option<&'static str>,
    pub what: What,
    pub binds: Binds,
}

/// The kinds of operations, with the slots of their values.
pub(crate) enum What {
    /// The document's columns first.
    Insert {
        existing: OnExisting,
    },
    /// The new values first, then the id.
    Update {
        id: Slot,
        sets: Vec<Set>,
        condition: Option<Cond>,
    },
    Delete {
        id: Slot,
        condition: Option<Cond>,
    },
    DeleteSome {
        condition: Cond,
        limit: Slot,
    },
    Expect {
        condition: Cond,
        some: bool,
    },
}

impl Lowered {
    /// Binds the values of lists one by one, for a database that takes no lists.
    pub fn spread(&mut self) {
        for LoweredOp { what, binds, .. } in &mut self.ops {
            let condition = match what {
                What::Insert {
                    existing: OnExisting::Patch { condition, .. },
                }
                | What::Update { condition, .. }
                | What::Delete { condition, .. } => condition.as_mut(),
                What::DeleteSome { condition, .. } | What::Expect { condition, .. } => {
                    Some(condition)
                }
                What::Insert { .. } => None,
            };
            if let Some(condition) = condition {
                condition.spread(binds);
            }
        }
    }
}

/// Checks all operations, and gives every violation at once.
pub(crate) fn lower(batch: Batch) -> Result<Lowered, StoreError> {
    let mut problems = Vec::new();
    let ops = batch
        .ops
        .into_iter()
        .filter_map(|op| lower_op(op, &mut problems))
        .collect();
    if problems.is_empty() {
        Ok(Lowered { ops })
    } else {
        Err(StoreError::Invalid(problems))
    }
}

fn lower_op(op: Op, problems: &mut Vec<Violation>) -> Option<LoweredOp> {
    let Op {
        collection,
        label,
        action,
    } = op;
    let mut lowering = Lowering {
        collection,
        binds: Binds::default(),
        problems,
    };
    let what = match action {
        Action::Insert { document, existing } => lowering.insert(document, existing)?,
        Action::Update {
            id,
            changes,
            condition,
        } => {
            let sets = lowering.changes(changes);
            let id = lowering.binds.text(&id);
            What::Update {
                id,
                sets,
                condition: lowering.condition(condition),
            }
        }
        Action::Delete { id, condition } => {
            let id = lowering.binds.text(&id);
            What::Delete {
                id,
                condition: lowering.condition(condition),
            }
        }
        Action::DeleteWhere { filter, limit } => {
            let condition = lowering.filter(&filter);
            What::DeleteSome {
                condition,
                limit: lowering.binds.count(limit),
            }
        }
        Action::Expect { filter, some } => What::Expect {
            condition: lowering.filter(&filter),
            some,
        },
    };
    Some(LoweredOp {
        table: Table(collection),
        label,
        what,
        binds: lowering.binds,
    })
}

struct Lowering<'a> {
    collection: &'static Collection,
    binds: Binds,
    problems: &'a mut Vec<Violation>,
}

impl Lowering<'_> {
    fn insert(&mut self, document: Fields, existing: Existing) -> Option<What> {
        let fields = match document {
            Ok(fields) => fields,
            Err(why) => {
                self.problems
                    .push(violation(self.collection.id, Rule::Format, &why));
                return None;
            }
        };
        let violations = validate(self.collection, &fields);
        if !violations.is_empty() {
            self.problems.extend(violations);
            return None;
        }
        match encode::document(self.collection, &fields) {
            Ok(binds) => self.binds = Binds(binds),
            Err(problem) => {
                self.problems.push(problem);
                return None;
            }
        }
        let existing = match existing {
            Existing::Conflict => OnExisting::Conflict,
            Existing::Replace => OnExisting::Replace,
            Existing::Patch { changes, condition } => {
                let sets = self.changes(changes);
                OnExisting::Patch {
                    sets,
                    condition: self.condition(condition),
                }
            }
        };
        Some(What::Insert { existing })
    }

    fn filter(&mut self, filter: &Node) -> Cond {
        lowering::lower(filter, self.collection, &mut self.binds, self.problems)
    }

    fn condition(&mut self, filter: Option<Node>) -> Option<Cond> {
        filter.map(|filter| self.filter(&filter))
    }

    fn changes(&mut self, mut changes: Changes) -> Vec<Set> {
        let mut set_to = Map::new();
        for (key, change) in &mut changes {
            let is_list = self
                .collection
                .attribute(key)
                .is_some_and(|attribute| attribute.array);
            if is_list && *change == Change::Set(Value::Null) {
                // A list is never missing, only empty.
                *change = Change::Set(Value::Array(Vec::new()));
            }
            if let Change::Set(value) = change {
                set_to.insert((*key).to_owned(), value.clone());
            }
        }
        self.problems
            .extend(validate_patch(self.collection, &set_to));
        changes
            .into_iter()
            .filter_map(|(key, change)| self.change(key, change))
            .collect()
    }

    fn change(&mut self, key: &'static str, change: Change) -> Option<Set> {
        let Some(attribute) = self.collection.attribute(key) else {
            self.problems
                .push(violation(key, Rule::Unknown, "can't be changed"));
            return None;
        };
        let set = match change {
            Change::Set(value) => encode::attribute(attribute, &value).map(|bind| Set::Value {
                column: key,
                value: self.binds.push(bind),
            }),
            Change::Add { by, min, max } => self.add(attribute, &by, min.as_ref(), max.as_ref()),
        };
        // `validate_patch` has most likely said it already, in more words.
        set.map_err(|problem| {
            if !self
                .problems
                .iter()
                .any(|known| known.field == problem.field)
            {
                self.problems.push(problem);
            }
        })
        .ok()
    }

    fn add(
        &mut self,
        attribute: &Attribute,
        by: &Value,
        min: Option<&Value>,
        max: Option<&Value>,
    ) -> Result<Set, Violation> {
        let (least, greatest) = match attribute.kind {
            // Bounded also without bounds of its own: SQLite turns a sum that overflows into a
            // double.
            Kind::Integer {
                min: lowest,
                max: highest,
            } if !attribute.array => {
                let least = integer(attribute, min)?.max(lowest).unwrap_or(i64::MIN);
                let highest = highest.unwrap_or(i64::MAX);
                let greatest = integer(attribute, max)?.map_or(highest, |max| max.min(highest));
                (SqlValue::Integer(least), SqlValue::Integer(greatest))
            }
            Kind::Double {
                min: lowest,
                max: highest,
            } if !attribute.array => {
                let lowest = lowest.unwrap_or(f64::MIN);
                let least = double(attribute, min)?.map_or(lowest, |min| min.max(lowest));
                let highest = highest.unwrap_or(f64::MAX);
                let greatest = double(attribute, max)?.map_or(highest, |max| max.min(highest));
                (SqlValue::Real(least), SqlValue::Real(greatest))
            }
            _ => {
                return Err(violation(
                    attribute.key,
                    Rule::Type,
                    "is no number to add to",
                ));
            }
        };
        let by = match encode::scalar(attribute, by)? {
            Bind::Value(SqlValue::Null) => {
                return Err(violation(
                    attribute.key,
                    Rule::Type,
                    "needs a number to add",
                ));
            }
            by => self.binds.push(by),
        };
        let (least, greatest) = (self.binds.value(least), self.binds.value(greatest));
        Ok(Set::Add {
            column: attribute.key,
            by,
            least,
            greatest,
        })
    }
}

fn integer(attribute: &Attribute, bound: Option<&Value>) -> Result<Option<i64>, Violation> {
    let wrong = || violation(attribute.key, Rule::Type, "needs integers as bounds");
    bound
        .map(|bound| bound.as_i64().ok_or_else(wrong))
        .transpose()
}

fn double(attribute: &Attribute, bound: Option<&Value>) -> Result<Option<f64>, Violation> {
    let wrong = || violation(attribute.key, Rule::Type, "needs numbers as bounds");
    bound
        .map(|bound| bound.as_f64().ok_or_else(wrong))
        .transpose()
}
