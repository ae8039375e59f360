//! A question about the rows of a table.

use whisper_schema::Collection;

use crate::SqlValue;
use crate::encode::SEQ;
use crate::sql::{Cond, Descending};

/// The rows that are wanted.
#[derive(Clone, Debug)]
pub(super) struct Wanted<'a> {
    pub table: &'static Collection,
    /// All of these must hold.
    pub filters: &'a [Cond],
    /// So must this, as the server compares: the rows behind a cursor, in the server's own order.
    pub place: Cond,
    pub orders: Vec<(&'static str, Descending)>,
    pub limit: usize,
    pub slots: &'a [SqlValue],
}

impl<'a> Wanted<'a> {
    /// The oldest rows that meet a condition.
    pub fn oldest(
        table: &'static Collection,
        condition: &'a Cond,
        slots: &'a [SqlValue],
        limit: usize,
    ) -> Self {
        Wanted {
            table,
            filters: std::slice::from_ref(condition),
            place: Cond::And(Vec::new()),
            orders: vec![(SEQ, false)],
            limit,
            slots,
        }
    }
}
