//! Transactions: writes that are kept until they are committed together.

pub mod api;
mod commit;
mod deadlock;
mod operation;
pub mod stage;
mod state;
pub mod view;

use serde_json::{Value, json};

use crate::call::Call;
use crate::moment::Moment;
use crate::project::Project;
use crate::refusal::Refusal;

/// A transaction.
pub struct Transaction {
    pub id: String,
    pub status: &'static str,
    created: Moment,
    updated: Moment,
    expires: Moment,
    /// The user who made it; none where a key did.
    owner: Option<String>,
    staged: Vec<Staged>,
}

/// A write that waits.
#[derive(Clone, Debug)]
pub struct Staged {
    pub database: String,
    pub table: String,
    pub row: Option<String>,
    pub action: String,
    pub data: Value,
    /// When it was staged: rows that change later are in conflict with it.
    pub at: Moment,
}

impl Transaction {
    fn json(&self) -> Value {
        json!({
            "$id": self.id, "$createdAt": self.created.text(), "$updatedAt": self.updated.text(), "status": self.status,
            "operations": self.staged.len(), "expiresAt": self.expires.text(),
        })
    }

    /// Whether somebody gets to see it: users see their own.
    fn is_of(&self, call: &Call) -> bool {
        let user = call.who.user();
        call.who.is_key() || (user.is_some() && user == self.owner.as_deref())
    }

    fn is_open(&self, now: Moment) -> Result<(), Refusal> {
        if now > self.expires {
            let message =
                "The transaction has expired. Please create a new transaction and try again.";
            return Err(Refusal::new(410, "transaction_expired", message));
        }
        Ok(())
    }

    fn become_(&mut self, status: &'static str, now: Moment) {
        self.status = status;
        self.updated = now;
    }
}

/// The transaction with this id, if it is the caller's to see.
fn found<'a>(
    project: &'a mut Project,
    call: &Call,
    id: &str,
) -> Result<&'a mut Transaction, Refusal> {
    let mut all = project.transactions.iter_mut();
    let found = all.find(|each| each.id == id && each.is_of(call));
    found.ok_or_else(|| Refusal::not_found("transaction", id))
}

fn not_ready() -> Refusal {
    let message = "The transaction is not ready yet. Please try again later.";
    Refusal::new(400, "transaction_not_ready", message)
}

fn not_pending() -> Refusal {
    Refusal::bad("Invalid or non\u{2011}pending transaction")
}
