//! Violations of a body, collected to the end and told at once.

use crate::{Rule, Violation};

/// Violations told of one body: an answer shouldn't outgrow a body full of mistakes.
pub const MOST_FINDINGS: usize = 20;
/// Characters told of the name of a field that isn't known.
pub const MOST_NAME: usize = 64;

/// Violations in the order in which they were found.
#[derive(Debug, Default)]
pub struct Findings(Vec<Violation>);

impl Findings {
    /// Notes one, unless there are [`MOST_FINDINGS`] already.
    pub fn push(&mut self, field: String, rule: Rule, message: impl Into<String>) {
        if self.0.len() < MOST_FINDINGS {
            self.0.push(Violation {
                field,
                rule,
                message: message.into(),
            });
        }
    }

    /// Whether nothing is wrong.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether something is wrong with this field or a part of it.
    pub fn any_about(&self, field: &str) -> bool {
        let within = |rest: &str| rest.is_empty() || rest.starts_with(['.', '[']);
        self.0
            .iter()
            .any(|found| found.field.strip_prefix(field).is_some_and(within))
    }

    /// The violations.
    pub fn into_violations(self) -> Vec<Violation> {
        self.0
    }
}
