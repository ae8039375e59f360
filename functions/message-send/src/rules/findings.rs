//! What is wrong with a body: collected to the end, told at once.

use whisper_kit::error::{Error, FieldError};
use whisper_schema::Rule;

/// An answer doesn't grow with the number of mistakes beyond this.
const MOST: usize = 100;

/// Violations in the order they were found.
#[derive(Debug, Default)]
pub struct Findings(Vec<FieldError>);

impl Findings {
    /// Notes one.
    pub fn push(&mut self, field: impl Into<String>, rule: Rule, message: impl Into<String>) {
        if self.0.len() < MOST {
            self.0.push(FieldError::new(field, rule, message));
        }
    }

    /// Whether nothing is wrong.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether something is wrong with a field whose name begins so.
    pub fn any_about(&self, start: &str) -> bool {
        self.0
            .iter()
            .any(|finding| finding.field.starts_with(start))
    }

    /// Drops what was found within a field that is refused as a whole: it was not even read.
    pub fn forget_parts_of(&mut self, field: &str) {
        if self.0.iter().any(|finding| finding.field == field) {
            let parts = format!("{field}.");
            self.0.retain(|finding| !finding.field.starts_with(&parts));
        }
    }

    /// The refusal.
    pub fn into_error(self) -> Error {
        Error::fields(self.0)
    }
}
