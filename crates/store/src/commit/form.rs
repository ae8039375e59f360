//! A batch and the statement that carries it out, made before its turn comes.

use std::rc::Rc;

use super::locks::Locks;
use super::lower::{Lowered, What};
use super::plan::{MAX_VALUES, Step, plan};
use crate::batch::Committed;
use crate::bind::Bind;
use crate::connections::outage;
use crate::driver::{Dialect, DriverError, SqlValue};
use crate::error::StoreError;
use crate::sql::{Cache, MOST_BATCHES, Program, Routine, Shape, Table, unmet};
use whisper_schema::Timestamp;

/// A batch with its form.
pub(crate) struct Planned {
    pub batch: Lowered,
    pub form: Form,
}

/// How a batch is carried out.
pub(crate) struct Form {
    /// As one statement of SQLite's; none if it has too much for one.
    pub program: Option<Rc<Program>>,
    /// As a function of PostgreSQL's.
    pub routine: Option<Rc<Routine>>,
    /// The locks that the function takes first.
    pub locks: Locks,
    /// The values of the program, but for the time.
    pub values: Vec<SqlValue>,
    /// As one statement without a program, which takes the same values.
    pub statement: Option<Shape>,
    /// Places of the operations of each statement in the program.
    ops: Vec<Vec<usize>>,
    /// Whether a failure is that of the operation it names.
    pub is_exact: bool,
}

impl Planned {
    pub fn new(batch: Lowered, cache: &Cache) -> Self {
        let form = Form::new(&batch, true, cache);
        Planned { batch, form }
    }

    /// With how many others of its form it may share a statement, itself included.
    pub fn most(&self) -> usize {
        match (&self.form.program, &self.form.routine) {
            (Some(program), _) => program.most_rows(MAX_VALUES),
            (_, Some(routine)) if routine.forget.is_none() => MOST_BATCHES,
            _ => 1,
        }
    }
}

/// The statement that carries batches out.
pub(super) enum Carrier {
    Program(Rc<Program>),
    Routine(Rc<Routine>),
    /// Several statements.
    None,
}

impl Carrier {
    /// Whether one statement can carry out batches of both.
    pub fn is(&self, other: &Carrier) -> bool {
        match (self, other) {
            (Carrier::Program(one), Carrier::Program(other)) => Rc::ptr_eq(one, other),
            (Carrier::Routine(one), Carrier::Routine(other)) => Rc::ptr_eq(one, other),
            _ => false,
        }
    }
}

impl Form {
    /// `join` allows statements for several operations.
    pub fn new(batch: &Lowered, join: bool, cache: &Cache) -> Self {
        let plan = plan(batch, join);
        let is_enough = matches!(plan.steps.as_slice(), [step] if step.is_enough());
        let ops = plan.steps.iter().map(|step| step.ops.clone()).collect();
        let mut values = Vec::new();
        let stage = |step: Step| {
            let (stage, known) = step.stage();
            values.extend(known);
            stage
        };
        let stages: Vec<_> = plan.steps.into_iter().map(stage).collect();
        if cache.dialect() == Dialect::Postgres {
            return Form {
                program: None,
                routine: Some(cache.routine(&stages)),
                locks: Locks::of(batch),
                values,
                statement: None,
                ops,
                is_exact: plan.is_exact,
            };
        }
        let first = stages.first().map(|stage| stage.shape.clone());
        Form {
            program: cache.program(&stages),
            routine: None,
            locks: Locks::default(),
            values,
            statement: first.filter(|_| is_enough),
            ops,
            is_exact: plan.is_exact,
        }
    }

    /// The statement that carries it out.
    pub(super) fn carrier(&self) -> Carrier {
        match (&self.program, &self.routine) {
            (Some(program), _) => Carrier::Program(Rc::clone(program)),
            (_, Some(routine)) => Carrier::Routine(Rc::clone(routine)),
            _ => Carrier::None,
        }
    }

    /// The result of a batch of this form, given how many rows were changed by the statements that are asked.
    pub fn committed(&self, batch: &Lowered, at: Timestamp, counts: &[u64]) -> Committed {
        let mut affected: Vec<u64> = batch.ops.iter().map(|op| op.what.rows()).collect();
        let program = self.program.iter().flat_map(|program| program.counted());
        let routine = self.routine.iter().flat_map(|routine| &routine.counted);
        let counted = program.chain(routine);
        for (step, count) in counted.zip(counts) {
            for op in &self.ops[*step] {
                affected[*op] = *count;
            }
        }
        Committed { at, affected }
    }

    /// The error of a program of this form.
    pub fn blame(&self, batch: &Lowered, error: DriverError) -> StoreError {
        match unmet(&error) {
            Some((step, place)) => self
                .refused(batch, step, place)
                .unwrap_or_else(|| outage(error)),
            None => batch.blame(error),
        }
    }

    /// The error of a condition that isn't met, by the number of its statement and its place there.
    pub fn refused(&self, batch: &Lowered, step: usize, place: usize) -> Option<StoreError> {
        let op = self.ops.get(step).and_then(|ops| ops.get(place));
        op.map(|op| batch.refused(*op))
    }
}

impl What {
    /// How many rows it changes when it succeeds, as far as that is known before.
    pub fn rows(&self) -> u64 {
        match self {
            What::Expect { .. } | What::DeleteSome { .. } => 0,
            What::Insert { .. } | What::Update { .. } | What::Delete { .. } => 1,
        }
    }
}

impl Lowered {
    /// Whether it asks for the time of its commit.
    pub fn is_timed(&self) -> bool {
        let mut binds = self.ops.iter().flat_map(|op| &op.binds.0);
        binds.any(|bind| *bind == Bind::AtCommit)
    }

    /// The error of an operation whose condition doesn't hold, or whose document is missing.
    pub fn refused(&self, op: usize) -> StoreError {
        let label = self.ops.get(op).and_then(|op| op.label);
        StoreError::ConditionFailed { op, label }
    }

    /// The error of a statement; a conflict names the index.
    pub fn blame(&self, error: DriverError) -> StoreError {
        let DriverError::Unique(columns) = &error else {
            return outage(error);
        };
        let mut tables = self.ops.iter().map(|op| op.table);
        tables
            .find_map(|table| conflict(table, columns))
            .unwrap_or_else(|| outage(error))
    }
}

/// A conflict on columns of this table, each as `table.column`.
fn conflict(table: Table, columns: &str) -> Option<StoreError> {
    let own = |column: &'_ str| -> Option<String> {
        let (of, column) = column.split_once('.')?;
        (of == table.0.id).then(|| column.to_owned())
    };
    let columns: Option<Vec<String>> = columns.split(", ").map(own).collect();
    let columns = columns?;
    let index = match columns.as_slice() {
        [id] if id == "_id" => "_id",
        columns => {
            let of = |index: &&whisper_schema::Index| {
                let keys = index.columns.iter().map(|column| column.attribute);
                keys.eq(columns.iter().map(String::as_str))
            };
            table.0.indexes.iter().find(of)?.key
        }
    };
    Some(StoreError::Conflict {
        collection: table.0.id.to_owned(),
        index: index.to_owned(),
    })
}
