//! The statements that carry out a batch: as few as give the same as one operation after another.
//!
//! An operation joins an earlier statement of its kind if nothing between the two has to do with its table: then the
//! order of the two makes no difference that anything in the transaction could see.

use whisper_schema::Timestamp;

use super::lower::{Lowered, LoweredOp, What};
use super::many::{MAX_EXPECTATIONS, insert, join_updates, padded, shift, update_many};
use crate::bind::Bind;
use crate::driver::SqlValue;
use crate::sql::{Expectation, OnExisting, Set, Shape, Stage, Table, width};

/// Most values in one statement that grows; SQLite takes 32,766.
pub(super) const MAX_VALUES: usize = 16_000;

/// The statements of a batch.
#[derive(Debug)]
pub(super) struct Plan {
    pub steps: Vec<Step>,
    /// Whether the first failure is the one that would come first if each operation were a statement.
    pub is_exact: bool,
}

/// A statement, with the operations it carries out.
#[derive(Debug)]
pub(super) struct Step {
    pub work: Work,
    params: Vec<Bind>,
    /// Places of its operations in the batch.
    pub ops: Vec<usize>,
    /// The tables it has to do with.
    tables: Vec<Table>,
}

/// The kinds of statements, each with the proof that it did as it should.
#[derive(Debug)]
pub(super) enum Work {
    /// Each column is 1.
    Expect(Vec<Expectation>),
    /// It didn't fail, or as many rows changed as there are documents.
    Insert {
        table: Table,
        rows: usize,
        /// Its values begin at slot 0.
        existing: OnExisting,
        shared: Vec<Bind>,
    },
    /// One row changed. Others of its columns can join.
    Update {
        table: Table,
        columns: Vec<&'static str>,
    },
    /// As many rows changed as there are documents.
    Updates {
        table: Table,
        columns: Vec<&'static str>,
        rows: usize,
    },
    /// One row changed.
    One(Shape),
    /// It didn't fail; how many rows changed is to be asked.
    Some(Shape),
}

/// The statements for a batch. `join` allows statements for several operations.
pub(super) fn plan(batch: &Lowered, join: bool) -> Plan {
    let mut plan = Plan {
        steps: Vec::new(),
        is_exact: true,
    };
    for (number, op) in batch.ops.iter().enumerate() {
        let step = Step::new(op, number);
        match join {
            true => plan.join_or_push(step),
            false => plan.steps.push(step),
        }
    }
    plan
}

impl Plan {
    fn join_or_push(&mut self, mut step: Step) {
        let mut is_last = true;
        for earlier in self.steps.iter_mut().rev() {
            step = match earlier.join(step) {
                Some(step) => step,
                None => {
                    // Each expectation says itself that it doesn't hold.
                    self.is_exact &= is_last && matches!(earlier.work, Work::Expect(_));
                    return;
                }
            };
            if earlier.minds(&step) {
                break;
            }
            is_last = false;
        }
        self.steps.push(step);
    }
}

impl Step {
    fn new(op: &LoweredOp, number: usize) -> Step {
        let mut work = Work::of(op);
        let mut params = op.binds.0.clone();
        match &mut work {
            // The last value is by how much the revision grows; it becomes more when further updates of the same
            // document join.
            Work::Update { .. } => params.push(Bind::Value(SqlValue::Integer(1))),
            Work::Insert { shared, .. } => *shared = params.split_off(width(op.table)),
            _ => {}
        }
        Step {
            work,
            params,
            ops: vec![number],
            tables: vec![op.table],
        }
    }

    /// Takes the other step in if one statement can do both, or gives it back.
    fn join(&mut self, other: Step) -> Option<Step> {
        if self.params.len() + other.params.len() > MAX_VALUES {
            return Some(other);
        }
        match (&mut self.work, &other.work) {
            (Work::Expect(expectations), Work::Expect(more))
                if expectations.len() < MAX_EXPECTATIONS =>
            {
                let offset = shift(self.params.len());
                expectations.extend(more.iter().map(|each| each.moved(offset)));
                self.params.extend(other.params);
                self.tables.extend(other.tables);
            }
            (
                work,
                Work::Insert {
                    table, existing, ..
                },
            ) if work.inserts_as(&other.work)
                && (*existing == OnExisting::Conflict
                    || !has_row(&self.params, width(*table), &other.params)) =>
            {
                if let Work::Insert { rows, .. } = work {
                    *rows += 1;
                }
                self.params.extend(other.params);
            }
            (work, Work::Update { table, columns }) if work.updates(*table, columns) => {
                let rows = join_updates(&mut self.params, columns.len() + 2, other.params);
                self.work = Work::Updates {
                    table: *table,
                    columns: columns.clone(),
                    rows,
                };
            }
            _ => return Some(other),
        }
        self.ops.extend(other.ops);
        None
    }

    /// Whether the other step, coming later, can't be moved before this one.
    fn minds(&self, other: &Step) -> bool {
        let both_read = matches!(
            (&self.work, &other.work),
            (Work::Expect(_), Work::Expect(_))
        );
        !both_read && self.tables.iter().any(|table| other.tables.contains(table))
    }

