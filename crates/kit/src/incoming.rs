//! Bodies that a handler takes in pieces, as they come: for those that are too large to be held whole.
//!
//! ```ignore
//! async fn put(ctx: Ctx, request: Request, mut body: Incoming) -> Result<Reply> {
//!     while let Some(piece) = body.next().await? { … }
//! ```

use std::cell::Cell;
use std::fmt::{self, Display};
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;

use bytes::Bytes;

use crate::error::{Code, Error, Result};

/// The body of a request, as it comes. Nothing of it is read before it is asked for, and no more than a piece at a time: so a client is kept from
/// sending faster than the handler takes.
///
/// A handler that gives up just returns: its answer goes out at once.
pub struct Incoming {
    /// Gone at the end, and after a failure.
    source: Option<Box<dyn Source>>,
    has_failed: bool,
    length: Option<u64>,
    most: u64,
    come: u64,
}

/// The pieces of a body.
pub(crate) trait Source {
    /// The next one; none at the end.
    fn next(&mut self) -> Pin<Box<dyn Future<Output = Result<Option<Bytes>>> + '_>>;
}

impl Incoming {
    pub(crate) fn new(source: impl Source + 'static, length: Option<u64>, most: u64) -> Self {
        Self {
            source: Some(Box::new(source)),
            has_failed: false,
            length,
            most,
            come: 0,
        }
    }

    /// A body that has come whole.
    pub(crate) fn whole(body: Bytes) -> Self {
        let length = body.len() as u64;
        Self::new(Whole(Some(body)), Some(length), length)
    }

    /// The next piece, which is never empty; none at the end. A piece has some 16 KiB at most, where bodies come in pieces at all.
    ///
    /// # Errors
    /// [`Code::IncompleteBody`] when it broke off before its end, [`Code::RequestTimeout`] when the client is too slow: the time between two calls
    /// isn't the client's. [`Code::PayloadTooLarge`] for more than the endpoint takes. After an error there are no more pieces, but errors.
    pub async fn next(&mut self) -> Result<Option<Bytes>> {
        let next = self.taken().await;
        if !matches!(next, Ok(Some(_))) {
            self.source = None;
        }
        self.has_failed |= next.is_err();
        next
    }

    async fn taken(&mut self) -> Result<Option<Bytes>> {
        while let Some(source) = &mut self.source {
            let Some(piece) = source.next().await? else {
                break;
            };
            self.come += piece.len() as u64;
            if self.come > self.most {
                return Err(too_large(self.most));
            }
            if !piece.is_empty() {
                return Ok(Some(piece));
            }
        }
        let is_short = self.length.is_some_and(|length| self.come < length);
        match is_short || self.has_failed {
            true => Err(broken_off()),
            false => Ok(None),
        }
    }

    /// How many bytes it has, if the client told it (`content-length`).
    pub fn length(&self) -> Option<u64> {
        self.length
    }

    /// How many bytes have come so far.
    pub fn come(&self) -> u64 {
        self.come
    }
}

impl fmt::Debug for Incoming {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Incoming")
            .field("length", &self.length)
            .field("come", &self.come)
            .finish_non_exhaustive()
    }
}

struct Whole(Option<Bytes>);

impl Source for Whole {
    fn next(&mut self) -> Pin<Box<dyn Future<Output = Result<Option<Bytes>>> + '_>> {
        let body = self.0.take();
        Box::pin(async { Ok(body) })
    }
}

/// A body in its request, until the handler's argument takes it out. Clones of the request share it.
#[derive(Clone, Default)]
pub(crate) struct Slot(Rc<Cell<Option<Incoming>>>);

impl Slot {
    pub fn put(&self, body: Incoming) {
        self.0.set(Some(body));
    }

    pub fn take(&self) -> Option<Incoming> {
        self.0.take()
    }
}

impl fmt::Debug for Slot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Slot")
    }
}

/// The refusal of a body over the limit.
pub(crate) fn too_large(limit: impl Display) -> Error {
    let detail = format!("The body may have {limit} bytes here.");
    Error::new(Code::PayloadTooLarge, detail)
}

/// The error of a body in pieces that broke off.
pub(crate) fn broken_off() -> Error {
    Error::new(Code::IncompleteBody, "The body broke off before its end.")
}

/// The error of a body in pieces that comes too slowly.
#[cfg_attr(
    not(any(target_family = "wasm", feature = "testing")),
    allow(dead_code)
)]
pub(crate) fn too_slow() -> Error {
    let detail = "The rest of the body did not come in time.";
    Error::new(Code::RequestTimeout, detail)
}
