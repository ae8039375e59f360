//! Which statements carry out some batches: as few as give the same as one operation after another.
//!
//! Every statement is a hop to another thread of the host. So an operation joins an earlier
//! statement of its kind if nothing between the two has to do with its table: then the order of
//! the two makes no difference that anything in the transaction could see.

use whisper_schema::Timestamp;

use super::lower::{Lowered, LoweredOp, What};
use crate::SqlValue;
use crate::sql::{Bind, Expectation, OnExisting, Set, Shape, Table, gives_rows, list, width};

/// Most values in one statement that grows; SQLite takes 32,766.
const MAX_VALUES: usize = 16_000;
/// Most expectations in one statement; SQLite takes 2,000 columns.
const MAX_EXPECTATIONS: usize = 500;

/// Where an operation stands: its batch among those planned, its place in the batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Origin {
    pub batch: usize,
    pub op: usize,
}

/// A statement, with the operations it carries out.
#[derive(Debug)]
pub(super) struct Step {
    pub work: Work,
    params: Vec<SqlValue>,
    pub origins: Vec<Origin>,
    /// The tables it has to do with.
    tables: Vec<Table>,
}

/// The kinds of statements, and what proves that they did what they should.
#[derive(Debug)]
pub(super) enum Work {
    /// Each column is 1.
    Expect(Vec<Expectation>),
    /// It didn't fail, or as many rows came back as there are documents.
    Insert {
        table: Table,
        rows: usize,
        existing: OnExisting,
        /// The values of `existing`, behind those of the documents.
        shared: Vec<SqlValue>,
    },
    /// One row came back. Others of its columns can join.
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
    /// One row came back.
    One(Shape),
    /// It didn't fail; how many rows changed is to be asked.
    Some(Shape),
}

/// The statements for these batches at this time. `join` allows statements for several operations.
pub(super) fn plan(batches: &[&Lowered], at: Timestamp, join: bool) -> Vec<Step> {
    let mut steps = Vec::new();
    for (batch, lowered) in batches.iter().enumerate() {
        for (op, lowered) in lowered.ops.iter().enumerate() {
            let origin = Origin { batch, op };
            let step = Step::new(lowered, at, origin);
            if let Some(step) = if join {
                join_earlier(&mut steps, step)
            } else {
                Some(step)
            } {
                steps.push(step);
            }
        }
    }
    steps
}

/// Joins the step to an earlier one, or gives it back.
fn join_earlier(steps: &mut [Step], mut step: Step) -> Option<Step> {
    for earlier in steps.iter_mut().rev() {
        step = earlier.join(step)?;
        if earlier.minds(&step) {
            break;
        }
    }
    Some(step)
}

