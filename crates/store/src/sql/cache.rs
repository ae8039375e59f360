//! The text of statements, made once per shape.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

use super::{Shape, Slot};
use crate::{Dialect, SqlValue};

/// How many shapes are kept. An application has dozens; a growing number would be lists of many
/// lengths or generated filters, and then it is cheaper to start again than to keep books.
const MOST: usize = 512;

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

/// The texts made so far.
pub(crate) struct Cache {
    dialect: Dialect,
    made: RefCell<HashMap<Shape, Rc<Prepared>>>,
}

impl Cache {
    pub fn new(dialect: Dialect) -> Self {
        Cache {
            dialect,
            made: RefCell::default(),
        }
    }

    /// The text of a statement of this shape.
    pub fn prepared(&self, shape: &Shape) -> Rc<Prepared> {
        if let Some(prepared) = self.made.borrow().get(shape) {
            return prepared.clone();
        }
        let prepared = Rc::new(shape.build(self.dialect));
        let mut made = self.made.borrow_mut();
        if made.len() >= MOST {
            made.clear();
        }
        made.insert(shape.clone(), prepared.clone());
        prepared
    }
}
