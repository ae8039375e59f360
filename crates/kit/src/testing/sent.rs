//! Bodies as tests send them: whole, or in pieces.

use std::future::Future;
use std::pin::Pin;

use bytes::Bytes;

use crate::edge::Unread;
use crate::error::{Error, Result};
use crate::incoming::{self, Incoming, Source, too_large};

/// A body that the edge may ask for.
pub(super) enum Sent {
    /// All at once.
    Whole(Bytes),
    /// As it comes, with the length that the request names.
    Pieces(Pieces, Option<u64>),
}

/// The pieces of a body; an error in the place of one.
pub(super) struct Pieces(pub Box<dyn Iterator<Item = Result<Bytes>>>);

impl Source for Pieces {
    fn next(&mut self) -> Pin<Box<dyn Future<Output = Result<Option<Bytes>>> + '_>> {
        Box::pin(async { self.0.next().transpose() })
    }
}

impl Unread for Sent {
    async fn whole(self, limit: usize) -> Result<Bytes> {
        let body = match self {
            Sent::Whole(body) => body,
            Sent::Pieces(pieces, _) => {
                let pieces: Vec<Bytes> = pieces.0.collect::<Result<_>>()?;
                pieces.concat().into()
            }
        };
        match body.len() > limit {
            true => Err(too_large(limit)),
            false => Ok(body),
        }
    }

    async fn in_pieces(self, most: u64) -> Result<Incoming> {
        match self {
            Sent::Pieces(_, Some(length)) if length > most => Err(too_large(most)),
            Sent::Pieces(pieces, length) => Ok(Incoming::new(pieces, length, most)),
            Sent::Whole(body) if body.len() as u64 > most => Err(too_large(most)),
            Sent::Whole(body) => Ok(Incoming::whole(body)),
        }
    }
}

/// The error in the place of a piece that doesn't come, as the client is gone.
pub fn broken_off() -> Error {
    incoming::broken_off()
}

/// The error in the place of a piece that the client takes too long for.
pub fn too_slow() -> Error {
    incoming::too_slow()
}
