//! Signs that changed within three seconds: each waits in the instance until it may be written, the newest word alone.

use std::cell::RefCell;
use std::collections::BTreeMap;

use super::sign::Word;

thread_local! {
    static WAITING: RefCell<BTreeMap<String, Word>> = RefCell::default();
}

/// Has a sign wait with this word, in the place of an older one that it waits with. Tells whether it waited already.
pub fn wait(sign: &str, word: Word) -> bool {
    WAITING.with_borrow_mut(|waiting| {
        let newer = waiting.get(sign).copied();
        let newer = newer.filter(|(_, said)| *said > word.1).unwrap_or(word);
        waiting.insert(sign.to_owned(), newer).is_some()
    })
}

/// Whether a sign waits.
pub fn is_waiting(sign: &str) -> bool {
    WAITING.with_borrow(|waiting| waiting.contains_key(sign))
}

/// The word of a sign that has waited.
pub fn over(sign: &str) -> Option<Word> {
    WAITING.with_borrow_mut(|waiting| waiting.remove(sign))
}
