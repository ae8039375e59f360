//! Errors: one type, one list of codes, one shape on the wire (RFC 9457).

mod code;
mod picking;

use std::fmt;

use serde::Serialize;
use serde_json::{Value, json};
use whisper_schema::Violation;
use whisper_store::StoreError;

/// SQLite's words for it, which are all that a component gets to see.
const DISK_FULL: &str = "disk is full";

pub use code::Code;
pub use picking::{Limiting, OptionExt, ResultExt};
pub use whisper_schema::Rule;

/// Most characters of a cause that are kept.
const MOST_CAUSE: usize = 2000;

/// The result of a fallible step of a function.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// A refusal or a fault, on its way to the edge, which makes a problem document of it.
///
/// A bare `?` on a store's error means a fault (5xx). An error that is the client's fault is picked out by name:
/// [`ResultExt::on_conflict`], [`ResultExt::on_failed`], [`OptionExt::or_not_found`].
#[derive(Debug)]
pub struct Error {
    code: Code,
    detail: String,
    errors: Vec<FieldError>,
    headers: Vec<(&'static str, String)>,
    source: Option<String>,
    /// The store's error that it was made of, for callers that still want to pick it out.
    store: Option<Box<StoreError>>,
    /// Whether it is reported even where a client is just to try again.
    always_reported: bool,
}

/// A fault of one field of a body, or of one parameter of a query.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldError {
    /// Path of the field, such as `metadata.options[3]`.
    pub field: String,
    /// The rule it breaks.
    pub rule: Rule,
    /// The fault, in words for people.
    pub detail: String,
}

impl FieldError {
    /// A field, the rule it breaks, and the fault in words.
    pub fn new(field: impl Into<String>, rule: Rule, detail: impl Into<String>) -> Self {
        Self {
            field: field.into(),
            rule,
            detail: detail.into(),
        }
    }
}

impl From<Violation> for FieldError {
    fn from(violation: Violation) -> Self {
        Self::new(violation.field, violation.rule, violation.message)
    }
}

/// A fault of a field in an answer that isn't a refusal as a whole, as problem documents name them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(not(target_family = "wasm"), derive(schemars::JsonSchema))]
pub struct FaultView {
    /// Path of the field, such as `errors[3].errorMessage`.
    pub field: String,
    /// The rule it breaks.
    #[cfg_attr(not(target_family = "wasm"), schemars(extend("enum" = Rule::ALL.iter().map(|rule| rule.as_str()).collect::<Vec<_>>())))]
    pub rule: &'static str,
    /// The fault, in words for people.
    pub detail: String,
}

impl From<FieldError> for FaultView {
    fn from(fault: FieldError) -> Self {
        Self {
            field: fault.field,
            rule: fault.rule.as_str(),
            detail: fault.detail,
        }
    }
}

impl Error {
    /// A refusal that the client reads.
    pub fn new(code: Code, detail: impl Into<String>) -> Self {
        Self {
            code,
            detail: detail.into(),
            errors: Vec::new(),
            headers: Vec::new(),
            source: None,
            store: None,
            always_reported: false,
        }
    }

    /// The answer for things that don't exist and for things that the caller may not know of.
    pub fn not_found() -> Self {
        Self::new(Code::NotFound, "There is nothing here that you may see.")
    }

    /// The caller may not do this.
    pub fn forbidden(detail: impl Into<String>) -> Self {
        Self::new(Code::Forbidden, detail)
    }

    /// A fault of ours; `source` is logged, never sent.
    pub fn internal(source: impl fmt::Display) -> Self {
        let mut error = Self::new(Code::Internal, "Something went wrong on our side.");
        error.source = Some(cut(&source));
        error
    }

    /// Fields that are wrong; nothing was written.
    pub fn fields(errors: Vec<FieldError>) -> Self {
        let detail = match errors.as_slice() {
            [one] => format!("{} {}", one.field, one.detail),
            more => format!("{} fields are wrong.", more.len()),
        };
        let mut error = Self::new(Code::ValidationFailed, detail);
        error.errors = errors;
        error
    }

    /// One field that is wrong; nothing was written.
    pub fn field(field: impl Into<String>, rule: Rule, detail: impl Into<String>) -> Self {
        Self::fields(vec![FieldError::new(field, rule, detail)])
    }

    /// Refuses a parameter of the query string.
    pub fn parameter(name: impl Into<String>, rule: Rule, detail: impl Into<String>) -> Self {
        Self::field(name, rule, detail).with_code(Code::InvalidQuery)
    }

    /// The same error under another code, for a refusal that has fields but is no validation of a body.
    #[must_use]
    pub fn with_code(mut self, code: Code) -> Self {
        self.code = code;
        self
    }

    /// Adds a header to the answer.
    #[must_use]
    pub fn with_header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    /// Keeps the cause for the log.
    #[must_use]
    pub fn with_source(mut self, source: impl fmt::Display) -> Self {
        self.source = Some(cut(&source));
        self
    }

    /// Has it reported, with any code of 5xx.
    #[must_use]
    pub(crate) fn always_reported(mut self) -> Self {
        self.always_reported = true;
        self
    }

    /// Whether it is reported: it is a fault of ours that has to be mended. A database that is busy for a moment isn't,
    /// as a rule; on a full disk no report is kept; and a quota is the operator's own choice.
    pub(crate) fn is_reported(&self) -> bool {
        let is_fault = self.code.status() >= 500;
        let passes = matches!(
            self.code,
            Code::Unavailable | Code::StorageFull | Code::QuotaExceeded
        );
        is_fault && (self.always_reported || !passes)
    }

    /// The code.
    pub fn code(&self) -> Code {
        self.code
    }

    /// The cause, for the log alone.
    pub fn source_text(&self) -> Option<&str> {
        self.source.as_deref()
    }

