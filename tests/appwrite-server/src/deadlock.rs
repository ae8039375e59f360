//! Deadlocks of the database, for commits that take the same rows in different orders.

use std::collections::HashSet;

/// A row: database, table and id.
type Row = (String, String, String);

/// The orders in which commits have taken rows.
#[derive(Clone, Debug, Default)]
pub struct Deadlocks {
    before: HashSet<(Row, Row)>,
    count: usize,
}

impl Deadlocks {
    /// How many commits were caught in one.
    pub(crate) fn count(&self) -> usize {
        self.count
    }

    /// Goes through the rows of a commit, in the order in which its operations take them. Gives the position of the first operation that
    /// waits for a row which another commit, that has it, takes before one of those it waits for itself.
    pub(crate) fn meet(&mut self, rows: &[Row]) -> Option<usize> {
        let mut held: Vec<&Row> = Vec::new();
        for (at, row) in rows.iter().enumerate() {
            if held.contains(&row) {
                continue;
            }
            let met = |has: &&Row| self.before.contains(&(row.clone(), (*has).clone()));
            if held.iter().any(met) {
                self.count += 1;
                return Some(at);
            }
            held.push(row);
        }
        for (at, later) in held.iter().enumerate() {
            for earlier in &held[..at] {
                self.before.insert(((*earlier).clone(), (*later).clone()));
            }
        }
        None
    }
}
