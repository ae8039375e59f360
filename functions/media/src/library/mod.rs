//! The caller's files: one of them, all of them by their owner's order, changes, deletion, and the room that they take.

mod change;
mod delete;
mod get;
mod in_use;
mod list;
mod usage;

pub use change::endpoint as change_endpoint;
pub use delete::endpoint as delete_endpoint;
pub use get::endpoint as get_endpoint;
pub use list::endpoint as list_endpoint;
pub use usage::endpoint as usage_endpoint;

use whisper_schema::prelude::FileHold;
use whisper_store::{Filter, Query};

/// Where the caller's files are.
const FILES: &str = "/v1/me/files";
/// The most documents that hold a file that are told.
const MOST_USES: u32 = 20;

/// Asks for the documents of a user that hold a file of theirs.
fn own_holds(file: &str, owner: &str) -> Query<FileHold> {
    Query::new()
        .filter(Filter::eq(FileHold::FILE_ID, file))
        .filter(Filter::eq(FileHold::USER_ID, owner))
        .limit(MOST_USES)
}
