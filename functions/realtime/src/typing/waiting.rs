//! Signs that changed within three seconds: each waits in the instance until it may be written, the newest word alone.

use std::cell::RefCell;
use std::collections::BTreeMap;

use super::TypingKind;

thread_local! {
    static WAITING: RefCell<BTreeMap<String, TypingKind>> = RefCell::default();
}

/// Has a sign wait with this word, in the place of the one that it waits with. Tells whether it waited already.
pub fn wait(sign: &str, kind: TypingKind) -> bool {
    WAITING.with_borrow_mut(|waiting| waiting.insert(sign.to_owned(), kind).is_some())
}

/// Whether a sign waits.
pub fn is_waiting(sign: &str) -> bool {
    WAITING.with_borrow(|waiting| waiting.contains_key(sign))
}

/// The word of a sign that has waited.
pub fn over(sign: &str) -> Option<TypingKind> {
    WAITING.with_borrow_mut(|waiting| waiting.remove(sign))
}
