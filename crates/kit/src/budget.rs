//! Bodies of requests under way, held against a budget of the instance: a component that runs out of memory traps, and
//! ends every request of its instance.

use std::cell::Cell;
use std::rc::Rc;

use bytes::{Bytes, BytesMut};

use crate::error::{Code, Error, Result};

/// How many bytes of large bodies the requests of an instance hold at once. A body takes several times its size once
/// it is parsed.
pub(crate) const BUDGET: usize = 16 * 1024 * 1024;
/// The part of each body that isn't counted, so that a few large ones that are slow don't keep out everybody's.
const FREE: usize = 64 * 1024;
/// How much of a body that is refused is read and thrown away, in bytes: a client that is still sending when it
/// is answered sees a broken connection instead of the refusal.
const DRAINED: usize = 1024 * 1024;

/// Bytes that bodies may still take.
#[derive(Clone, Debug)]
pub(crate) struct Budget(Rc<Cell<usize>>);

impl Budget {
    /// All of it.
    pub fn new(bytes: usize) -> Self {
        Self(Rc::new(Cell::new(bytes)))
    }

    /// A share for one body; nothing of it is taken yet.
    pub fn share(&self) -> Share {
        Share {
            budget: self.clone(),
            taken: 0,
        }
    }
}

/// What one body has taken; given back when it is dropped, which should be when the request is answered.
#[derive(Debug)]
pub(crate) struct Share {
    budget: Budget,
    taken: usize,
}

impl Share {
    /// Takes what a body of this size needs; nothing where there isn't enough left.
    fn grow_to(&mut self, size: usize) -> Option<()> {
        let more = size.saturating_sub(FREE).saturating_sub(self.taken);
        let left = self.budget.0.get().checked_sub(more)?;
        self.budget.0.set(left);
        self.taken += more;
        Some(())
    }

    fn give_back(&mut self) {
        let Budget(left) = &self.budget;
        left.set(left.get() + std::mem::take(&mut self.taken));
    }
}

impl Drop for Share {
    fn drop(&mut self) {
        self.give_back();
    }
}

/// Reads a body of at most `limit` bytes, counting while it comes: Spin itself has no limit, and a length may lie.
/// `next` gives its next part.
///
/// # Errors
/// [`Code::PayloadTooLarge`]; [`Code::Unavailable`], with Retry-After, where other bodies leave no room; what `next`
/// says.
pub(crate) async fn read(
    share: &mut Share,
    limit: usize,
    mut next: impl AsyncFnMut() -> Result<Option<Bytes>>,
) -> Result<Bytes> {
    let mut bytes = BytesMut::new();
    while let Some(part) = next().await? {
        let size = bytes.len().saturating_add(part.len());
        let refusal = match share.grow_to(size) {
            _ if size > limit => too_large(limit),
            Some(()) => {
                bytes.extend_from_slice(&part);
                continue;
            }
            None => no_room(),
        };
        drop(bytes);
        share.give_back();
        drain(next).await;
        return Err(refusal);
    }
    Ok(bytes.freeze())
}

/// Throws away the rest of a body that nobody wants.
pub(crate) async fn drain(mut next: impl AsyncFnMut() -> Result<Option<Bytes>>) {
    let mut size = 0_usize;
    while let Ok(Some(part)) = next().await {
        size = size.saturating_add(part.len());
        if size > DRAINED {
            return;
        }
    }
}

/// The refusal of a body over the limit.
fn too_large(limit: usize) -> Error {
    let detail = format!("The body may have {limit} bytes here.");
    Error::new(Code::PayloadTooLarge, detail)
}

fn no_room() -> Error {
    let detail = "Too many large bodies are being read at once. Try again in a moment.";
    Error::new(Code::Unavailable, detail).with_header("retry-after", "1")
}

#[cfg(test)]
mod tests {
    use futures::executor::block_on;

    use super::*;

    const KIB: usize = 1024;

    /// Reads a body that comes in parts of a KiB; gives it together with what it holds.
    fn read_of(budget: &Budget, size: usize, limit: usize) -> Result<(Bytes, Share), Code> {
        let mut share = budget.share();
        let mut left = size;
        let next = async || {
            let part = left.min(KIB);
            left -= part;
            Ok((part > 0).then(|| Bytes::from(vec![b'x'; part])))
        };
        let body = block_on(read(&mut share, limit, next));
        match body {
            Ok(body) => Ok((body, share)),
            Err(error) => Err(error.code()),
        }
    }

    #[test]
    fn large_bodies_share_what_there_is_and_small_ones_always_fit() {
        let budget = Budget::new(1000 * KIB);
        let first = read_of(&budget, 700 * KIB, 2000 * KIB).unwrap();
        assert_eq!(first.0.len(), 700 * KIB);
        let second = read_of(&budget, 700 * KIB, 2000 * KIB);
        assert_eq!(second.unwrap_err(), Code::Unavailable);
        let small = read_of(&budget, FREE, 2000 * KIB).unwrap();
        drop(first);
        let third = read_of(&budget, 1000 * KIB, 2000 * KIB).unwrap();
        drop((small, third));
        assert_eq!(budget.0.get(), 1000 * KIB, "all of it was given back");
    }

    #[test]
    fn what_is_refused_holds_nothing() {
        let budget = Budget::new(1000 * KIB);
        for (size, limit, code) in [
            (300 * KIB, 200 * KIB, Code::PayloadTooLarge),
            (9000 * KIB, 200 * KIB, Code::PayloadTooLarge),
            (2000 * KIB, 4000 * KIB, Code::Unavailable),
        ] {
            assert_eq!(read_of(&budget, size, limit).unwrap_err(), code, "{size}");
            assert_eq!(budget.0.get(), 1000 * KIB, "{size}");
        }
    }

    #[test]
    fn a_body_that_breaks_off_gives_back_what_it_held() {
        let budget = Budget::new(1000 * KIB);
        let mut share = budget.share();
        let mut parts = 0;
        let next = async || {
            parts += 1;
            match parts {
                1 => Ok(Some(Bytes::from(vec![b'x'; 500 * KIB]))),
                _ => Err(Error::new(Code::InvalidJson, "broke off")),
            }
        };
        let error = block_on(read(&mut share, 900 * KIB, next)).unwrap_err();
        assert_eq!(error.code(), Code::InvalidJson);
        drop(share);
        assert_eq!(budget.0.get(), 1000 * KIB);
    }
}
