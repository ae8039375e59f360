//! Commits in PostgreSQL: a group of batches as one call of their function, each with a result of its own.

use serde::Deserialize;
use serde_json::Value;
use whisper_schema::Timestamp;

use super::form::{Form, Planned};
use super::locks::Locks;
use super::lower::Lowered;
use super::queue::{Flight, Group, Outcome};
use super::{Commits, Stop};
use crate::connections::{Lease, outage};
use crate::driver::{DriverError, SqlValue};
use crate::error::StoreError;
use crate::parts::is_part;
use crate::sql::{Routine, as_text};

/// Codes of PostgreSQL's: there is no such function, or there is one already.
const NO_FUNCTION: &str = "42883";
const SAME_FUNCTION: &str = "42723";
const SAME_ROW: &str = "23505";

impl Commits {
    /// Commits a group of batches of one form.
    pub(super) async fn call(&self, lease: &Lease, group: &mut Group<Planned>) -> Result<(), Stop> {
        let places = group.first(group.len());
        let all: Vec<&Planned> = places.iter().map(|place| &place.work).collect();
        let Some(first) = all.first() else {
            return Ok(());
        };
        let locks = all[1..]
            .iter()
            .fold(first.form.locks.clone(), |locks, each| {
                locks.and(&each.form.locks)
            });
        let values: Vec<&[SqlValue]> = all.iter().map(|each| &*each.form.values).collect();
        let called = self.ask(lease, &first.form, &locks, &values, group.flight());
        let told = match called.await {
            Ok(told) if told.outcomes.len() == all.len() => told,
            Ok(_) => {
                return broken(
                    group,
                    StoreError::Internal("a commit told too little".into()),
                );
            }
            Err(DriverError::Busy) => return Err(Stop::Busy),
            Err(error) => return broken(group, outage(error)),
        };
        // From the last on: each leaves the group. Batches that are done are answered before anything else is waited for.
        for (at, (each, told_of)) in all.iter().zip(&told.outcomes).enumerate().rev() {
            let outcome = outcome(&each.form, &each.batch, told.at, told_of);
            let is_refused = matches!(
                outcome,
                Err(StoreError::ConditionFailed { .. } | StoreError::Conflict { .. })
            );
            if !is_refused || each.form.is_exact {
                group.answer(at, outcome);
            }
        }
        while let Some(place) = group.first(1).first() {
            let exact = self.exactly(lease, &place.work.batch, group.flight()).await;
            let is_lost = matches!(exact, Err(StoreError::Unavailable(_)));
            group.answer(0, exact);
            if is_lost {
                return Err(Stop::Broken);
            }
        }
        Ok(())
    }

    /// Tries a refused batch again, one operation after another, for the refusal that comes first.
    async fn exactly(&self, lease: &Lease, batch: &Lowered, flight: &Flight) -> Outcome {
        let form = Form::new(batch, false, &self.database.cache);
        let values = [&*form.values];
        let asked = self.ask(lease, &form, &form.locks, &values, flight);
        let told = asked.await.map_err(outage)?;
        match told.outcomes.first() {
            Some(told_of) => outcome(&form, batch, told.at, told_of),
            None => Err(StoreError::Internal("a commit told nothing".into())),
        }
    }

