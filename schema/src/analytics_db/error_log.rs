//! Errors of clients and of the server.

use crate::{Collection, Timestamp, choices};

choices! {
    /// How bad an error is.
    pub enum ErrorLogSeverity {
        /// Details for developers.
        Debug = "debug",
        /// Worth knowing.
        Info = "info",
        /// Might become an error.
        Warning = "warning",
        /// An operation failed.
        Error = "error",
        /// The service is in danger.
        Critical = "critical",
    }
}

/// An error somebody should look at. It never holds tokens, contents or keys.
#[derive(Clone, Debug, PartialEq, Collection)]
#[collection(database = "analyticsDB", id = "errorLogs", name = "ErrorLogs")]
#[access(server = "The operator's.")]
#[retention(days(timestamp) = 30, setting = "error_retention_days", job = "error-retention")]
#[index(idx_severity_time(severity, timestamp desc))]
#[index(idx_resolved(resolved))]
pub struct ErrorLog {
    /// Id of the document.
    pub id: String,
    /// User it happened to, if any.
    #[attr(size = 256)]
    pub user_id: Option<String>,
    /// Stable name of the error, such as `decryption_failed`.
    #[attr(size = 100)]
    pub error_type: String,
    /// Message of the error.
    #[attr(size = 2000)]
    pub error_message: String,
    /// Where it happened.
    #[attr(size = 10000, stored = 16383)]
    pub stack_trace: Option<String>,
    /// The circumstances, such as versions and ids: a JSON object.
    #[attr(size = 5000)]
    pub context: Option<String>,
    /// How bad it is.
    #[attr(default = ErrorLogSeverity::Error)]
    pub severity: ErrorLogSeverity,
    /// Whether it has been dealt with.
    #[attr(default = false)]
    pub resolved: bool,
    /// When it happened.
    pub timestamp: Timestamp,
}
