//! Conditions: filters without their values, which lie in slots.

use super::list;
use crate::bind::{Binds, Slot};
use crate::columns::Table;
use crate::filter::Compare;

/// A condition without its values.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Cond {
    Compare(&'static str, Compare, Slot),
    Null(&'static str),
    NotNull(&'static str),
    /// Any of so many slots from this one on.
    In(&'static str, Slot, usize),
    /// Any of the list in this slot.
    Listed(&'static str, Slot),
    Contains(&'static str, Slot),
    /// One of the values of another table's column in the rows that meet a condition; or none of them.
    Among {
        column: &'static str,
        table: Table,
        of: &'static str,
        condition: Box<Cond>,
        inside: bool,
    },
    /// All phrases stand in the words of a column. The scopes are a condition beside it.
    Matches {
        table: Table,
        column: &'static str,
        /// The question as FTS5 has it, the scopes with it.
        question: Slot,
        /// The phrases, for those that compare themselves.
        phrases: Slot,
        /// As PostgreSQL has it: all words as a `tsquery`, and the phrases as a JSON array.
        words: (Slot, Slot),
    },
    And(Vec<Cond>),
    Or(Vec<Cond>),
}

impl Cond {
    /// Holds for none.
    pub const NEVER: Cond = Cond::Or(Vec::new());

    /// The same with its values so many slots further on.
    pub fn moved(&self, by: isize) -> Cond {
        let moved = |conditions: &[Cond]| conditions.iter().map(|each| each.moved(by)).collect();
        match self {
            Cond::Compare(column, how, slot) => {
                Cond::Compare(column, *how, slot.wrapping_add_signed(by))
            }
            Cond::In(column, first, count) => {
                Cond::In(column, first.wrapping_add_signed(by), *count)
            }
            Cond::Contains(column, slot) => Cond::Contains(column, slot.wrapping_add_signed(by)),
            Cond::Listed(column, slot) => Cond::Listed(column, slot.wrapping_add_signed(by)),
            Cond::Null(_) | Cond::NotNull(_) => self.clone(),
            Cond::Among {
                column,
                table,
                of,
                condition,
                inside,
            } => Cond::Among {
                column,
                table: *table,
                of,
                condition: Box::new(condition.moved(by)),
                inside: *inside,
            },
            Cond::Matches {
                table,
                column,
                question,
                phrases,
                words: (every, needles),
            } => Cond::Matches {
                table: *table,
                column,
                question: question.wrapping_add_signed(by),
                phrases: phrases.wrapping_add_signed(by),
                words: (
                    every.wrapping_add_signed(by),
                    needles.wrapping_add_signed(by),
                ),
            },
            Cond::And(all) => Cond::And(moved(all)),
            Cond::Or(any) => Cond::Or(moved(any)),
        }
    }

    /// Binds the values of lists one by one, for a database that takes no lists.
    pub fn spread(&mut self, binds: &mut Binds) {
        match self {
            Cond::Listed(column, slot) => {
                let values = list::values_of(binds.0.get(*slot));
                let (first, count) = (binds.0.len(), values.len());
                binds.0.extend(values);
                *self = Cond::In(column, first, count);
            }
            Cond::Among { condition, .. } => condition.spread(binds),
            Cond::And(several) | Cond::Or(several) => {
                several.iter_mut().for_each(|each| each.spread(binds));
            }
            Cond::Compare(..)
            | Cond::Null(_)
            | Cond::NotNull(_)
            | Cond::In(..)
            | Cond::Contains(..)
            | Cond::Matches { .. } => {}
        }
    }

    /// Both, flattened.
    pub fn and(self, other: Cond) -> Cond {
        match (self, other) {
            (Cond::And(mut all), Cond::And(more)) => {
                all.extend(more);
                Cond::And(all)
            }
            (Cond::And(mut all), other) => {
                all.push(other);
                Cond::And(all)
            }
            (one, other) => Cond::And(vec![one]).and(other),
        }
    }
}
