//! An error on its way into the store: checked, redacted, with its group.

use serde_json::{Map, Value};
use whisper_kit::{Ctx, Error, FieldError, Result, Rule};
use whisper_schema::analytics_db::{ErrorLog, ErrorLogSeverity};
use whisper_schema::body::Form;
use whisper_schema::system::ErrorSource;
use whisper_schema::text::{is_blank, without_controls};
use whisper_schema::{Document, Timestamp, validate};

use crate::fingerprint::{Traits, group_id};
use crate::redact;

/// How far back a client's clock may lie, in milliseconds: a report may wait for the network for a week.
const OLDEST: i64 = 7 * 24 * 60 * 60 * 1000;
/// Characters of a message, and of a stack, that are kept: redacting may make them longer.
const MESSAGE: usize = 2_000;
const STACK: usize = 10_000;
/// A text with something to read.
pub const NOT_BLANK: Form = Form {
    valid: |text| !is_blank(text),
    must_be: "a text that isn't blank",
    pattern: Some("\\S"),
    format: None,
};

/// An error as somebody reports it.
#[derive(Clone, Debug)]
pub struct Report {
    /// The kind of reporter.
    pub source: ErrorSource,
    /// The component it is about; none for clients.
    pub component: Option<String>,
    /// User it happened to.
    pub user_id: Option<String>,
    /// Stable name.
    pub error_type: String,
    /// The message.
    pub error_message: String,
    /// The stack.
    pub stack_trace: Option<String>,
    /// The circumstances.
    pub context: Option<Map<String, Value>>,
    /// How bad it is.
    pub severity: ErrorLogSeverity,
    /// The text to group by instead of message and stack.
    pub fingerprint: Option<String>,
    /// When it happened, by the reporter's clock.
    pub timestamp: Option<Timestamp>,
}

/// An error to be kept.
#[derive(Clone, Debug)]
pub struct Entry {
    /// The document that is kept.
    pub log: ErrorLog,
    /// Its group.
    pub group_id: String,
    /// The kind of reporter.
    pub source: ErrorSource,
}

impl Report {
    /// The entry to be kept; or everything that is wrong with the report.
    ///
    /// # Errors
    /// A fault when the runtime has no randomness.
    pub fn entry(self, ctx: &Ctx) -> Result<Result<Entry, Vec<FieldError>>> {
        let report = self.readable();
        report.readable_entry(ctx)
    }

    /// The report without the control characters in its texts, which consoles send along for their colours and a terminal
    /// that shows the report would obey.
    fn readable(self) -> Self {
        let readable = |text: String| without_controls(&text).into_owned();
        Report {
            error_type: readable(self.error_type),
            error_message: readable(self.error_message),
            stack_trace: self.stack_trace.map(readable),
            fingerprint: self.fingerprint.map(readable),
            ..self
        }
    }

    fn readable_entry(self, ctx: &Ctx) -> Result<Result<Entry, Vec<FieldError>>> {
        let mut wrong = Vec::new();
        for (field, text) in [
            ("errorType", &self.error_type),
            ("errorMessage", &self.error_message),
        ] {
            if is_blank(text) {
                wrong.push(FieldError::new(field, Rule::Required, "must not be empty"));
            }
        }
        let source = match &self.component {
            Some(component) => format!("{} {component}", self.source),
            None => self.source.to_string(),
        };
        let group_id = group_id(&Traits {
            source: &source,
            error_type: &self.error_type,
            message: &self.error_message,
            stack: self.stack_trace.as_deref().unwrap_or_default(),
            chosen: self.fingerprint.as_deref(),
        });
        let context = self
            .context
            .map(|context| Value::Object(redact::object(context)).to_string());
        let log = ErrorLog {
            id: ctx.new_id()?,
            user_id: self.user_id,
            error_type: self.error_type,
            error_message: cut(&redact::text(&self.error_message), MESSAGE),
            stack_trace: self
                .stack_trace
                .map(|stack| cut(&redact::text(&stack), STACK)),
            context,
            severity: self.severity,
            resolved: false,
            timestamp: when(self.timestamp, ctx.now()),
        };
        let value = serde_json::to_value(&log).map_err(Error::internal)?;
        let fields = value.as_object().cloned().unwrap_or_default();
        wrong.extend(
            validate(ErrorLog::COLLECTION, &fields)
                .into_iter()
                .map(FieldError::from),
        );
        Ok(match wrong.is_empty() {
            true => Ok(Entry {
                log,
                group_id,
                source: self.source,
            }),
            false => Err(wrong),
        })
    }
}

/// The beginning of a text.
pub fn cut(text: &str, characters: usize) -> String {
    text.chars().take(characters).collect()
}

/// The reporter's time, if it can be true.
fn when(reported: Option<Timestamp>, now: Timestamp) -> Timestamp {
    reported.map_or(now, |at| at.clamp(now.plus(-OLDEST), now))
}
