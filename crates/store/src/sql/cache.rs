//! The text of statements, made once per shape.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::hash::Hash;
use std::rc::Rc;

use super::postgres::Routine;
use super::{Prepared, Program, Shape, Stage};
use crate::driver::Dialect;

/// How many shapes are kept. An application has dozens; a growing number comes of lists of many lengths or of generated
/// filters. Then the cache is emptied, which costs less than tracking which texts are used.
const MOST: usize = 512;

/// The texts made so far.
pub(crate) struct Cache {
    dialect: Dialect,
    statements: RefCell<HashMap<Shape, Rc<Prepared>>>,
    programs: RefCell<HashMap<Vec<Stage>, Option<Rc<Program>>>>,
    routines: RefCell<HashMap<Vec<Stage>, Rc<Routine>>>,
    /// How many programs were made, ever: each has a number of its own.
    made: Cell<usize>,
}

impl Cache {
    pub fn new(dialect: Dialect) -> Self {
        Cache {
            dialect,
            statements: RefCell::default(),
            programs: RefCell::default(),
            routines: RefCell::default(),
            made: Cell::new(0),
        }
    }

    /// The text of a statement of this shape.
    pub fn prepared(&self, shape: &Shape) -> Rc<Prepared> {
        kept(&self.statements, shape, |shape| {
            Rc::new(shape.build(self.dialect))
        })
    }

    /// The program of these statements; none if they are too much for one.
    pub fn program(&self, stages: &Vec<Stage>) -> Option<Rc<Program>> {
        kept(&self.programs, stages, |stages| {
            self.made.set(self.made.get() + 1);
            Program::new(self.made.get(), stages).map(Rc::new)
        })
    }

    /// The function of these statements.
    pub fn routine(&self, stages: &Vec<Stage>) -> Rc<Routine> {
        kept(&self.routines, stages, |stages| {
            Rc::new(Routine::new(stages))
        })
    }

    /// The SQL that the database speaks.
    pub fn dialect(&self) -> Dialect {
        self.dialect
    }
}

fn kept<K: Clone + Eq + Hash, V: Clone>(
    all: &RefCell<HashMap<K, V>>,
    key: &K,
    make: impl FnOnce(&K) -> V,
) -> V {
    if let Some(value) = all.borrow().get(key) {
        return value.clone();
    }
    let value = make(key);
    let mut all = all.borrow_mut();
    if all.len() >= MOST {
        all.clear();
    }
    all.insert(key.clone(), value.clone());
    value
}
