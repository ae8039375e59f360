//! Tickets for streams.

use crate::{Collection, Timestamp};

/// A right to open one stream, for clients that can't send a token in a header. It goes when it is used.
#[derive(Clone, Debug, PartialEq, Collection)]
#[collection(
    database = "systemDB",
    id = "streamTickets",
    name = "Tickets for streams",
    system
)]
#[access(server = "Somebody who has one hears all that its user hears.")]
#[retention(until(expires_at), job = "retention")]
#[index(idx_expires(expires_at))]
pub struct StreamTicket {
    /// Id of the document: a hash of the ticket.
    pub id: String,
    /// User it lets in.
    #[attr(size = 36)]
    pub user_id: String,
    /// Session that the stream belongs to.
    #[attr(size = 36)]
    pub session_id: String,
    /// When it is void.
    pub expires_at: Timestamp,
}