impl Step {
    fn new(op: &LoweredOp, at: Timestamp, origin: Origin) -> Step {
        let mut work = Work::of(op);
        let mut params: Vec<SqlValue> = op.binds.0.iter().map(|bind| bound(bind, at)).collect();
        match &mut work {
            // By how much the revision grows, should others join.
            Work::Update { .. } => params.push(SqlValue::Integer(1)),
            Work::Insert { shared, .. } => *shared = params.split_off(width(op.table)),
            _ => {}
        }
        Step {
            work,
            params,
            origins: vec![origin],
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
                let offset = self.params.len();
                expectations.extend(more.iter().map(|each| each.moved(offset)));
                self.params.extend(other.params);
                self.tables.extend(other.tables);
            }
            (work, Work::Insert { .. }) if work.inserts_as(&other.work) => {
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
        self.origins.extend(other.origins);
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

    /// The statement, and the values of its slots, which are gone from here.
    pub fn take_statement(&mut self) -> (Shape, Vec<SqlValue>) {
        let params = std::mem::take(&mut self.params);
        match &mut self.work {
            Work::Insert {
                table,
                rows,
                existing,
                shared,
            } => insert(*table, *rows, existing, params, shared),
            Work::Updates {
                table,
                columns,
                rows,
            } => update_many(*table, columns.clone(), *rows, params),
            Work::Update { table, columns } => {
                let set = |(value, column): (usize, &&'static str)| Set::Value { column, value };
                let shape = Shape::Update {
                    table: *table,
                    id: columns.len(),
                    sets: columns.iter().enumerate().map(set).collect(),
                    condition: None,
                };
                (shape, params)
            }
            Work::Expect(expectations) => (Shape::Expect(padded(expectations)), params),
            Work::One(shape) | Work::Some(shape) => (shape.clone(), params),
        }
    }

    /// The table it writes to, if it writes.
    pub fn table(&self) -> Option<Table> {
        self.tables.first().copied()
    }
}

impl Work {
    fn of(op: &LoweredOp) -> Work {
        let table = op.table;
        match &op.what {
            What::Insert { existing } => Work::Insert {
                table,
                rows: 1,
                existing: existing.clone(),
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

fn bound(bind: &Bind, at: Timestamp) -> SqlValue {
    match bind {
        Bind::Value(value) => value.clone(),
        Bind::AtCommit => SqlValue::Integer(at.as_millis()),
    }
}

/// An insert of these documents; as a list where there are several and JSON can carry them.
fn insert(
    table: Table,
    rows: usize,
    existing: &OnExisting,
    mut params: Vec<SqlValue>,
    shared: &mut Vec<SqlValue>,
) -> (Shape, Vec<SqlValue>) {
    let width = width(table);
    let shape = match listed(&params, rows, width) {
        Some(list) => {
            params = vec![SqlValue::Null; width - 1];
            params.push(list);
            Shape::InsertList {
                table,
                existing: existing.clone(),
                gives_rows: gives_rows(rows),
            }
        }
        None => Shape::Insert {
            table,
            rows,
            existing: existing.moved((rows - 1) * width),
        },
    };
    params.append(shared);
    (shape, params)
}

/// Updates of these documents; as a list where JSON can carry them.
fn update_many(
    table: Table,
    columns: Vec<&'static str>,
    rows: usize,
    params: Vec<SqlValue>,
) -> (Shape, Vec<SqlValue>) {
    match listed(&params, rows, columns.len() + 2) {
        Some(list) => {
            let shape = Shape::UpdateList {
                table,
                columns,
                gives_rows: gives_rows(rows),
            };
            (shape, vec![list])
        }
        None => {
            let shape = Shape::UpdateMany {
                table,
                columns,
                rows,
            };
            (shape, params)
        }
    }
}

fn listed(params: &[SqlValue], rows: usize, width: usize) -> Option<SqlValue> {
    (rows > 1).then(|| list::rows(params, width)).flatten()
}

/// As many expectations as a power of two, so that few texts serve all numbers: the last is asked again.
fn padded(expectations: &[Expectation]) -> Vec<Expectation> {
    let count = expectations.len().next_power_of_two().min(MAX_EXPECTATIONS);
    let again = expectations.last().cloned();
    let missing = count.saturating_sub(expectations.len());
    let again = std::iter::repeat_n(again, missing).flatten();
    expectations.iter().cloned().chain(again).collect()
}

/// The columns of an update that sets values, whatever they were before.
fn plain(sets: &[Set]) -> Option<Vec<&'static str>> {
    let column = |set: &Set| match set {
        Set::Value { column, .. } => Some(*column),
        Set::Add { .. } => None,
    };
    sets.iter().map(column).collect()
}

/// Adds an update to others of the same columns; says how many rows there are now. A second one of
/// the same document takes the place of the first, which nobody has seen, and counts twice.
fn join_updates(params: &mut Vec<SqlValue>, width: usize, mut update: Vec<SqlValue>) -> usize {
    let same = params
        .chunks_exact_mut(width)
        .find(|row| row[width - 2] == update[width - 2]);
    match same {
        Some(row) => {
            if let (Some(SqlValue::Integer(grown)), Some(last)) = (row.last(), update.last_mut()) {
                *last = SqlValue::Integer(grown + 1);
            }
            row.clone_from_slice(&update);
        }
        None => params.extend(update),
    }
    params.len() / width
}
