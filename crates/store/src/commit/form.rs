//! A batch and the statement that carries it out, made before its turn comes.

use std::rc::Rc;

use super::lower::{Lowered, What};
use super::plan::{MAX_VALUES, Step, plan};
use crate::batch::Committed;
use crate::bind::Bind;
use crate::connections::outage;
use crate::driver::{DriverError, SqlValue};
use crate::error::StoreError;
use crate::sql::{Cache, Program, Shape, Table, unmet};
use whisper_schema::Timestamp;

/// A batch with its form.
pub(crate) struct Planned {
    pub batch: Lowered,
    pub form: Form,
}

/// How a batch is carried out.
pub(crate) struct Form {
    /// As one statement; none if it has too much for one.
    pub program: Option<Rc<Program>>,
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
        let program = self.form.program.as_ref();
        program.map_or(1, |program| program.most_rows(MAX_VALUES))
    }

    /// Whether this is its program.
    pub fn has(&self, program: Option<&Rc<Program>>) -> bool {
        match (&self.form.program, program) {
            (Some(own), Some(other)) => Rc::ptr_eq(own, other),
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
        let first = stages.first().map(|stage| stage.shape.clone());
        Form {
            program: cache.program(&stages),
            values,
            statement: first.filter(|_| is_enough),
            ops,
            is_exact: plan.is_exact,
        }
    }

    /// The result of a batch of this form, given how many rows were changed by the statements that are asked.
    pub fn committed(&self, batch: &Lowered, at: Timestamp, counts: &[u64]) -> Committed {
        let mut affected: Vec<u64> = batch.ops.iter().map(|op| op.what.rows()).collect();
        let counted = self.program.iter().flat_map(|program| program.counted());
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
            Some((step, place)) => {
                let op = self.ops.get(step).and_then(|ops| ops.get(place));
                op.map_or_else(|| outage(error), |op| batch.refused(*op))
            }
            None => batch.blame(error),
        }
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
