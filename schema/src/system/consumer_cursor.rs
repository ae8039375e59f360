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
#[retention(forever = "One document for each consumer.")]
pub struct ConsumerCursor {
    /// Id of the document: the consumer's name.
    pub id: String,
    /// Id of the collection that it reads; `-` in a place that is no consumer's; none before its first move since this is kept.
    #[attr(size = 36)]
    pub reads: Option<String>,
    /// Commit number of the last event handled; 0 before the first.
    #[attr(min = 0)]
    pub position: i64,
    /// When it last moved.
    pub updated_at: Timestamp,
}

impl ConsumerCursor {
    /// [`reads`](Self::reads) of a place that is no consumer's, such as a sweep's: nothing has to stay for it.
    pub const NO_CONSUMER: &'static str = "-";
}
