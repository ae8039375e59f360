//! Ids: made up in the order of time, or following from what they name.

mod derived;

pub use derived::{derived_id, direct_conversation_id, member_id};
