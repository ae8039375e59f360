//! Errors that are the same.

use crate::analytics_db::ErrorLogSeverity;
use crate::{Collection, Timestamp, choices};

choices! {
    /// The reporter of an error.
    pub enum ErrorSource {
        /// An app.
        Client = "client",
        /// A component.
        Function = "function",
        /// The host, about a component that stopped.
        Host = "host",
    }
}

choices! {
    /// Whether a group needs somebody.
    pub enum ErrorGroupStatus {
        /// Not dealt with yet, or seen again since.
        Open = "open",
        /// Dealt with.
        Resolved = "resolved",
    }
}

/// Errors with the same fingerprint, counted.
#[derive(Clone, Debug, PartialEq, Collection)]
#[collection(
    database = "systemDB",
    id = "errorGroups",
    name = "Error groups",
    system
)]
#[access(server = "The operator's.")]
#[retention(days(last_seen_at) = 30, setting = "error_retention_days", job = "error-retention")]
#[index(idx_last_seen(last_seen_at desc))]
#[index(idx_status_last_seen(status, last_seen_at desc))]
#[index(idx_severity_last_seen(severity, last_seen_at desc))]
pub struct ErrorGroup {
    /// Id of the document: a hash of the fingerprint.
    pub id: String,
    /// Stable name of the error.
    #[attr(size = 100)]
    pub error_type: String,
    /// Message of the latest one.
    #[attr(size = 2000)]
    pub error_message: String,
    /// Reporter of the first one.
    pub source: ErrorSource,
    /// The worst severity seen.
    pub severity: ErrorLogSeverity,
    /// Whether it needs somebody.
    #[attr(default = ErrorGroupStatus::Open)]
    pub status: ErrorGroupStatus,
    /// How often it was seen.
    #[attr(default = 0, min = 0)]
    pub count: i64,
    /// How often it came back after it had been resolved.
    #[attr(default = 0, min = 0)]
    pub reopened: i64,
    /// When it was first seen.
    pub first_seen_at: Timestamp,
    /// When it was last seen.
    pub last_seen_at: Timestamp,
    /// When it was last resolved; none while it is open.
    pub resolved_at: Option<Timestamp>,
    /// The operator's note about it.
    #[attr(size = 1000, text = Words)]
    pub note: Option<String>,
}