    async fn ask(
        &self,
        lease: &Lease,
        form: &Form,
        locks: &Locks,
        batches: &[&[SqlValue]],
        flight: &Flight,
    ) -> Result<Told, DriverError> {
        let Some(routine) = &form.routine else {
            return Err(DriverError::Other("the batch has no function".into()));
        };
        let values = batches.iter().flat_map(|values| values.iter());
        let params = [
            SqlValue::Integer(self.database.clock.tick().as_millis()),
            locks.value(),
            SqlValue::Texts(values.map(as_text).collect()),
            SqlValue::Integer(i64::try_from(batches.len()).unwrap_or(i64::MAX)),
            SqlValue::Integer(self.database.connections.waits_for_disk().into()),
        ];
        if routine.forget.is_some() {
            lease.execute(&routine.make, &[]).await?;
        }
        flight.begin(batches.len());
        let called = lease.execute(&routine.call, &params).await;
        let rows = match called {
            Err(error) if error.has_code(NO_FUNCTION) => {
                flight.end();
                made(lease, routine).await?;
                flight.begin(batches.len());
                lease.execute(&routine.call, &params).await
            }
            called => called,
        };
        // An answer, and a refusal of all: it is known that nothing of it is there.
        if !matches!(rows, Err(DriverError::Unavailable(_))) {
            flight.end();
        }
        let rows = rows?;
        if let Some(forget) = &routine.forget {
            // The session forgets it in any case.
            lease.execute(forget, &[]).await.ok();
        }
        let told = match rows.first().and_then(|row| row.first()) {
            Some(SqlValue::Text(told)) => told,
            other => return Err(DriverError::Other(format!("a commit told {other:?}"))),
        };
        let told: Told = serde_json::from_str(told)
            .map_err(|error| DriverError::Other(format!("a commit told {told}: {error}")))?;
        self.database.clock.given(told.at);
        Ok(told)
    }
}

/// Makes a function; others may have been faster.
async fn made(lease: &Lease, routine: &Routine) -> Result<(), DriverError> {
    match lease.execute(&routine.make, &[]).await {
        Err(error) if error.has_code(SAME_FUNCTION) || error.has_code(SAME_ROW) => Ok(()),
        made => made.map(|_| ()),
    }
}

/// Ends a group whose outcome is known to be this error, or isn't known at all. The connection goes.
fn broken(group: &mut Group<Planned>, error: StoreError) -> Result<(), Stop> {
    let all = vec![Err(error); group.len()];
    group.answer_first(all);
    Err(Stop::Broken)
}

/// The answer of a call: the time of the commit, and the outcome of each batch.
#[derive(Deserialize)]
#[serde(from = "Vec<Value>")]
struct Told {
    at: Timestamp,
    outcomes: Vec<Vec<Value>>,
}

impl From<Vec<Value>> for Told {
    fn from(told: Vec<Value>) -> Self {
        let mut told = told.into_iter();
        let at = told.next().and_then(|at| at.as_i64()).unwrap_or_default();
        let outcomes = told.map(|outcome| match outcome {
            Value::Array(parts) => parts,
            _ => Vec::new(),
        });
        Told {
            at: Timestamp::from_millis(at),
            outcomes: outcomes.collect(),
        }
    }
}

/// The result of a batch, as its function tells it: 0 with the numbers of rows, 1 with the condition that isn't met, 2 with the table and
/// the index of a conflict, 3 with another error.
fn outcome(form: &Form, batch: &Lowered, at: Timestamp, told: &[Value]) -> Outcome {
    let number = |at: usize| told.get(at).and_then(Value::as_u64);
    let place = |at: usize| number(at).and_then(|number| usize::try_from(number).ok());
    let text = |at: usize| told.get(at).and_then(Value::as_str).unwrap_or_default();
    match number(0) {
        Some(0) => {
            let counts: Vec<u64> = told[1..].iter().filter_map(Value::as_u64).collect();
            Ok(form.committed(batch, at, &counts))
        }
        Some(1) => {
            let unmet = place(1).zip(place(2));
            let refused = unmet.and_then(|(step, place)| form.refused(batch, step, place));
            Err(refused.unwrap_or_else(|| StoreError::Internal("no such condition".into())))
        }
        Some(2) => Err(batch.conflict(text(1), text(2))),
        _ => Err(StoreError::Internal(format!("{}: {}", text(1), text(2)))),
    }
}

impl Lowered {
    /// A conflict on an index, which is named by its table and itself.
    fn conflict(&self, table: &str, index: &str) -> StoreError {
        let named = index
            .strip_prefix(table)
            .and_then(|index| index.strip_prefix('_'));
        let known = self
            .ops
            .iter()
            .map(|op| op.table.0)
            .find(|collection| collection.id == table || is_part(table, collection));
        match (named, known) {
            (Some(index), Some(collection)) => StoreError::Conflict {
                collection: collection.id.to_owned(),
                index: index.to_owned(),
            },
            _ => StoreError::Internal(format!("not unique: {table}, {index}")),
        }
    }
}
