//! The outcome of an import.

use serde::Serialize;
use whisper_kit::{FaultView, FieldError, Rule};

/// Most faults of one of the people that are told.
const MOST_FAULTS: usize = 5;

/// The outcome for the people of an import so far.
#[derive(Clone, Debug, Default)]
pub struct Outcome {
    /// How many were added.
    pub added: u32,
    /// How many were contacts already.
    pub known: u32,
    /// How many had hashes that led to nobody.
    pub unmatched: u32,
    refused: Vec<(u32, Vec<FieldError>)>,
}

impl Outcome {
    /// Refuses one of them, for these faults.
    pub fn refuse_all(&mut self, index: u32, faults: impl Iterator<Item = FieldError>) {
        self.refused.push((index, faults.collect()));
    }

    /// Refuses one of them, for a fault of the field that names them.
    pub fn refuse(&mut self, index: u32, rule: Rule, detail: &str) {
        let field = format!("contacts[{index}].userId");
        let fault = FieldError::new(field, rule, detail);
        self.refuse_all(index, std::iter::once(fault));
    }

    /// The first faults.
    pub fn faults(self, most: usize) -> Vec<FieldError> {
        let faults = self.refused.into_iter().flat_map(|(_, faults)| faults);
        faults.take(most).collect()
    }

    /// Adds the outcome of some more.
    pub fn add(&mut self, more: Self) {
        self.added += more.added;
        self.known += more.known;
        self.unmatched += more.unmatched;
        self.refused.extend(more.refused);
    }
}

/// The outcome of an import.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(not(target_family = "wasm"), derive(schemars::JsonSchema))]
pub struct ContactImportView {
    /// How many are contacts now that weren't.
    pub added: u32,
    /// How many were contacts already, or stand in the import twice; they stay as they are.
    pub known: u32,
    /// How many had hashes that lead to nobody whom the caller may find.
    pub unmatched: u32,
    /// The people who were not added, in their order: to send one again is of no use before it is mended.
    pub refused: Vec<RefusedContactView>,
}

/// One of the people of an import who was not added.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(not(target_family = "wasm"), derive(schemars::JsonSchema))]
pub struct RefusedContactView {
    /// Their place in the import, from 0.
    pub index: u32,
    /// Their first five faults.
    pub errors: Vec<FaultView>,
}

impl From<Outcome> for ContactImportView {
    fn from(mut outcome: Outcome) -> Self {
        outcome.refused.sort_by_key(|(index, _)| *index);
        let refused = outcome.refused.into_iter().map(|(index, faults)| {
            let told = faults.into_iter().take(MOST_FAULTS);
            RefusedContactView {
                index,
                errors: told.map(Into::into).collect(),
            }
        });
        Self {
            added: outcome.added,
            known: outcome.known,
            unmatched: outcome.unmatched,
            refused: refused.collect(),
        }
    }
}
