//! How much one user may do, and how much they may keep.

use whisper_kit::rate_limit::Rate;
use whisper_kit::{Code, Error};

/// Contacts that one user may add or change: each leaves an event.
pub const CHANGES: Rate = Rate::per_hour("contact", "contact_rate_per_hour", 10_000);
/// People whom one user may ask to be contacts.
pub const REQUESTS: Rate = Rate::per_day("contact request", "contact_request_rate_per_day", 100);
/// Hashes of addresses that one user may look up.
pub const LOOKUPS: Rate = Rate::per_day("contact lookup", "contact_lookup_rate_per_day", 20_000);
/// The most contacts of a user.
pub const MOST_CONTACTS: i64 = 10_000;

/// The refusal where an address book has no more room.
pub fn full() -> Error {
    let detail = format!("An address book has at most {MOST_CONTACTS} contacts.");
    Error::new(Code::ContactsFull, detail)
}
