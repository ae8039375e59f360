//! How far each consumer of events got.

use crate::{Collection, Timestamp};

/// The place of a consumer in `events`, committed together with its effects: each event counts once.
#[derive(Clone, Debug, PartialEq, Collection)]
#[collection(
    database = "systemDB",
    id = "consumerCursors",
    name = "Consumer cursors",
    system
)]
#[access(server = "Bookkeeping of the components.")]
pub struct ConsumerCursor {
    /// Id of the document: the consumer's name.
    pub id: String,
    /// Commit number of the last event handled; 0 before the first.
    #[attr(min = 0)]
    pub position: i64,
    /// When it last moved.
    pub updated_at: Timestamp,
}