    /// Headers that go with the answer.
    pub fn headers(&self) -> &[(&'static str, String)] {
        &self.headers
    }

    /// The faults of single fields.
    pub fn field_errors(&self) -> &[FieldError] {
        &self.errors
    }

    /// The problem document; `instance` is the request's id.
    pub fn to_problem(&self, instance: &str) -> Value {
        let mut problem = json!({
            "type": format!("urn:whisper:error:{}", self.code.as_str()),
            "title": self.code.title(),
            "status": self.code.status(),
            "code": self.code.as_str(),
            "detail": self.detail,
            "instance": instance,
        });
        if !self.errors.is_empty() {
            problem["errors"] = self
                .errors
                .iter()
                .map(|e| json!({"field": e.field, "rule": e.rule.as_str(), "detail": e.detail}))
                .collect();
        }
        problem
    }
}

/// The beginning of a cause: one that quotes a long statement would fill the log.
fn cut(source: &impl fmt::Display) -> String {
    let source = source.to_string();
    match source.char_indices().nth(MOST_CAUSE) {
        None => source,
        Some((end, _)) => format!("{}… ({} bytes)", &source[..end], source.len()),
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.code.as_str(), self.detail)
    }
}

impl std::error::Error for Error {}

impl From<StoreError> for Error {
    fn from(error: StoreError) -> Self {
        let mut made = match &error {
            StoreError::Invalid(violations) => {
                Self::fields(violations.iter().cloned().map(FieldError::from).collect())
            }
            StoreError::Unavailable(why) if why.contains(DISK_FULL) => Self::new(
                Code::StorageFull,
                "The disk of the server is full. Nothing was written.",
            )
            .with_source(&error),
            StoreError::Busy | StoreError::Unavailable(_) => Self::new(
                Code::Unavailable,
                "The database is busy. Try again in a moment.",
            )
            .with_header("retry-after", "1")
            .with_source(&error),
            // A job halves its batch and goes on; a client can ask for less.
            StoreError::TooLarge { .. } => Self::new(
                Code::PayloadTooLarge,
                "This is more than the database does at once. Ask for less at a time.",
            )
            .with_source(&error),
            other => Self::internal(other),
        };
        made.store = Some(Box::new(error));
        made
    }
}

impl Error {
    /// Whether it is a batch that the database can't do at once: fewer operations may do.
    pub fn is_too_large(&self) -> bool {
        matches!(self.store.as_deref(), Some(StoreError::TooLarge { .. }))
    }

    /// Whether the database can't be reached, or is busy: nothing else that needs it would work either.
    pub fn is_outage(&self) -> bool {
        matches!(
            self.store.as_deref(),
            Some(StoreError::Busy | StoreError::Unavailable(_))
        )
    }

    /// Whether the commit rested on something that has changed: reading again may lead to another decision.
    pub fn is_stale(&self) -> bool {
        matches!(
            self.store.as_deref(),
            Some(StoreError::ConditionFailed { .. } | StoreError::Conflict { .. })
        )
    }

    /// The refusal of more operations than one commit may do: the caller has to ask for less.
    pub(crate) fn too_large(operations: usize, most: usize) -> Self {
        StoreError::TooLarge { operations, most }.into()
    }

    fn picked(self, code: Code, detail: &str, wanted: impl Fn(&StoreError) -> bool) -> Self {
        match &self.store {
            Some(store) if wanted(store) => Self::new(code, detail),
            _ => self,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn conflict(index: &str) -> Result<(), StoreError> {
        Err(StoreError::Conflict {
            collection: "accounts".into(),
            index: index.into(),
        })
    }

    fn signed_up(outcome: Result<(), StoreError>) -> Code {
        outcome
            .on_conflict("idx_email", Code::EmailTaken, "taken")
            .on_conflict("idx_username", Code::UsernameTaken, "taken")
            .on_failed("account as read", Code::InvalidCredentials, "wrong")
            .expect_err("an error")
            .code()
    }

    #[test]
    fn the_clients_faults_are_picked_out_by_name() {
        let failed = |label| Err(StoreError::ConditionFailed { op: 0, label });
        for (outcome, code) in [
            (conflict("idx_email"), Code::EmailTaken),
            (conflict("idx_username"), Code::UsernameTaken),
            (conflict("_id"), Code::Internal),
            (failed(Some("account as read")), Code::InvalidCredentials),
            (failed(Some("another")), Code::Internal),
            (failed(None), Code::Internal),
            (Err(StoreError::NotFound), Code::Internal),
            (Err(StoreError::Busy), Code::Unavailable),
            (
                Err(StoreError::Unavailable("gone".into())),
                Code::Unavailable,
            ),
            (
                Err(StoreError::Unavailable(
                    "the transaction broke: database or disk is full".into(),
                )),
                Code::StorageFull,
            ),
            (Err(StoreError::Invalid(Vec::new())), Code::ValidationFailed),
        ] {
            let seen = format!("{outcome:?}");
            assert_eq!(signed_up(outcome), code, "{seen}");
        }
    }

    #[test]
    fn a_long_cause_is_cut() {
        let long = "ä".repeat(100_000);
        for error in [
            Error::internal(&long),
            Error::not_found().with_source(&long),
        ] {
            let cause = error.source_text().unwrap();
            assert!(cause.chars().count() < 2100 && cause.ends_with("(200000 bytes)"));
        }
        let short = Error::internal("short");
        assert_eq!(short.source_text(), Some("short"));
    }

    #[test]
    fn the_cause_is_for_the_log_alone() {
        let error = Error::from(StoreError::Internal("no such table: secrets".into()));
        assert!(error.source_text().unwrap().contains("secrets"));
        assert!(!error.to_problem("id").to_string().contains("secrets"));
    }
}
