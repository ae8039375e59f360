//! A statement that is ready to be run with any values.

use crate::bind::Slot;
use crate::driver::SqlValue;

/// A statement's text and which value stands at each of its placeholders.
#[derive(Debug)]
pub(crate) struct Prepared {
    pub sql: String,
    /// Not kept when it says nothing.
    order: Vec<Slot>,
    count: usize,
    in_order: bool,
}

impl Prepared {
    pub fn new(sql: String, order: Vec<Slot>) -> Self {
        let in_order = order.iter().copied().eq(0..order.len());
        let count = order.len();
        Prepared {
            sql,
            order: if in_order { Vec::new() } else { order },
            count,
            in_order,
        }
    }

    /// The values of the slots, in the order of the placeholders.
    pub fn params(&self, mut slots: Vec<SqlValue>) -> Vec<SqlValue> {
        if self.in_order {
            slots.truncate(self.count);
            return slots;
        }
        self.order
            .iter()
            .map(|slot| slots.get(*slot).cloned().unwrap_or(SqlValue::Null))
            .collect()
    }
}
