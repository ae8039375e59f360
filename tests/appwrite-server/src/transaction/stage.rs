//! Puts writes aside.

use serde_json::Value;

use crate::call::Call;
use crate::project::Project;
use crate::refusal::Refusal;
use crate::transaction::{Staged, Transaction, found, not_pending, not_ready};

/// Operations of a transaction.
const MOST: usize = 100;

/// The route that stages: routes differ in their checks, and in the names of the operations.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Staging {
    /// A row, or new rows.
    Row,
    /// A number.
    Step,
    /// Rows by queries, or many to upsert.
    Many,
    /// The route of operations.
    Operations,
}

/// A write by a route of rows.
pub fn of_row(call: &Call, row: Option<&str>, action: &str, data: Value) -> Staged {
    Staged {
        database: call.param("database").to_owned(),
        table: call.param("table").to_owned(),
        row: row.map(str::to_owned),
        action: action.to_owned(),
        data,
        at: call.now,
    }
}

/// Stages a single write.
pub fn stage(
    project: &mut Project,
    call: &Call,
    id: &str,
    staged: Staged,
    staging: Staging,
) -> Result<(), Refusal> {
    let transaction = found(project, call, id).map_err(|missing| match staging {
        Staging::Row | Staging::Operations => missing,
        Staging::Step | Staging::Many => not_pending(),
    })?;
    room(transaction, call, staging, 1)?;
    transaction.staged.push(staged);
    transaction.updated = call.now;
    Ok(())
}

/// Whether so many more writes can be staged.
pub fn room(
    transaction: &Transaction,
    call: &Call,
    staging: Staging,
    more: usize,
) -> Result<(), Refusal> {
    if transaction.status != "pending" {
        return Err(match staging {
            Staging::Row => not_ready(),
            _ => not_pending(),
        });
    }
    if staging != Staging::Many {
        transaction.is_open(call.now)?;
    }
    let existing = transaction.staged.len();
    if existing + more > MOST {
        let message = format!(
            "Transaction already has {existing} operations, adding {more} would exceed the maximum of {MOST}"
        );
        return Err(Refusal::new(400, "transaction_limit_exceeded", message));
    }
    Ok(())
}
