//! How many streams of a user may be opening in an instance.

use std::cell::RefCell;
use std::collections::BTreeMap;

use whisper_kit::Ctx;
use whisper_kit::error::{Code, Error, Result};

use crate::limits::STREAMS;

/// After how many seconds a client may try again.
const AGAIN: &str = "2";

thread_local! {
    static TAKEN: RefCell<BTreeMap<String, usize>> = RefCell::default();
}

/// One of a user's turns, until it is dropped.
pub struct Turn(String);

impl Turn {
    /// Takes one: there are as many as a user may have streams.
    ///
    /// # Errors
    /// [`Code::RateLimited`] when all are taken.
    pub fn take(ctx: &Ctx, user: &str) -> Result<Self> {
        let most = ctx.config().get(&STREAMS).max(1) as usize;
        TAKEN.with_borrow_mut(|taken| {
            let theirs = taken.entry(user.to_owned()).or_default();
            if *theirs >= most {
                let detail = format!("{most} streams of yours are being opened already.");
                return Err(Error::new(Code::RateLimited, detail).with_header("retry-after", AGAIN));
            }
            *theirs += 1;
            Ok(Turn(user.to_owned()))
        })
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        TAKEN.with_borrow_mut(|taken| {
            if let Some(theirs) = taken.get_mut(&self.0) {
                *theirs -= 1;
                if *theirs == 0 {
                    taken.remove(&self.0);
                }
            }
        });
    }
}
