//! When members received and read.

use crate::{Collection, Timestamp};

/// The times at which a member's receipts moved, for "read at" and "delivered at" of single messages. The positions
/// themselves stand in the membership; this row is kept apart, so that lists of members don't carry it along.
///
/// Only conversations of up to 512 members have such rows, as only there somebody can look them up. It goes when its member goes.
#[derive(Clone, Debug, PartialEq, Collection)]
#[collection(
    database = "systemDB",
    id = "receiptTrails",
    name = "Times of receipts",
    system
)]
#[access(server = "Others see parts of it, by the reader's settings and their own.")]
#[retention(days(updated_at) = 366, job = "retention")]
#[index(idx_updated(updated_at))]
pub struct ReceiptTrail {
    /// Id of the document: that of the membership.
    pub id: String,
    /// Pairs of a commit number and the milliseconds since 1970 at which the member's reading got there, oldest first:
    /// `17:1767225600000 21:1767225660000`.
    #[attr(size = 1200)]
    pub read: String,
    /// The same for messages on a device of theirs.
    #[attr(size = 1200)]
    pub delivered: String,
    /// When it last changed.
    pub updated_at: Timestamp,
}
