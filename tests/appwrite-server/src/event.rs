//! Events, which functions are called with.

use serde_json::Value;

/// An event of a row or a user, by the name that a function is called with.
#[derive(Clone, Debug, PartialEq)]
pub struct Event {
    /// Such as `databases.main.tables.messages.rows.m1.update`.
    pub name: String,
    /// The row, or the user.
    pub payload: Value,
}