    /// The statement inside of a program, and the values that are known before it runs.
    pub fn stage(self) -> (Stage, Vec<SqlValue>) {
        let (shape, binds) = self.statement();
        let times = binds.iter().map(|bind| *bind == Bind::AtCommit).collect();
        let known = binds.into_iter().filter_map(|bind| match bind {
            Bind::Value(value) => Some(value),
            Bind::AtCommit => None,
        });
        (Stage { shape, times }, known.collect())
    }

    /// The statement on its own, at this time.
    pub fn statement_at(mut self, at: Timestamp) -> (Shape, Vec<SqlValue>) {
        let known = |binds: &mut Vec<Bind>| {
            let values = std::mem::take(binds).into_iter();
            *binds = values.map(|bind| Bind::Value(bind.at(at))).collect();
        };
        known(&mut self.params);
        if let Work::Insert { shared, .. } = &mut self.work {
            known(shared);
        }
        let (shape, binds) = self.statement();
        let shape = match shape {
            Shape::Expect(expectations) => Shape::Expect(padded(expectations)),
            shape => shape,
        };
        (shape, binds.into_iter().map(|bind| bind.at(at)).collect())
    }

    /// The statement, and the values of its slots.
    fn statement(self) -> (Shape, Vec<Bind>) {
        let params = self.params;
        match self.work {
            Work::Insert {
                table,
                rows,
                existing,
                shared,
            } => insert(table, rows, &existing, params, shared),
            Work::Updates {
                table,
                columns,
                rows,
            } => update_many(table, columns, rows, params),
            Work::Update { table, columns } => {
                let set = |(value, column): (usize, &&'static str)| Set::Value { column, value };
                let shape = Shape::Update {
                    table,
                    id: columns.len(),
                    sets: columns.iter().enumerate().map(set).collect(),
                    condition: None,
                };
                (shape, params)
            }
            Work::Expect(expectations) => (Shape::Expect(expectations), params),
            Work::One(shape) | Work::Some(shape) => (shape, params),
        }
    }

    /// Whether the statement on its own shows its effect, and asks for nothing else.
    pub fn is_enough(&self) -> bool {
        let knows = |binds: &[Bind]| !binds.contains(&Bind::AtCommit);
        knows(&self.params)
            && match &self.work {
                Work::Insert {
                    rows,
                    existing,
                    shared,
                    ..
                } => knows(shared) && (*rows == 1 || *existing == OnExisting::Conflict),
                Work::Update { .. } | Work::One(_) => true,
                Work::Expect(_) | Work::Updates { .. } | Work::Some(_) => false,
            }
    }
}

impl Work {
    fn of(op: &LoweredOp) -> Work {
        let table = op.table;
        match &op.what {
            What::Insert { existing } => Work::Insert {
                table,
                rows: 1,
                existing: existing.moved(-shift(width(table))),
                shared: Vec::new(),
            },
            What::Update {
                id,
                sets,
                condition,
            } => match plain(sets).filter(|_| condition.is_none()) {
                Some(columns) => Work::Update { table, columns },
                None => Work::One(Shape::Update {
                    table,
                    id: *id,
                    sets: sets.clone(),
                    condition: condition.clone(),
                }),
            },
            What::Delete { id, condition } => Work::One(Shape::Delete {
                table,
                id: *id,
                condition: condition.clone(),
            }),
            What::DeleteSome { condition, limit } => Work::Some(Shape::DeleteSome {
                table,
                condition: condition.clone(),
                limit: *limit,
            }),
            What::Expect { condition, some } => Work::Expect(vec![Expectation {
                table,
                condition: condition.clone(),
                some: *some,
            }]),
        }
    }

    /// Whether both insert into the same table, and do the same with documents that are there.
    fn inserts_as(&self, other: &Work) -> bool {
        let parts = |work: &Work| match work {
            Work::Insert {
                table,
                existing,
                shared,
                ..
            } => Some((*table, existing.clone(), shared.clone())),
            _ => None,
        };
        parts(self).is_some() && parts(self) == parts(other)
    }

    /// Whether it updates documents of this table by setting these columns.
    fn updates(&self, of: Table, these: &[&str]) -> bool {
        match self {
            Work::Update { table, columns } | Work::Updates { table, columns, .. } => {
                *table == of && columns == these
            }
            _ => false,
        }
    }
}

/// Whether these rows have one with the id of another. PostgreSQL writes a row but once in a statement.
fn has_row(rows: &[Bind], width: usize, other: &[Bind]) -> bool {
    let id = other.first();
    rows.chunks_exact(width).any(|row| row.first() == id)
}

/// The columns of an update that sets values, without a look at their former ones.
fn plain(sets: &[Set]) -> Option<Vec<&'static str>> {
    let column = |set: &Set| match set {
        Set::Value { column, .. } => Some(*column),
        Set::Add { .. } => None,
    };
    sets.iter().map(column).collect()
}
