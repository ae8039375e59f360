//! The errors of each group.

use crate::{Collection, Timestamp};

/// The group of an entry of `errorLogs`.
#[derive(Clone, Debug, PartialEq, Collection)]
#[collection(database = "systemDB", id = "errorLinks", name = "Error links", system)]
#[access(server = "The operator's.")]
#[retention(days(created_at) = 30, setting = "error_retention_days", job = "error-retention")]
#[index(idx_group_time(group_id, created_at desc))]
#[index(idx_created(created_at))]
pub struct ErrorLink {
    /// Id of the document: that of the entry in `errorLogs`.
    pub id: String,
    /// Group it belongs to.
    #[attr(size = 36)]
    pub group_id: String,
    /// When it was reported.
    pub created_at: Timestamp,
}
